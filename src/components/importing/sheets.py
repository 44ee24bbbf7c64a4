"""Excel workbooks (.xlsx): the cells as they were last computed; nothing in them is evaluated."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from src.components.importing.amounts import exact
from src.components.importing.cells import is_data
from src.components.importing.limits import Limits
from src.components.importing.record import Cell, Record
from src.errors import InvalidInput

_MOST_PARTS = 1_000
_MOST_SHEETS = 10
_SMALL = 1_000_000
"""A part of so many bytes may be packed as tightly as it likes."""
_FIRST_ROWS = 60


def records(content: bytes, limits: Limits) -> list[Record]:
    """Each row that is not blank, of the first sheet that has transactions. Raises InvalidInput."""
    _check_parts(content, limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(content, limits)
    except InvalidInput:
        raise
    except Exception:  # a damaged workbook raises whatever the part that is damaged leads to
        raise InvalidInput("This Excel file is damaged and cannot be read.", field="file") from None


def _check_parts(content: bytes, limits: Limits) -> None:
    """Refuse what is no workbook, or swells too far. Unpacking keeps to the sizes that are checked here."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError):
        raise InvalidInput("This file is a damaged archive.", field="file") from None
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise InvalidInput(
            "This archive is no Excel workbook (.xlsx). Unpack it, or save it as CSV.", field="file"
        )
    swollen = any(
        part.file_size > _SMALL and part.file_size > limits.ratio * max(part.compress_size, 1)
        for part in parts
    )
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked or swollen:
        raise InvalidInput("This Excel file is too large once unpacked.", field="file")


def _read(content: bytes, limits: Limits) -> list[Record]:
    import openpyxl  # takes 40 MB with the numpy it loads; a worker that reads no workbook is spared it

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        first_filled: Any = None
        for sheet in book.worksheets[:_MOST_SHEETS]:
            head = list(_rows(sheet, limits, most=_FIRST_ROWS))
            if any(is_data(cells) for _, cells in head):
                return list(_rows(sheet, limits))
            first_filled = first_filled or (sheet if head else None)
        return list(_rows(first_filled, limits)) if first_filled else []
    finally:
        book.close()


def _rows(sheet: Any, limits: Limits, most: int | None = None) -> Iterator[Record]:
    count = last = 0
    blank = (None,) * (limits.columns + 1)
    rows = sheet.iter_rows(max_row=most, max_col=limits.columns + 1, values_only=True)
    for row, values in enumerate(rows, start=1):
        if row > last + limits.rows:
            raise InvalidInput(f"Below row {last} the sheet is empty for too long.", field="file")
        if values == blank:
            continue
        cells = [_cell(value) for value in values]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            count, last = count + 1, row
            limits.check_row(count)
            limits.check_cells(row, [each for each in cells if isinstance(each, str)])
            if len(cells) > limits.columns:
                raise InvalidInput(f"Row {row} has more than {limits.columns} columns.", field="file")
            yield row, cells


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).upper()
    if isinstance(value, (int, float)):
        number = exact(value) if isinstance(value, float) else Decimal(value)
        return number if number.is_finite() else ""
    return value if isinstance(value, date) else ""
