"""The cells of a table by row and by column: which are dates, amounts or text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from src.components.bank_files.entry import Cell, Line, Rejected, as_text, cell_at
from src.components.bank_files.inference.amounts import (
    MARKS,
    Amount,
    amount_of,
    is_amount,
    marks_that_fit,
    parse_amount,
)
from src.components.bank_files.inference.balances import RunningBalance
from src.components.bank_files.inference.dates import is_date
from src.components.bank_files.inference.wording import direction_of, is_mark, out_mark_of
from src.components.bank_files.plan import Field
from src.domain.transactions import Direction

_TWO_WORDS = re.compile(r"[^\W\d_]{2,} +[^\W\d_]{2,}")
MONEY = (Field.AMOUNT, Field.OTHER_AMOUNT, Field.OUT, Field.IN, Field.FEE)
_COLLECTED = (Field.DATE, *MONEY, Field.CURRENCY, Field.BALANCE, Field.TYPE)
MOSTLY = 0.8
"""Share of a column's filled cells that must fit its field."""
HALF = 0.5
"""The share if there is other evidence, so that damaged rows do not outvote the others."""


def has_data(cells: Sequence[Cell]) -> bool:
    return any(not isinstance(cell, str) or is_date(cell) or is_amount(cell) for cell in cells)


def is_data(cells: Sequence[Cell]) -> bool:
    """Whether the record has a date and an amount."""
    return any(map(is_date_cell, cells)) and any(map(is_amount_cell, cells))


