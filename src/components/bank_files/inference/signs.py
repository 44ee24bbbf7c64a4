"""What beside the amounts tells which are spending: words in the same row, such as Sale or Credit."""

from __future__ import annotations

from collections.abc import Sequence

from src.components.bank_files.contents import Column
from src.components.bank_files.inference.amounts import parse_amount
from src.components.bank_files.inference.wording import way_of
from src.components.bank_files.plan import Field, Sign
from src.components.bank_files.record import Cell, as_text
from src.domain.transactions import Direction

_FEWEST = 2
_NOT_ASKED = (Field.AMOUNT, Field.BALANCE, Field.DATE, Field.DESCRIPTION, Field.CURRENCY, Field.ID)


def told_by_words(rows: Sequence[Sequence[Cell]], columns: Sequence[Field], mark: str) -> Sign | None:
    """The sign of which all words speak that tell a way; None where too few do, or two disagree."""
    amount = columns.index(Field.AMOUNT)
    beside = [place for place, each in enumerate(columns) if each not in _NOT_ASKED]
    spent = [
        (_is_negative(cells[amount], mark), way is Direction.EXPENSE)
        for cells in rows
        if len(cells) > amount and _counts(cells[amount], mark)
        for way in _ways(cells, beside)
    ]
    agree = {negative == expense for negative, expense in spent}
    has_both = any(len(cells) > amount and _is_negative(cells[amount], mark) for cells in rows)
    if len(spent) < _FEWEST or len(agree) > 1 or not has_both:
        return None
    return Sign.NEGATIVE_IS_EXPENSE if agree.pop() else Sign.POSITIVE_IS_EXPENSE


def told_by_marks(marks: Column) -> Sign | None:
    """Where a column has the mark of one way only, such as Cr, what it leaves empty went the other way.

    None where it is empty. Amounts with a minus tell themselves, unless every row has its mark.
    """
    if not marks.texts:
        return None
    ways = {way_of(each) for each in marks.texts} - {None}
    if marks.has_blank and ways == {Direction.INCOME}:
        return Sign.UNMARKED_IS_EXPENSE
    if marks.has_blank and ways == {Direction.EXPENSE}:
        return Sign.UNMARKED_IS_INCOME
    return Sign.TYPE_COLUMN


def _ways(cells: Sequence[Cell], places: Sequence[int]) -> list[Direction]:
    words = (as_text(cells[place]).strip() for place in places if place < len(cells))
    ways = (way_of(each) for each in words if 1 < len(each) <= 40)
    return [each for each in ways if each in (Direction.EXPENSE, Direction.INCOME)]


def _counts(cell: Cell, mark: str) -> bool:
    found = parse_amount(as_text(cell), mark)
    return found is not None and bool(found.value) and found.side is None


def _is_negative(cell: Cell, mark: str) -> bool:
    found = parse_amount(as_text(cell), mark)
    return found is not None and found.value < 0
