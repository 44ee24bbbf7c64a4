"""Detects the heading of a table and the field of each column, by its name or else by its cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise

from src.components.bank_files.entry import Cell, Record, as_text
from src.components.bank_files.formats.sections import first_heading
from src.components.bank_files.inference.added_columns import with_added_columns
from src.components.bank_files.inference.amount_columns import (
    Ambiguity,
    clear,
    find_amounts,
    find_currency_columns,
    find_other_side,
    prefer_booked,
    prefer_net,
    rival_amounts,
)
from src.components.bank_files.inference.amounts import currency_of, is_amount, unit_of
from src.components.bank_files.inference.app_exports import App, columns_of, recognize
from src.components.bank_files.inference.cells import (
    HALF,
    MONEY,
    MOSTLY,
    Cells,
    has_data,
    is_amount_cell,
    is_data,
    is_date_cell,
    is_id_cell,
    is_negative,
    transactions,
    trimmed,
)
from src.components.bank_files.inference.headings import (
    field_of,
    fields_of,
    folded,
    known_names,
    names_payment_method,
    unit_in,
)
from src.components.bank_files.inference.text_columns import (
    find_status,
    find_text,
    join_names,
    join_richer,
    join_unnamed,
    join_where_blank,
    mark_others,
)
from src.components.bank_files.inference.wording import is_direction, is_mark
from src.components.bank_files.messages.reader import is_message
from src.components.bank_files.messages.tables import find_messages
from src.components.bank_files.plan import NO_HEADER, Field
from src.domain.money import CURRENCIES

_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,}|[0-9/ -]+")
_FOREIGN = re.compile(
    r"\b(?:original|foreign|ursprung\w*|fremd\w*|origine|origen|originale|oryginaln\w*|exchange)\b"
)
_CODE = re.compile(r"[A-Z]{3}")
_HEADING_WITHIN = 60
"""Records among which the heading is searched."""


def _is_unit(cell: Cell) -> bool:
    return bool(unit_of(as_text(cell)))


def _is_code(cell: Cell) -> bool:
    """Also of a currency that is no longer used, or its number."""
    text = as_text(cell).strip()
    return bool(_CODE.fullmatch(text)) or (text.isdecimal() and bool(currency_of(text)))


_KINDS: Mapping[Field, Sequence[tuple[Callable[[Cell], bool], float]]] = {
    Field.DATE: [(is_date_cell, HALF)],
    Field.AMOUNT: [(lambda cell: not isinstance(cell, str) or is_amount(cell), HALF)],
    Field.TYPE: [(is_direction, MOSTLY), (is_mark, HALF)],
    Field.CURRENCY: [(_is_unit, HALF), (_is_code, MOSTLY)],
    Field.ID: [(is_id_cell, MOSTLY)],
}
"""What the cells below a name must be, and which share of them; one alternative is enough."""


@dataclass(frozen=True)
class Layout:
    header: int
    names: tuple[str, ...]
    """Of the heading; empty without one."""
    columns: tuple[Field, ...]
    app: App | None
    ambiguities: tuple[Ambiguity, ...] = ()


def layout_of(
    sample: Sequence[Record],
    header: int | None = None,
    columns: tuple[Field, ...] | None = None,
    still_open: Sequence[Field] = (),
    names: tuple[str, ...] | None = None,
) -> Layout:
    """sample: the first records of the file. header, columns: if they are known already.

    still_open: fields whose column the person has not confirmed yet.
    names: of the columns, if no record holds them.
    """
    if header is None:
        header = find_header(sample)
    heading = names or next((cells for row, cells in sample if row == header), ())
    below = [cells for row, cells in sample if row > header]
    body = transactions([cells for cells in below if is_data(cells)] or below)
    widths = Counter(map(len, body))
    usual_width = max(widths, key=lambda width: (widths[width], width), default=len(heading))
    width = max(len(trimmed(heading)), usual_width)
    names = tuple(as_text(cell).strip() for cell in heading[:width])
    app = recognize(names)
    if columns is not None and not still_open:
        return Layout(header, names, _padded(columns, max(len(columns), len(names))), app)
    if app is not None:
        of_app = with_added_columns(names, _padded(columns_of(app, names), width), None)
        return Layout(header, names, of_app, app)
    cells = Cells([row for row in body if len(trimmed(row)) <= width], width)
    layout = _by_cells(header, names, list(_padded(fields_of(_supported_names(names, cells)), width)), cells)
    if columns is None:
        complete = list(with_added_columns(names, layout.columns, cells))
        mark_others(complete, cells)
        return replace(layout, columns=tuple(complete))
    ambiguities = tuple(ambiguity for ambiguity in layout.ambiguities if ambiguity[0] in still_open)
    return replace(layout, columns=columns, ambiguities=ambiguities)


def find_header(sample: Sequence[Record]) -> int:
    """The row of the heading, or NO_HEADER."""
    if header := first_heading(sample):
        return header
    first = sample[:_HEADING_WITHIN]
    scored = [(known_names(cells), row) for row, cells in first if not has_data(cells)]
    best = max((known for known, _ in scored), default=0)
    if best >= 2:
        return next(row for known, row in scored if known == best)
    above: Record | None = None
    for row, cells in first:
        if is_data(cells):
            return above[0] if above and _names_columns(above[1], cells) else NO_HEADER
        above = (row, cells)
    return _above_messages(first)


def _above_messages(first: Sequence[Record]) -> int:
    """The row above the first message, if it may name columns."""
    for (row, names), (_, cells) in pairwise(first):
        if any(map(is_message, names)):
            return NO_HEADER
        if any(map(is_message, cells)):
            return row if _names_columns(names, cells) else NO_HEADER
    return NO_HEADER


def _names_columns(above: Sequence[Cell], data: Sequence[Cell]) -> bool:
    cells = [as_text(cell).strip() for cell in trimmed(above)]
    wide_enough = len(cells) > 1 and len(cells) >= len(trimmed(data)) - 1
    return wide_enough and sum(map(bool, cells)) > len(cells) / 2 and not has_data(above)


def _supported_names(names: tuple[str, ...], cells: Cells) -> list[str]:
    """The names, "" where the cells contradict them: in an empty column, except one of money, in one that
    names the other party by an account number, and in one without the dates or amounts that its name says."""
    return [
        ""
        if (cells.is_empty(position) and field_of(name) not in MONEY)
        or (field_of(name) is Field.PARTY and cells.mostly(position, _is_account))
        or (field_of(name) in (Field.DATE, Field.AMOUNT) and not _fits(field_of(name), position, cells))
        else name
        for position, name in enumerate(names)
    ]


def _fits(field: Field, position: int, cells: Cells) -> bool:
    return cells.is_empty(position) or any(cells.mostly(position, *kind) for kind in _KINDS[field])


def _is_account(cell: Cell) -> bool:
    return bool(_ACCOUNT.fullmatch(as_text(cell).strip()))


def _padded(columns: Sequence[Field], width: int) -> tuple[Field, ...]:
    return (*columns[:width], *[Field.NOTHING] * (width - len(columns)))


def _by_cells(header: int, names: tuple[str, ...], columns: list[Field], cells: Cells) -> Layout:
    """Detect the fields that the names do not give."""
    _drop_unfitting(names, columns, cells)
    join_unnamed(names, columns, cells)
    free = [position for position, field in enumerate(columns) if not field and not cells.is_empty(position)]
    prefer_net(names, columns, cells)
    prefer_booked(names, columns, cells)
    find_currency_columns(names, columns, cells)
    find_other_side(columns, free, cells)
    ambiguities: list[Ambiguity] = []
    dates = [position for position in free if cells.mostly(position, is_date_cell)]
    if Field.DATE not in columns and dates:
        columns[dates[0]] = Field.DATE
        if any(cells.columns[position] != cells.columns[dates[0]] for position in dates[1:]):
            ambiguities.append((Field.DATE, tuple(dates)))
    if not {Field.AMOUNT, Field.OUT, Field.IN} & set(columns):
        ambiguities += find_amounts(columns, free, cells)
    else:
        ambiguities += rival_amounts(names, columns, cells)
    if find_messages(names, columns, cells):
        ambiguities = [(field, positions) for field, positions in ambiguities if field is Field.DATE]
    _find_type(names, columns, free, cells)
    _find_currency(names, columns, free, cells)
    _drop_placeholders(columns, cells)
    find_status(columns, cells)
    if not {Field.DESCRIPTION, Field.PARTY, Field.PAYMENT_MESSAGE} & set(columns) and (
        texts := find_text(columns, cells)
    ):
        ambiguities.append((Field.DESCRIPTION, texts))
    join_where_blank(names, columns, cells)
    join_richer(names, columns, cells)
    join_names(columns, cells)
    return Layout(header, names, tuple(columns), None, tuple(ambiguities))


def _find_type(names: tuple[str, ...], columns: list[Field], free: list[int], cells: Cells) -> None:
    """Unsigned amounts may have a mark such as Cr in a column with another name or none."""
    if Field.AMOUNT not in columns or Field.TYPE in columns:
        return
    if any(map(is_negative, cells.columns[columns.index(Field.AMOUNT)])):
        return
    with_amount = _with_amounts(columns, cells)
    marked = (column for column in free if not columns[column] and with_amount.has_directions(column))
    named = (column for column, name in enumerate(names) if field_of(name) is Field.TYPE)
    for column in islice(chain(marked, filter(cells.is_empty, named)), 1):
        columns[column] = Field.TYPE


def _find_currency(names: tuple[str, ...], columns: list[Field], free: list[int], cells: Cells) -> None:
    """If the amount's name has the currency (`Amount (EUR)`), a currency column is about foreign amounts."""
    if any(
        unit_in(name) in CURRENCIES for name, field in zip(names, columns, strict=False) if field in MONEY
    ):
        clear(columns, Field.CURRENCY)
    elif Field.CURRENCY not in columns:
        units = (
            position
            for position in free
            if not columns[position] and cells.mostly(position, _is_unit) and not _is_foreign(names, position)
        )
        for position in islice(units, 1):
            columns[position] = Field.CURRENCY


