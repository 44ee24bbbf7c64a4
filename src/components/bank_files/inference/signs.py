"""Which amounts are spending: by words in the same rows such as Sale or Credit, or by a running balance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from src.components.bank_files.entry import Cell, as_text, cell_at
from src.components.bank_files.inference.amounts import amount_of, marks_that_fit
from src.components.bank_files.inference.cells import MOSTLY, Column
from src.components.bank_files.inference.dates import date_of, orders_that_fit
from src.components.bank_files.inference.wording import direction_of
from src.components.bank_files.plan import Field, Sign
from src.domain.transactions import Direction

_MIN_WORDS = 2
_MIN_BALANCES = 3
_NO_WORDS = (Field.AMOUNT, Field.BALANCE, Field.DATE, Field.DESCRIPTION, Field.CURRENCY, Field.ID)


def sign_by_words(rows: Sequence[Sequence[Cell]], columns: Sequence[Field], mark: str) -> Sign | None:
    """The sign that all words of direction agree on; None if there are too few or they disagree."""
    position = columns.index(Field.AMOUNT)
    word_columns = [column for column, field in enumerate(columns) if field not in _NO_WORDS]
    amounts = [(amount, cells) for cells in rows if (amount := amount_of(cell_at(cells, position), mark))]
    agree = [
        (amount.value < 0) == (direction is Direction.EXPENSE)
        for amount, cells in amounts
        if amount.value and amount.side is None
        for direction in _directions(cells, word_columns)
    ]
    has_negative = any(amount.value < 0 for amount, _ in amounts)
    if len(agree) < _MIN_WORDS or len(set(agree)) > 1 or not has_negative:
        return None
    return Sign.NEGATIVE_IS_EXPENSE if agree[0] else Sign.POSITIVE_IS_EXPENSE


def _directions(cells: Sequence[Cell], positions: Sequence[int]) -> list[Direction]:
    words = (as_text(cell_at(cells, position)).strip() for position in positions)
    directions = (direction_of(word) for word in words if 1 < len(word) <= 40)
    return [direction for direction in directions if direction in (Direction.EXPENSE, Direction.INCOME)]


def sign_by_marks(marks: Column) -> Sign | None:
    """If a column marks only one direction, such as Cr, its blank rows have the other direction.

    None if it is empty.
    """
    if not marks.texts:
        return None
    directions = {direction_of(text) for text in marks.texts} - {None}
    if marks.has_blank and directions == {Direction.INCOME}:
        return Sign.UNMARKED_IS_EXPENSE
    if marks.has_blank and directions == {Direction.EXPENSE}:
        return Sign.UNMARKED_IS_INCOME
    return Sign.TYPE_COLUMN


def balance_sign(amounts: Sequence[Cell], balances: Sequence[Cell], days: Sequence[Cell] = ()) -> Sign | None:
    """By whether the balance falls with negative or with positive amounts; None if neither.

    amounts: of consecutive rows. days: of the same rows, to find out whether the first is the oldest or the
    newest; if unclear, both are tried.
    """
    texts = {cell for cell in (*amounts, *balances) if isinstance(cell, str) and cell}
    mark = marks_that_fit(texts)[0]
    parsed = (map(amount_of, pair, (mark, mark)) for pair in zip(amounts, balances, strict=False))
    complete = [(amount.value, balance.value) for amount, balance in parsed if amount and balance]
    if len(complete) < _MIN_BALANCES:
        return None
    steps, order = list(pairwise(complete)), _order_of_time(days)
    for sign, factor in ((Sign.NEGATIVE_IS_EXPENSE, 1), (Sign.POSITIVE_IS_EXPENSE, -1)):
        later = sum(after[1] - before[1] == factor * after[0] for before, after in steps)
        earlier = sum(before[1] - after[1] == factor * before[0] for before, after in steps)
        if max(later * (order >= 0), earlier * (order <= 0)) >= MOSTLY * len(steps):
            return sign
    return None


def _order_of_time(days: Sequence[Cell]) -> int:
    """1 if the first row is the oldest, -1 if it is the newest, 0 if unclear."""
    texts = dict.fromkeys(day for day in days if isinstance(day, str) and day)
    order = (orders_that_fit(texts) or ("ymd",))[0]
    dates = [date for day in days if (date := date_of(day, order))]
    rises = any(before < after for before, after in pairwise(dates))
    falls = any(before > after for before, after in pairwise(dates))
    return int(rises) - int(falls)
