"""What a person is asked about a file, with an example of each reading, and shown of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from src.components.bank_files.entry import (
    Cell,
    Choice,
    ColumnSummary,
    Question,
    Record,
    as_text,
    cell_at,
    clean,
)
from src.components.bank_files.inference.amounts import Amount, parse_amount
from src.components.bank_files.inference.cells import HALF, Cells, is_amount_cell, is_data, is_date_cell
from src.components.bank_files.inference.column_detection import Layout
from src.components.bank_files.inference.dates import readings
from src.components.bank_files.plan import COLUMN_QUESTIONS, Field, Sign

_COLUMN_KEYS = {field: key for key, field in COLUMN_QUESTIONS.items()}
EXAMPLES = 3
_LONGEST_EXAMPLE = 60
_FEW = 10
"""With more distinct texts than this a column may name merchants, however often they repeat."""
_WORD = re.compile(r"[^\W\d_]{3}")
_ONE_CODE = re.compile(r"\S*[0-9]\S*|[^\s@]+@\S+|\w+://\S+|[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,}|[A-Z]{2,3}")
"""A reference, an address, an account, a currency or a country: no name of a person or company."""
_TEXTS = (Field.DESCRIPTION, Field.PARTY, Field.PAYER, Field.PAYMENT_MESSAGE)


def date_order_question(texts: Iterable[str], orders: Sequence[str]) -> Question:
    texts = list(texts)
    ambiguous = (text for text in texts if len({readings(text).get(order) for order in orders}) > 1)
    sample = next(ambiguous, texts[0])
    dates = readings(sample)
    choices = (Choice(order, dates[order].isoformat() if order in dates else "") for order in orders)
    return Question("date_order", tuple(choices), clean(sample, 30))


def decimal_mark_question(texts: Iterable[str], marks: Sequence[str]) -> Question:
    sample = next(text for text in texts if parse_amount(text, ".") != parse_amount(text, ","))
    amounts = {mark: parse_amount(sample, mark) for mark in marks}
    choices = [Choice(mark, f"{amount.value:f}" if amount else "") for mark, amount in amounts.items()]
    # Three digits behind each mark are more often thousands than thousandths.
    choices.sort(key=lambda choice: "." in choice.example and len(choice.example.partition(".")[2]) == 3)
    return Question("decimal_mark", tuple(choices), clean(sample, 30))


def sign_question(amounts: Sequence[Amount], *, marked: bool) -> Question:
    """amounts: signed as written, without those that CR or DR marks.

    marked: whether the file has a column that marks income, though it is empty here.

    Most people spend more often than they are paid, so the first choice makes most amounts spending.
    """
    minus = next((f"{amount.value:f}" for amount in amounts if amount.value < 0), "")
    plus = next((f"{amount.value:f}" for amount in amounts if amount.value > 0), "")
    if not minus:
        all_spent = Sign.UNMARKED_IS_EXPENSE if marked else Sign.ALL_EXPENSES
        all_income = Sign.UNMARKED_IS_INCOME if marked else Sign.NEGATIVE_IS_EXPENSE
        return Question("sign", (Choice(all_spent, spent=plus), Choice(all_income, income=plus)))
    choices = (
        Choice(Sign.NEGATIVE_IS_EXPENSE, spent=minus, income=plus),
        Choice(Sign.POSITIVE_IS_EXPENSE, spent=plus, income=minus),
    )
    mostly_minus = 2 * sum(amount.value < 0 for amount in amounts) >= len(amounts)
    return Question("sign", choices if mostly_minus else choices[::-1])


def column_question(
    field: Field, positions: Sequence[int], names: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Question:
    choices = []
    for position in positions:
        filled = (as_text(cell) for cells in rows if (cell := cell_at(cells, position)))
        example = clean(next(filled, ""), 60)
        choices.append(Choice(str(position), example, column=column_name(position, names)))
    return Question(_COLUMN_KEYS[field], tuple(choices))


def column_name(position: int, names: Sequence[str]) -> str:
    """position: from 0."""
    return clean(names[position], 60) if position < len(names) else ""


def summarize_columns(layout: Layout, sample: Sequence[Record]) -> tuple[ColumnSummary, ...]:
    """sample: the first records, with the heading and the rows above it."""
    rows = [cells for row, cells in sample if row > layout.header]
    rows = [cells for cells in rows if is_data(cells)] or rows
    cells = Cells(rows, len(layout.columns))
    return tuple(_summary(position, layout, cells, rows) for position in range(len(layout.columns)))


def _summary(position: int, layout: Layout, cells: Cells, rows: Sequence[Sequence[Cell]]) -> ColumnSummary:
    filled = [text for cell in cells.columns[position] if (text := as_text(cell).strip())]
    distinct = list(dict.fromkeys(filled))
    used = layout.columns[position] not in (Field.NOTHING, Field.OTHER_TEXT)
    names_merchants = len(distinct) >= 2 and (len(distinct) > _FEW or len(distinct) >= HALF * len(filled))
    is_free = layout.columns[position] in (Field.NOTHING, Field.NOTES, Field.OTHER_TEXT)
    if suggested := is_free and layout.app is None and names_merchants and _has_texts(position, cells):
        texts_at = [other for other, field in enumerate(layout.columns) if field in _TEXTS]
        suggested = sum(_is_new(row, position, texts_at) for row in rows) >= HALF * len(filled)
    examples = tuple(clean(text, _LONGEST_EXAMPLE) for text in distinct[:EXAMPLES])
    name = column_name(position, layout.names)
    return ColumnSummary(position, name, examples, len(distinct), used, suggested)


def _has_texts(position: int, cells: Cells) -> bool:
    is_other = any(cells.mostly(position, fits, HALF) for fits in (is_date_cell, is_amount_cell))
    return not is_other and cells.mostly(position, _has_words)


def _has_words(cell: Cell) -> bool:
    text = as_text(cell).strip()
    return bool(_WORD.search(text)) and not _ONE_CODE.fullmatch(text)


def _is_new(cells: Sequence[Cell], position: int, texts_at: Sequence[int]) -> bool:
    """Whether no column of text has the words of this column."""
    text = as_text(cell_at(cells, position)).strip().casefold()
    others = (as_text(cell_at(cells, other)).casefold() for other in texts_at)
    return bool(text) and not any(text in other for other in others)
