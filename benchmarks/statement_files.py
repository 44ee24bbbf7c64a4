"""The bytes of the files in tests/bank_files: text as it is, workbooks made from their rows."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from html import escape
from typing import Any

_NUMBERS_OF_DAYS = "DD/MM/YYYY"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def content_of(case: dict[str, Any]) -> bytes:
    """case: with `lines` of a text, or with `sheets`, whose cells are texts, numbers, days and blanks.

    A day is an object with the key `day`; `workbook` is xlsx, xls or ods.
    """
    if "sheets" in case:
        sheets = [[list(map(_value, row)) for row in sheet] for sheet in case["sheets"]]
        return {"xlsx": _xlsx, "xls": _xls, "ods": _ods}[case["workbook"]](sheets)
    text = "".join(f"{line}\n" for line in case["lines"])
    return text.encode(case.get("encoding", "utf-8"))


def _value(cell: Any) -> Any:
    return date.fromisoformat(cell["day"]) if isinstance(cell, dict) else cell


def _xlsx(sheets: list[list[list[Any]]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    return _saved(book)


def _xls(sheets: list[list[list[Any]]]) -> bytes:
    import xlwt

    book = xlwt.Workbook()
    of_days = xlwt.easyxf(num_format_str=_NUMBERS_OF_DAYS)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.add_sheet(f"Sheet {number}")
        for at, row in enumerate(rows):
            for position, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write(at, position, cell, of_days)
                elif cell != "":
                    sheet.write(at, position, cell)
    return _saved(book)


def _saved(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _ods(sheets: list[list[list[Any]]]) -> bytes:
    tables = "".join(
        f'<table:table table:name="Sheet {number}">{"".join(map(_ods_row, rows))}</table:table>'
        for number, rows in enumerate(sheets, start=1)
    )
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", _ODS)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
            "</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content{spaces}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return content.getvalue()


def _ods_row(row: list[Any]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: Any) -> str:
    if cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, date):
        kind = f'office:value-type="date" office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, (int, float)):
        kind = f'office:value-type="float" office:value="{cell}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{escape(str(cell))}</text:p></table:table-cell>"
