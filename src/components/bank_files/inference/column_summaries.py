"""The contents of each column of a table, for a person who chooses the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from src.components.bank_files.entry import Cell, ColumnSummary, Record, as_text, clean
from src.components.bank_files.inference.cells import HALF, Cells, is_amount_cell, is_data, is_date_cell
from src.components.bank_files.inference.layout import Layout
from src.components.bank_files.inference.questions import column_name
from src.components.bank_files.plan import Field

EXAMPLES = 3
_LONGEST_EXAMPLE = 60
_FEW = 10
"""With more distinct texts than this a column may name merchants, however often they repeat."""
_WORD = re.compile(r"[^\W\d_]{3}")
_ONE_CODE = re.compile(r"\S*[0-9]\S*|[^\s@]+@\S+|\w+://\S+|[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,}")
"""A reference, an address or an account: no name of a person or company."""
_TEXTS = (Field.DESCRIPTION, Field.PARTY, Field.PAYER, Field.PAYMENT_MESSAGE)


def summarize_columns(layout: Layout, sample: Sequence[Record]) -> tuple[ColumnSummary, ...]:
    """sample: the first records, with the heading and the rows above it."""
    rows = [cells for row, cells in sample if row > layout.header]
    rows = [cells for cells in rows if is_data(cells)] or rows
    cells = Cells(rows, len(layout.columns))
    return tuple(_summary(position, layout, cells, rows) for position in range(len(layout.columns)))


def _summary(position: int, layout: Layout, cells: Cells, rows: Sequence[Sequence[Cell]]) -> ColumnSummary:
    texts = (as_text(cell).strip() for cell in cells.columns[position])
    distinct = list(dict.fromkeys(text for text in texts if text))
    used = layout.columns[position] is not Field.NOTHING
    examples = tuple(clean(text, _LONGEST_EXAMPLE) for text in distinct[:EXAMPLES])
    name = column_name(position, layout.names)
    suggested = (
        not used and layout.app is None and _has_new_texts(position, len(distinct), layout, cells, rows)
    )
    return ColumnSummary(position, name, examples, len(distinct), used, suggested)


def _has_new_texts(
    position: int, distinct: int, layout: Layout, cells: Cells, rows: Sequence[Sequence[Cell]]
) -> bool:
    """Whether most of its cells have words that no column of text has."""
    filled = sum(as_text(cell).strip() != "" for cell in cells.columns[position])
    if distinct < 2 or (distinct <= _FEW and distinct < HALF * filled):
        return False
    if cells.mostly(position, is_date_cell, HALF) or cells.mostly(position, is_amount_cell, HALF):
        return False
    if not cells.mostly(position, _has_words):
        return False
    texts_at = [other for other, field in enumerate(layout.columns) if field in _TEXTS]
    new = sum(_is_new(row, position, texts_at) for row in rows)
    return new >= HALF * filled


def _has_words(cell: Cell) -> bool:
    text = as_text(cell).strip()
    return bool(_WORD.search(text)) and not _ONE_CODE.fullmatch(text)


def _is_new(cells: Sequence[Cell], position: int, texts_at: Sequence[int]) -> bool:
    text = as_text(cells[position]).strip().casefold() if position < len(cells) else ""
    others = (as_text(cells[other]).casefold() for other in texts_at if other < len(cells))
    return bool(text) and not any(text in other for other in others)
