"""Payments in another currency that two more rows convert, as PayPal writes them, become one row.

The payment of 20.00 USD and its conversion, +20.00 USD and -18.50 EUR, are a payment of 18.50 EUR.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from src.components.bank_files.entry import Cell, Line, Reason, Rejected, as_text, cell_at
from src.components.bank_files.inference.amounts import amount_of, currency_of, marks_that_fit
from src.components.bank_files.inference.headings import folded
from src.components.bank_files.plan import Field
from src.components.bank_files.words.movements import CONVERTED

_SAMPLE = 2_000
_NEAR = 6
"""Rows between a conversion and its payment, at most."""
_OF_THE_CONVERSION = (Field.AMOUNT, Field.GROSS, Field.FEE, Field.CURRENCY, Field.BALANCE)
"""Columns that the payment takes from the conversion."""
_PARTIES = (Field.PARTY, Field.COUNTERPARTY, Field.DESCRIPTION)
_OTHER_EVIDENCE = {Field.OUT, Field.IN, Field.OTHER_AMOUNT, Field.PAYMENT_MESSAGE}
_LONGEST = 60
_CONVERTED = re.compile(
    "|".join(folded(word) for words in CONVERTED.values() for word in words.split("|")), re.IGNORECASE
)


class _Row(NamedTuple):
    position: int
    """Among the lines."""
    amount: Decimal
    currency: str
    day: str
    is_conversion: bool
    parties: tuple[str, ...]
    """The texts of the columns that may name the other party."""
    reference: str
    """Its own."""
    texts: frozenset[str]
    """With a number: times and references, also of other rows."""


def with_conversions(
    lines: Callable[[], Iterator[Line]], columns: tuple[Field, ...]
) -> tuple[tuple[Field, ...], Callable[[], Iterator[Line]]] | None:
    """(the columns with those of the original amount, the lines); None if the file converts nothing.

    The converted payment is in the row that has its amount; its other two rows are left out.
    """
    if not {Field.AMOUNT, Field.CURRENCY, Field.DATE} <= set(columns) or _OTHER_EVIDENCE & set(columns):
        return None
    sample = (line for line in islice(lines(), _SAMPLE) if not isinstance(line, Rejected))
    if not any(_is_conversion(cells, columns) for _, cells in sample):
        return None
    original = (Field.ORIGINAL_AMOUNT, Field.ORIGINAL_CURRENCY)
    widened = (*columns, *(field for field in original if field not in columns))
    return widened, lambda: _netted(list(lines()), columns, widened)


def _is_conversion(cells: Sequence[Cell], columns: Sequence[Field]) -> bool:
    return any(
        isinstance(cell, str) and 6 < len(cell) <= _LONGEST and _CONVERTED.search(folded(cell))
        for cell, field in zip(cells, columns, strict=False)
        if field is not Field.NOTES
    )


def _netted(lines: list[Line], columns: Sequence[Field], widened: Sequence[Field]) -> Iterator[Line]:
    texts = (
        cell
        for line in lines
        if not isinstance(line, Rejected)
        and isinstance(cell := cell_at(line[1], columns.index(Field.AMOUNT)), str)
        and cell
    )
    mark = marks_that_fit(dict.fromkeys(texts))[0]
    rows = [
        row
        for position, line in enumerate(lines)
        if not isinstance(line, Rejected) and (row := _row(position, line[1], columns, mark))
    ]
    payment_of, steps = _converted(rows)
    for position, line in enumerate(lines):
        if isinstance(line, Rejected):
            yield line
        elif position in steps:
            yield Rejected(line[0], Reason.CONVERSION, left_out=True)
        elif position in payment_of:
            payment = lines[payment_of[position]]
            yield (
                line[0],
                _merged(payment[1], line[1], columns, widened)
                if not isinstance(payment, Rejected)
                else line[1],
            )
        else:
            yield line


def _row(position: int, cells: Sequence[Cell], columns: Sequence[Field], mark: str) -> _Row | None:
    def text(field: Field) -> str:
        return as_text(cell_at(cells, columns.index(field))).strip() if field in columns else ""

    amount = amount_of(cell_at(cells, columns.index(Field.AMOUNT)), mark)
    currency = currency_of(text(Field.CURRENCY))
    if amount is None or not amount.value or not currency:
        return None
    return _Row(
        position,
        amount.value,
        currency,
        text(Field.DATE),
        _is_conversion(cells, columns),
        tuple(map(text, _PARTIES)),
        text(Field.ID),
        frozenset(cell for cell in map(as_text, cells) if any(map(str.isdigit, cell))),
    )


def _converted(rows: Sequence[_Row]) -> tuple[dict[int, int], set[int]]:
    """(the payment of each converted amount, the rows that are steps to it), as positions of lines."""
    payment_of: dict[int, int] = {}
    steps: set[int] = set()
    used: set[int] = set()
    for index, first in enumerate(rows):
        if not first.is_conversion or first.position in used:
            continue
        near = rows[max(0, index - _NEAR) : index + _NEAR + 1]
        free = [row for row in near if row.day == first.day and row.position not in used]
        triples = [
            (second, payment)
            for second in free
            if second.is_conversion and _are_steps(first, second)
            for payment in free
            if _is_payment(payment, first, second)
        ]
        if triples:
            second, payment = min(triples, key=lambda pair: _distance(first, *pair))
            is_of_first = payment.currency == first.currency
            converted, original = (second, first) if is_of_first else (first, second)
            payment_of[converted.position] = payment.position
            steps |= {original.position, payment.position}
            used |= {first.position, second.position, payment.position}
    return payment_of, steps


def _are_steps(first: _Row, second: _Row) -> bool:
    return first.currency != second.currency and (first.amount < 0) != (second.amount < 0)


def _is_payment(row: _Row, *conversion: _Row) -> bool:
    """Whether the conversion takes back the amount of a row that names a party, or that it refers to: money
    from the bank for the payment has neither."""
    texts = zip(row.parties, *(step.parties for step in conversion), strict=True)
    names_party = any(party and not any(others) for party, *others in texts)
    is_referred = bool(row.reference) and any(row.reference in step.texts for step in conversion)
    amounts = {(step.currency, -step.amount) for step in conversion}
    return (names_party or is_referred) and not row.is_conversion and (row.currency, row.amount) in amounts


def _distance(first: _Row, second: _Row, payment: _Row) -> tuple[bool, int, int]:
    """The smallest is that of rows that refer to each other, or are close."""
    is_referred = bool(payment.reference) and payment.reference in first.texts & second.texts
    shared = len(first.texts & second.texts) + len(first.texts & payment.texts)
    return not is_referred, -shared, abs(first.position - second.position)


def _merged(
    payment: Sequence[Cell], conversion: Sequence[Cell], columns: Sequence[Field], widened: Sequence[Field]
) -> list[Cell]:
    """The cells of the payment, with the amount of the conversion and the original one."""
    width = len(widened)
    cells = [
        cell_at(conversion if field in _OF_THE_CONVERSION else payment, position)
        for position, field in enumerate(columns)
    ]
    cells += [""] * (width - len(cells))
    cells[widened.index(Field.ORIGINAL_AMOUNT)] = cell_at(payment, columns.index(Field.AMOUNT))
    cells[widened.index(Field.ORIGINAL_CURRENCY)] = cell_at(payment, columns.index(Field.CURRENCY))
    return cells