def _is_foreign(names: tuple[str, ...], position: int) -> bool:
    """Whether the name says that the column is about an amount in another currency."""
    return position < len(names) and bool(_FOREIGN.search(folded(names[position])))


def _drop_unfitting(names: tuple[str, ...], columns: list[Field], cells: Cells) -> None:
    """A name may not fit its cells: `type` above `POS`, `value` above a date."""
    for position, field in enumerate(columns):
        relevant = _with_amounts(columns, cells) if field is Field.TYPE else cells
        fits = field not in _KINDS or any(relevant.mostly(position, *kind) for kind in _KINDS[field])
        if fits and not (field is Field.TYPE and relevant.marks_one_side(position)):
            continue
        columns[position] = Field.NOTHING
        if field is Field.TYPE and names_payment_method(names[position]) and Field.MODE not in columns:
            columns[position] = Field.MODE
        elif field is Field.ID and Field.DESCRIPTION not in columns:
            columns[position] = Field.DESCRIPTION
    if {Field.OUT, Field.IN} <= set(columns):
        clear(columns, Field.AMOUNT, Field.TYPE)
    elif Field.AMOUNT in columns:
        clear(columns, Field.OUT, Field.IN)
    if Field.OUT in columns or Field.IN in columns:
        clear(columns, Field.TYPE)


def _drop_placeholders(columns: list[Field], cells: Cells) -> None:
    """An id that all rows have is none of a transaction."""
    if Field.ID in columns and cells.is_constant(columns.index(Field.ID)):
        clear(columns, Field.ID)


def _with_amounts(columns: list[Field], cells: Cells) -> Cells:
    """Without rows that lack an amount: these are damaged, or totals."""
    return cells.where(columns.index(Field.AMOUNT), is_amount_cell) if Field.AMOUNT in columns else cells
