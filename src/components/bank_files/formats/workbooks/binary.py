"""Workbooks of old Excel (.xls) and of LibreOffice (.ods), read by calamine: values as last computed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from src.components.bank_files.entry import Cell, Record
from src.components.bank_files.formats.workbooks.excel import check_unpacked
from src.components.bank_files.formats.workbooks.sheets import first_with_transactions
from src.components.bank_files.inference.amounts import exact
from src.components.bank_files.limits import Limits, bad_file

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_MAX_SHEETS = 10
_AREA = 10
"""How many times the limit of filled cells the blank and filled ones may be."""


def is_open_document(content: bytes) -> bool:
    return _OPEN_DOCUMENT in content[:200]


def records(content: bytes, limits: Limits) -> list[Record]:
    """See `first_with_transactions`. Raises InvalidInput."""
    import python_calamine  # only for these files

    try:
        if is_open_document(content):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                check_unpacked(archive.infolist(), limits)
        book = python_calamine.load_workbook(io.BytesIO(content))
        sheets = [list(_rows(book, name, limits)) for name in book.sheet_names[:_MAX_SHEETS]]
    except python_calamine.PasswordError:
        raise bad_file("This workbook has a password. Save it without one.") from None
    except (
        python_calamine.CalamineError,
        zipfile.BadZipFile,
        ValueError,
        LookupError,
        OSError,
        OverflowError,
    ):
        raise bad_file("This workbook is damaged and cannot be read.") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of a library in Rust
            raise
        raise bad_file("This workbook is damaged and cannot be read.") from None
    return first_with_transactions(sheets)


def _rows(book: CalamineWorkbook, name: str, limits: Limits) -> Iterator[Record]:
    """Of one sheet, those that are not blank."""
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > _AREA * limits.cells:
        raise bad_file("This workbook has too many cells. Split it.")
    first_row, first_column = sheet.start or (0, 0)
    count = 0
    for row, values in enumerate(sheet.iter_rows(), start=first_row + 1):
        cells = [*[""] * first_column, *(_cell(value) for value in values)]
        while cells and cells[-1] == "":
            cells.pop()
        if not any(cell != "" for cell in cells):
            continue
        count += 1
        limits.check_row(count)
        limits.check_cells(row, [cell if isinstance(cell, str) else "" for cell in cells])
        yield row, cells


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        number = exact(value)
        return number if number.is_finite() else ""
    if isinstance(value, date):  # or a datetime
        return value
    return str(value).replace("\0", "")
