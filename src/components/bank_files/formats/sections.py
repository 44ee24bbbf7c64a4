"""A file may hold several tables below each other: each is brought into the columns of the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from src.components.bank_files.entry import Rejected
from src.components.bank_files.inference.cells import dated, has_data, is_data
from src.components.bank_files.inference.headings import field_of, folded, known_names
from src.components.bank_files.inference.wording import is_footer
from src.components.bank_files.plan import NO_HEADER, Field
from src.components.bank_files.record import Cell, Line, Record, as_text

_MONEY = {Field.AMOUNT, Field.OUT, Field.IN}
_SUMMED = _MONEY | {Field.BALANCE}
_HEADING_WITHIN = 60
"""Records looked at for the first heading."""


def is_heading(cells: Sequence[Cell]) -> bool:
    return not has_data(cells) and known_names(cells) >= 2


def heads_transactions(cells: Sequence[Cell]) -> bool:
    """Whether these are the names of columns of transactions: one of the day, one of the amount."""
    if not is_heading(cells):  # asked of every row: most are none, by their first day or amount
        return False
    held = _held(cells)
    return Field.DATE in held and bool(_MONEY & held)


def heads_a_summary(cells: Sequence[Cell]) -> bool:
    if not is_heading(cells):
        return False
    held = _held(cells)
    return Field.DATE not in held and bool(_SUMMED & held)


def _held(cells: Sequence[Cell]) -> set[Field]:
    return {field_of(each) for each in cells if isinstance(each, str)}


def first_heading(sample: Sequence[Record]) -> int:
    """The row of the first heading that has transactions below it; NO_HEADER where none has."""
    row_of_heading = NO_HEADER
    for row, cells in sample[:_HEADING_WITHIN]:
        if heads_transactions(cells):
            row_of_heading = row
        elif row_of_heading and is_data(cells):
            return row_of_heading
    return NO_HEADER


def below(lines: Iterable[Line], header: int) -> Iterator[Line]:
    """The records of all tables in the columns of the first, and why others are none.

    header: the row of the first heading; where there is none the lines are as they are.
    """
    if header == NO_HEADER:
        yield from lines
        return
    names: Sequence[Cell] = ()
    places: list[int | None] | None = None
    in_summary = False
    for line in lines:
        if isinstance(line, Rejected):
            yield line
            continue
        row, cells = line
        if row <= header:
            names = cells if row == header else names
            yield from _above(row, cells, header)
        elif heads_transactions(cells):
            places, in_summary = _places(names, cells), False
            yield Rejected(row, "It repeats the heading.", left_out=True)
        elif heads_a_summary(cells) or (in_summary and not any(map(dated, cells))):
            in_summary = True
            yield Rejected(row, "It is part of a summary, not a transaction.", left_out=True)
        else:
            in_summary = False
            yield (row, cells) if places is None else (row, _moved(cells, places))


def _above(row: int, cells: Sequence[Cell], header: int) -> Iterator[Rejected]:
    """Lines above the table are not told of, unless one might be a transaction."""
    if row < header and is_data(cells):
        told = any(is_footer(as_text(each)) for each in cells)
        yield Rejected(row, "It stands above the heading of the table.", left_out=told)


def _places(names: Sequence[Cell], others: Sequence[Cell]) -> list[int | None] | None:
    """For each column of the first table the place of its like in another; None where all are the same."""
    wanted, given = [as_text(each) for each in names], [as_text(each) for each in others]
    if list(map(folded, wanted)) == list(map(folded, given)):
        return None
    return [_place(name, given) for name in wanted]


def _place(name: str, given: Sequence[str]) -> int | None:
    same = (place for place, each in enumerate(given) if folded(each) == folded(name))
    alike = (
        place for place, each in enumerate(given) if field_of(each) is field_of(name) is not Field.NOTHING
    )
    return next(same, next(alike, None))


def _moved(cells: Sequence[Cell], places: Sequence[int | None]) -> list[Cell]:
    return [cells[place] if place is not None and place < len(cells) else "" for place in places]
