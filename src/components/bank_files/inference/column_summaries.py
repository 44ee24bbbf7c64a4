"""The contents of each column of a table, for a person who chooses the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from src.components.bank_files.entry import Cell, ColumnSummary, Record, as_text, cell_at, clean
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
    filled = [text for cell in cells.columns[position] if (text := as_text(cell).strip())]
    distinct = list(dict.fromkeys(filled))
    used = layout.columns[position] is not Field.NOTHING
    names_merchants = len(distinct) >= 2 and (len(distinct) > _FEW or len(distinct) >= HALF * len(filled))
    if suggested := not used and layout.app is None and names_merchants and _has_texts(position, cells):
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
