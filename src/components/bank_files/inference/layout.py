"""Where a table has its heading, and what each column holds: by name where it has one, else by its cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, permutations

from src.components.bank_files.contents import MONEY
from src.components.bank_files.formats.sections import first_heading
from src.components.bank_files.inference.amounts import is_amount, unit_of
from src.components.bank_files.inference.app_exports import App, columns_of, recognized
from src.components.bank_files.inference.balances import running
from src.components.bank_files.inference.cells import (
    HALF,
    MOSTLY,
    Cells,
    counted,
    dated,
    has_data,
    is_data,
    is_negative,
    is_short_mark,
    named,
    transactions,
    trimmed,
)
from src.components.bank_files.inference.headings import field_of, fields_of, known_names, tells_how, unit_in
from src.components.bank_files.inference.wording import is_way
from src.components.bank_files.messages.columns import find_messages
from src.components.bank_files.messages.reader import is_message
from src.components.bank_files.plan import NO_HEADER, Field
from src.components.bank_files.record import Cell, Record, as_text
from src.domain.money import CURRENCIES

_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,}|[0-9/ -]+")
_HEADING_WITHIN = 60
"""Records looked at for a heading."""
_KINDS: Mapping[Field, Sequence[tuple[Callable[[Cell], bool], float]]] = {
    Field.DATE: [(dated, HALF)],
    Field.AMOUNT: [(lambda cell: not isinstance(cell, str) or is_amount(cell), HALF)],
    Field.TYPE: [(lambda cell: is_way(as_text(cell)), MOSTLY), (is_short_mark, HALF)],
    Field.CURRENCY: [(lambda cell: _is_unit(cell), MOSTLY)],
    Field.ID: [(named, MOSTLY)],
}
"""What the cells below a name must be, and which share of them; one of these is enough."""
_MOST_AMOUNTS = 6
"""Columns of amounts among which a balance is looked for."""


@dataclass(frozen=True)
class Layout:
    header: int
    names: tuple[str, ...]
    """Of the heading; empty where there is none."""
    columns: tuple[Field, ...]
    app: App | None
    doubts: tuple[tuple[Field, tuple[int, ...]], ...] = ()
    """Fields that more than one column may be, and the places of these, the likeliest first."""


def layout_of(
    sample: Sequence[Record],
    header: int | None = None,
    columns: tuple[Field, ...] | None = None,
    still_open: Sequence[Field] = (),
    names: tuple[str, ...] | None = None,
) -> Layout:
    """sample: the first records of the file. header, columns: where they are known already.

    still_open: of known columns the fields whose doubt nobody has settled yet.
    names: of the columns, where no record has them.
    """
    if header is None:
        header = find_header(sample)
    heading = names or next((cells for row, cells in sample if row == header), ())
    below = [cells for row, cells in sample if row > header]
    body = transactions([cells for cells in below if is_data(cells)] or below)
    width = max(len(trimmed(heading)), _usual_width(body)) if body else len(heading)
    names = tuple(as_text(each).strip() for each in heading[:width])
    app = recognized(names)
    if columns is not None and not still_open:
        return Layout(header, names, _padded(columns, max(len(columns), len(names))), app)
    if app is not None:
        return Layout(header, names, _padded(columns_of(app, names), width), app)
    cells = Cells([each for each in body if len(trimmed(each)) <= width], width)
    layout = _by_cells(header, names, list(_padded(fields_of(_filled(names, cells)), width)), cells)
    if columns is None:
        return layout
    doubts = tuple(each for each in layout.doubts if each[0] in still_open)
    return replace(layout, columns=columns, doubts=doubts)


def find_header(sample: Sequence[Record]) -> int:
    """The row of the heading, NO_HEADER where there is none."""
    if of_transactions := first_heading(sample):
        return of_transactions
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
    """The row right above the first message, where it may name columns."""
    for (row, names), (_, cells) in pairwise(first):
        if any(map(is_message, names)):
            return NO_HEADER
        if any(map(is_message, cells)):
            return row if _names_columns(names, cells) else NO_HEADER
    return NO_HEADER


def _names_columns(above: Sequence[Cell], data: Sequence[Cell]) -> bool:
    cells = [as_text(each).strip() for each in trimmed(above)]
    wide_enough = len(cells) > 1 and len(cells) >= len(trimmed(data)) - 1
    return wide_enough and sum(map(bool, cells)) > len(cells) / 2 and not has_data(above)


def _usual_width(body: Sequence[Sequence[Cell]]) -> int:
    widths = Counter(len(cells) for cells in body)
    return max(widths.items(), key=lambda item: (item[1], item[0]))[0]


def _filled(names: tuple[str, ...], cells: Cells) -> list[str]:
    """Where the cells belie it, a name says nothing: a column is empty, though one of those of money may be
    so; or it names the other party by a number."""
    return [
        ""
        if (cells.is_empty(place) and field_of(name) not in MONEY)
        or (field_of(name) is Field.PARTY and cells.mostly(place, _is_account))
        else name
        for place, name in enumerate(names)
    ]


def _is_account(cell: Cell) -> bool:
    return bool(_ACCOUNT.fullmatch(as_text(cell).strip()))


def _padded(columns: Sequence[Field], width: int) -> tuple[Field, ...]:
    return (*columns[:width], *[Field.NOTHING] * (width - len(columns)))


def _by_cells(header: int, names: tuple[str, ...], columns: list[Field], cells: Cells) -> Layout:
    """Fill in what the names did not tell."""
    _drop_what_does_not_fit(names, columns, cells)
    free = [
        place for place, each in enumerate(columns) if each is Field.NOTHING and not cells.is_empty(place)
    ]
    doubts: list[tuple[Field, tuple[int, ...]]] = []
    days = [place for place in free if cells.mostly(place, dated)]
    if Field.DATE not in columns and days:
        columns[days[0]] = Field.DATE
        if any(cells.columns[each] != cells.columns[days[0]] for each in days[1:]):
            doubts.append((Field.DATE, tuple(days)))
    if not {Field.AMOUNT, Field.OUT, Field.IN} & set(columns):
        doubts += _find_amounts(columns, [place for place in free if cells.mostly(place, counted)], cells)
    if find_messages(names, columns, cells):
        doubts = [(field, places) for field, places in doubts if field is Field.DATE]
    _find_way(names, columns, free, cells)
    _find_currency(names, columns, free, cells)
    if not {Field.DESCRIPTION, Field.PARTY, Field.PAYMENT_MESSAGE} & set(columns):
        doubts += _find_text(columns, free, cells)
    _join_where_blank(names, columns, cells)
    return Layout(header, names, tuple(columns), None, tuple(doubts))


def _find_way(names: tuple[str, ...], columns: list[Field], free: list[int], cells: Cells) -> None:
    """Amounts without a sign may have a mark such as Cr in a column of another name, or of none."""
    if Field.AMOUNT not in columns or Field.TYPE in columns:
        return
    if any(map(is_negative, cells.columns[columns.index(Field.AMOUNT)])):
        return
    told = _with_amounts(columns, cells)
    marked = (place for place in free if not columns[place] and told.marks_a_way(place))
    left_empty = (place for place, name in enumerate(names) if field_of(name) is Field.TYPE)
    place = next(marked, next((each for each in left_empty if cells.is_empty(each)), None))
    if place is not None:
        columns[place] = Field.TYPE


def _find_currency(names: tuple[str, ...], columns: list[Field], free: list[int], cells: Cells) -> None:
    """Where the name of the amounts has one, as `Amount (EUR)`, another column tells of a foreign amount."""
    if any(unit_in(name) in CURRENCIES for name, each in zip(names, columns, strict=False) if each in MONEY):
        _clear(columns, Field.CURRENCY)
    elif Field.CURRENCY not in columns:
        units = (place for place in free if cells.mostly(place, _is_unit))
        place = next((each for each in units if columns[each] is Field.NOTHING), None)
        if place is not None:
            columns[place] = Field.CURRENCY


def _is_unit(cell: Cell) -> bool:
    return bool(unit_of(as_text(cell)))


def _find_text(columns: list[Field], free: list[int], cells: Cells) -> list[tuple[Field, tuple[int, ...]]]:
    texts = [place for place in free if columns[place] is Field.NOTHING and cells.letters(place) >= 1]
    texts = [each for each in texts if not cells.mostly(each, dated) and not cells.mostly(each, counted)]
    texts.sort(key=cells.letters, reverse=True)
    if texts:
        columns[texts[0]] = Field.DESCRIPTION
    return [(Field.DESCRIPTION, tuple(texts))] if len(texts) > 1 else []


def _join_where_blank(names: tuple[str, ...], columns: list[Field], cells: Cells) -> None:
    """Where the text is missing in some rows, another column of the same kind may have it."""
    held = Field.DESCRIPTION if Field.DESCRIPTION in columns else Field.PARTY
    if held not in columns or not cells.has_blank(columns.index(held)):
        return
    alike = (place for place, name in enumerate(names) if field_of(name) is held and not columns[place])
    place = next((each for each in alike if cells.letters(each) >= 1), None)
    if place is not None:
        columns[place] = Field.DESCRIPTION


def _drop_what_does_not_fit(names: tuple[str, ...], columns: list[Field], cells: Cells) -> None:
    """A name may say more than its cells hold: `type` above `POS`, `value` above a day."""
    for place, field in enumerate(columns):
        told = _with_amounts(columns, cells) if field is Field.TYPE else cells
        if field in _KINDS and not any(told.mostly(place, fits, share) for fits, share in _KINDS[field]):
            columns[place] = _instead(field, names[place], columns)
    if {Field.OUT, Field.IN} <= set(columns):
        _clear(columns, Field.AMOUNT, Field.TYPE)
    elif Field.AMOUNT in columns:
        _clear(columns, Field.OUT, Field.IN)
    if Field.OUT in columns or Field.IN in columns:
        _clear(columns, Field.TYPE)


def _with_amounts(columns: list[Field], cells: Cells) -> Cells:
    """A row without its amount is damaged, or a total, and tells nothing of the way."""
    return cells.where(columns.index(Field.AMOUNT), counted) if Field.AMOUNT in columns else cells


def _instead(field: Field, name: str, columns: list[Field]) -> Field:
    """What a column holds that is not of the field of its name."""
    if field is Field.TYPE and tells_how(name) and Field.MODE not in columns:
        return Field.MODE
    return Field.DESCRIPTION if field is Field.ID and Field.DESCRIPTION not in columns else Field.NOTHING


def _clear(columns: list[Field], *unwanted: Field) -> None:
    columns[:] = [Field.NOTHING if each in unwanted else each for each in columns]


def _find_amounts(
    columns: list[Field], places: list[int], cells: Cells
) -> list[tuple[Field, tuple[int, ...]]]:
    """One column of amounts, perhaps a balance beside it, or one for money out and one for money in."""
    places = [each for each in places if columns[each] is Field.NOTHING]
    places = [each for each in places if cells.looks_like_money(each)] or places
    if not places:
        return []
    for one, other in pairwise(places):
        if cells.alternate(one, other):
            columns[one], columns[other] = Field.OUT, Field.IN
            return [(Field.OUT, (one, other))]
    columns[places[0]] = Field.AMOUNT
    if len(places) == 1:
        return []
    days = cells.columns[columns.index(Field.DATE)] if Field.DATE in columns else []
    for amount, balance in permutations(places[:_MOST_AMOUNTS], 2):
        if running(cells.columns[amount], cells.columns[balance], days):
            columns[places[0]] = Field.NOTHING
            columns[amount], columns[balance] = Field.AMOUNT, Field.BALANCE
            return []
    return [(Field.AMOUNT, tuple(places))]
