"""Several tables below each other: the later ones are put into the columns of the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from src.components.bank_files.entry import Cell, Line, Reason, Record, Rejected, as_text, cell_at
from src.components.bank_files.inference.cells import has_data, is_data, is_date_cell
from src.components.bank_files.inference.headings import field_of, folded, known_names
from src.components.bank_files.inference.wording import is_footer
from src.components.bank_files.plan import NO_HEADER, Field

_MONEY = {Field.AMOUNT, Field.OUT, Field.IN}
_SUMMED = _MONEY | {Field.BALANCE}
_HEADING_WITHIN = 60
"""Records among which the first heading is searched."""


def _heading_fields(cells: Sequence[Cell]) -> set[Field]:
    """The fields that column names mean; none if `cells` are no heading."""
    if has_data(cells) or known_names(cells) < 2:  # called for every row; most have a date or an amount
        return set()
    return {field_of(cell) for cell in cells if isinstance(cell, str)}


def _is_transaction_heading(cells: Sequence[Cell]) -> bool:
    """Whether these are column names of transactions: a date and an amount."""
    fields = _heading_fields(cells)
    return Field.DATE in fields and bool(_MONEY & fields)


def _is_summary_heading(cells: Sequence[Cell]) -> bool:
    fields = _heading_fields(cells)
    return Field.DATE not in fields and bool(_SUMMED & fields)


def first_heading(sample: Sequence[Record]) -> int:
    """The row of the first heading with transactions below it, or NO_HEADER."""
    row_of_heading = NO_HEADER
    for row, cells in sample[:_HEADING_WITHIN]:
        if _is_transaction_heading(cells):
            row_of_heading = row
        elif row_of_heading and is_data(cells):
            return row_of_heading
    return NO_HEADER


def below(lines: Iterable[Line], header: int) -> Iterator[Line]:
    """The records of all tables, in the columns of the first, and the rejected rows.

    header: the row of the first heading; without one the lines stay as they are.
    """
    if header == NO_HEADER:
        yield from lines
        return
    names: Sequence[Cell] = ()
    positions: list[int | None] | None = None
    in_summary = False
    for line in lines:
        if isinstance(line, Rejected):
            yield line
            continue
        row, cells = line
        if row == header:
            names = cells
        elif row < header:
            if is_data(cells):  # it may be a transaction; the others are dropped
                is_total = any(is_footer(as_text(cell)) for cell in cells)
                yield Rejected(row, Reason.ABOVE_HEADING, left_out=is_total)
        elif _is_transaction_heading(cells):
            positions, in_summary = _positions(names, cells), False
            yield Rejected(row, Reason.REPEATED_HEADING, left_out=True)
        elif _is_summary_heading(cells) or (in_summary and not any(map(is_date_cell, cells))):
            in_summary = True
            yield Rejected(row, Reason.SUMMARY, left_out=True)
        else:
            in_summary = False
            yield row, cells if positions is None else [cell_at(cells, position) for position in positions]


def _positions(names: Sequence[Cell], others: Sequence[Cell]) -> list[int | None] | None:
    """Positions of the first table's columns in another table; None if all columns are the same."""
    wanted, available = [as_text(name) for name in names], [as_text(name) for name in others]
    if list(map(folded, wanted)) == list(map(folded, available)):
        return None
    return [_position(name, available) for name in wanted]


def _position(name: str, available: Sequence[str]) -> int | None:
    """Of the same name, else of a name of the same field."""
    field = field_of(name)
    same = (position for position, other in enumerate(available) if folded(other) == folded(name))
    alike = (position for position, other in enumerate(available) if field and field_of(other) is field)
    return next(same, next(alike, None))
