"""What each column of a table holds, for a person who decides which of them are read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from src.components.bank_files.entry import ColumnSummary, clean
from src.components.bank_files.inference.cells import HALF, Cells, counted, dated, is_data
from src.components.bank_files.inference.layout import Layout
from src.components.bank_files.inference.questions import name_of
from src.components.bank_files.plan import Field
from src.components.bank_files.record import Cell, Record, as_text

EXAMPLES = 3
_LONGEST_EXAMPLE = 60
_FEW = 10
"""Different texts above which a column may name merchants, however often each of them repeats."""
_WORD = re.compile(r"[^\W\d_]{3}")
_ONE_CODE = re.compile(r"\S*[0-9]\S*|[^\s@]+@\S+|\w+://\S+|[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,}")
"""A reference, an address or an account: no name of anybody."""
_TEXTS = (Field.DESCRIPTION, Field.PARTY, Field.PAYER, Field.PAYMENT_MESSAGE)


def summarized(layout: Layout, sample: Sequence[Record]) -> tuple[ColumnSummary, ...]:
    """One for each column. sample: the first records, heading and what is above it included."""
    rows = [cells for row, cells in sample if row > layout.header]
    rows = [cells for cells in rows if is_data(cells)] or rows
    cells = Cells(rows, len(layout.columns))
    return tuple(_summary(place, layout, cells, rows) for place in range(len(layout.columns)))


def _summary(place: int, layout: Layout, cells: Cells, rows: Sequence[Sequence[Cell]]) -> ColumnSummary:
    texts = (as_text(cell).strip() for cell in cells.columns[place])
    distinct = list(dict.fromkeys(text for text in texts if text))
    used = layout.columns[place] is not Field.NOTHING
    examples = tuple(clean(text, _LONGEST_EXAMPLE) for text in distinct[:EXAMPLES])
    name = name_of(place, layout.names)
    suggested = not used and layout.app is None and _tells_more(place, len(distinct), layout, cells, rows)
    return ColumnSummary(place, name, examples, len(distinct), used, suggested)


def _tells_more(
    place: int, distinct: int, layout: Layout, cells: Cells, rows: Sequence[Sequence[Cell]]
) -> bool:
    """Whether most of its cells have words of their own that no column of text has."""
    filled = sum(as_text(cell).strip() != "" for cell in cells.columns[place])
    if distinct < 2 or (distinct <= _FEW and distinct < HALF * filled):
        return False
    if cells.mostly(place, dated, HALF) or cells.mostly(place, counted, HALF):
        return False
    if not cells.mostly(place, _has_words):
        return False
    beside = [other for other, field in enumerate(layout.columns) if field in _TEXTS]
    new = sum(_is_new(row, place, beside) for row in rows)
    return new >= HALF * filled


def _has_words(cell: Cell) -> bool:
    text = as_text(cell).strip()
    return bool(_WORD.search(text)) and not _ONE_CODE.fullmatch(text)


def _is_new(cells: Sequence[Cell], place: int, beside: Sequence[int]) -> bool:
    text = as_text(cells[place]).strip().casefold() if place < len(cells) else ""
    others = (as_text(cells[other]).casefold() for other in beside if other < len(cells))
    return bool(text) and not any(text in other for other in others)
