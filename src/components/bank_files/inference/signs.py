"""Which amounts are spending, by words in the same rows such as Sale or Credit."""

from __future__ import annotations

from collections.abc import Sequence

from src.components.bank_files.contents import Column
from src.components.bank_files.entry import Cell, as_text
from src.components.bank_files.inference.amounts import parse_amount
from src.components.bank_files.inference.wording import direction_of
from src.components.bank_files.plan import Field, Sign
from src.domain.transactions import Direction

_MIN_ROWS = 2
_NO_WORDS = (Field.AMOUNT, Field.BALANCE, Field.DATE, Field.DESCRIPTION, Field.CURRENCY, Field.ID)


def sign_by_words(rows: Sequence[Sequence[Cell]], columns: Sequence[Field], mark: str) -> Sign | None:
    """The sign that all words of direction agree on; None if there are too few or they disagree."""
    amount = columns.index(Field.AMOUNT)
    word_columns = [position for position, field in enumerate(columns) if field not in _NO_WORDS]
    signed = [
        (_is_negative(cells[amount], mark), direction is Direction.EXPENSE)
        for cells in rows
        if len(cells) > amount and _counts(cells[amount], mark)
        for direction in _directions(cells, word_columns)
    ]
    agree = {negative == expense for negative, expense in signed}
    has_both = any(len(cells) > amount and _is_negative(cells[amount], mark) for cells in rows)
    if len(signed) < _MIN_ROWS or len(agree) > 1 or not has_both:
        return None
    return Sign.NEGATIVE_IS_EXPENSE if agree.pop() else Sign.POSITIVE_IS_EXPENSE


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


def _directions(cells: Sequence[Cell], positions: Sequence[int]) -> list[Direction]:
    words = (as_text(cells[position]).strip() for position in positions if position < len(cells))
    directions = (direction_of(word) for word in words if 1 < len(word) <= 40)
    return [direction for direction in directions if direction in (Direction.EXPENSE, Direction.INCOME)]


def _counts(cell: Cell, mark: str) -> bool:
    amount = parse_amount(as_text(cell), mark)
    return amount is not None and bool(amount.value) and amount.side is None


def _is_negative(cell: Cell, mark: str) -> bool:
    amount = parse_amount(as_text(cell), mark)
    return amount is not None and amount.value < 0