def transactions(records: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """The records with a date in the usual column; a summary has it in another, if at all."""
    positions = Counter(
        position for cells in records for position, cell in enumerate(cells) if is_date_cell(cell)
    )
    if not positions:
        return list(records)
    date_position = min(positions, key=lambda position: (-positions[position], position))
    return [cells for cells in records if date_position < len(cells) and is_date_cell(cells[date_position])]


def is_date_cell(cell: Cell) -> bool:
    return is_date(cell) if isinstance(cell, str) else isinstance(cell, date)


def is_amount_cell(cell: Cell) -> bool:
    return is_amount(cell) and not is_date(cell) if isinstance(cell, str) else isinstance(cell, Decimal)


def is_id_cell(cell: Cell) -> bool:
    """Whether the cell may be a bank's id of a transaction: digits, and not several words."""
    text = as_text(cell)
    return any(map(str.isdecimal, text)) and not _TWO_WORDS.search(text)


def is_negative(cell: Cell) -> bool:
    return any(amount.value < 0 for mark in MARKS if (amount := amount_of(cell, mark)))


def trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    end = len(cells)
    while end and cells[end - 1] == "":
        end -= 1
    return cells[:end]


@dataclass
class Column:
    """The distinct texts of a column, and one example of each kind of number."""

    texts: dict[str, None] = field(default_factory=dict)
    """Distinct, in the order of the file."""
    numbers: dict[bool, Decimal] = field(default_factory=dict)
    """The first negative number (True), and the first other one (False)."""
    has_blank: bool = False

    def add(self, cell: Cell) -> None:
        if isinstance(cell, Decimal):
            self.numbers.setdefault(cell < 0, cell)
        elif isinstance(cell, str):
            if cell and not cell.isspace():
                self.texts[cell] = None
            else:
                self.has_blank = True


class Contents:
    """The columns of a whole file that tell its currency, dates, amounts and signs."""

    def __init__(self, lines: Iterable[Line], columns: tuple[Field, ...], *, dates_required: bool) -> None:
        """dates_required: ignore records without a date, which are totals or notes."""
        positions = [(position, name) for position, name in enumerate(columns) if name in _COLLECTED]
        self._columns = {name: Column() for _, name in positions}
        date_position = columns.index(Field.DATE) if dates_required and Field.DATE in columns else None
        for line in lines:
            if isinstance(line, Rejected):
                continue
            day = cell_at(line[1], date_position)
            if date_position is not None and isinstance(day, str) and not is_date(day):
                continue
            for position, name in positions:
                self._columns[name].add(cell_at(line[1], position))

    def column(self, name: Field) -> Column:
        return self._columns.get(name) or Column()

    def texts(self, *names: Field) -> list[str]:
        """Distinct, of all these columns."""
        return list(dict.fromkeys(text for name in names for text in self.column(name).texts))

    def amounts(self, mark: str, *names: Field) -> list[Amount]:
        """The distinct amounts among the texts, and examples of the numbers."""
        texts = (parse_amount(text, mark) for text in self.texts(*names))
        numbers = (number for name in names for number in self.column(name).numbers.values())
        return [*(amount for amount in texts if amount), *map(Amount, numbers)]


class Cells:
    """The cells of a sample, by column."""

    def __init__(self, body: Sequence[Sequence[Cell]], width: int) -> None:
        self._body, self._width = body, width
        self.columns = [
            [cells[position] for cells in body if position < len(cells)] for position in range(width)
        ]
        self._filled = [[cell for cell in column if not _blank(cell)] for column in self.columns]

    def where(self, position: int, fits: Callable[[Cell], bool]) -> Cells:
        """The rows with a fitting cell at `position`."""
        return Cells(
            [cells for cells in self._body if position < len(cells) and fits(cells[position])], self._width
        )

    def mostly(self, position: int, fits: Callable[[Cell], bool], share: float = MOSTLY) -> bool:
        filled = self._filled[position]
        return bool(filled) and sum(map(fits, filled)) >= share * len(filled)

    def pairs(self, first: int, second: int) -> list[tuple[Cell, Cell]]:
        """Of the rows in which both columns are filled."""
        rows = zip(self.columns[first], self.columns[second], strict=False)
        return [pair for pair in rows if not any(map(_blank, pair))]

    def is_empty(self, position: int) -> bool:
        return not self._filled[position]

    def has_blank(self, position: int) -> bool:
        return any(map(_blank, self.columns[position]))

    def letters(self, position: int) -> float:
        """How much text it has: mean letters per cell times the share of distinct cells."""
        texts = [cell for cell in self._filled[position] if isinstance(cell, str)]
        if not texts:
            return 0.0
        letters = sum(sum(map(str.isalpha, text)) for text in texts) / len(texts)
        return letters * len(set(texts)) / len(texts)

    def is_constant(self, position: int) -> bool:
        """Whether several rows have the same text, and none is blank."""
        texts = {as_text(cell).strip() for cell in self.columns[position]}
        return len(self.columns[position]) > 1 and len(texts) == 1

    def distinct(self, position: int) -> float:
        """Share of distinct texts among the rows with one."""
        texts = [as_text(cell).strip() for cell in self._filled[position]]
        return len(set(texts)) / len(texts) if texts else 0.0

    def alternate(self, first: int, second: int) -> bool:
        """Whether both columns have amounts, and no row has one in both."""
        pairs = [
            (_is_nonzero(cell), _is_nonzero(other))
            for cell, other in zip(self.columns[first], self.columns[second], strict=False)
        ]
        return bool(pairs) and not any(map(all, pairs)) and all(map(any, zip(*pairs, strict=True)))

    def is_balance(self, position: int, out: int, into: int) -> bool:
        """Whether a column is the running balance of one with money out and one with money in."""
        mark = marks_that_fit({cell for cell in self._filled[position] if isinstance(cell, str)})[0]
        balance = RunningBalance()
        for cells in self._body:
            spent, income, after = (amount_of(cell_at(cells, at), mark) for at in (out, into, position))
            if after is None:
                return False
            balance.add(
                (abs(income.value) if income else 0) - (abs(spent.value) if spent else Decimal(0)),
                after.value,
            )
        return balance.steps > 0 and balance.agree >= MOSTLY * balance.steps

    def is_net(self, gross: int, fee: int, net: int) -> bool:
        """Whether `net` is what is left of `gross` after the fee, in all rows that have one."""
        differ = False
        for cells in self._body:
            readings = [
                amount_of(cell_at(cells, at), ".") or amount_of(cell_at(cells, at), ",")
                for at in (gross, fee, net)
            ]
            if None in readings:
                continue
            before, charged, after = (amount.value for amount in readings if amount)
            if after not in (before - charged, before + charged):
                return False
            differ = differ or before != after
        return differ

    def marks_one_side(self, position: int) -> bool:
        """Whether single letters differ but all mean one direction, as of a bank that writes C for cargo."""
        marks = {as_text(cell).strip() for cell in self._filled[position]}
        if out_mark_of(marks):
            return False
        return (
            len(marks) > 1 and max(map(len, marks)) == 1 and len({direction_of(mark) for mark in marks}) == 1
        )

    def marks_direction(self, position: int) -> bool:
        """Whether a column has marks such as Cr. Single letters count if they differ or some are missing."""
        if not self.mostly(position, is_mark, HALF) or self.marks_one_side(position):
            return False
        marks = {as_text(cell).strip() for cell in self._filled[position]}
        return self.has_blank(position) or len(marks) > 1 or len(marks.pop()) > 1

    def has_directions(self, position: int) -> bool:
        """Whether a column has marks such as Cr, or words for both directions."""
        words = {direction_of(as_text(cell)) for cell in self._filled[position]}
        return self.marks_direction(position) or words == {Direction.EXPENSE, Direction.INCOME}

    def looks_like_money(self, position: int) -> bool:
        """Whether some of its amounts have decimals, a sign or a currency, unlike row numbers."""
        return any(not _is_whole(cell) for cell in self._filled[position] if is_amount_cell(cell))


def _blank(cell: Cell) -> bool:
    return isinstance(cell, str) and (not cell or cell.isspace())


def _is_whole(cell: Cell) -> bool:
    if isinstance(cell, str):
        return cell.strip().isdecimal()
    return isinstance(cell, Decimal) and cell >= 0 and cell == cell.to_integral_value()


def _is_nonzero(cell: Cell) -> bool:
    """Whether the cell has an amount other than zero."""
    return bool(cell) and (not isinstance(cell, str) or any(character in "123456789" for character in cell))
