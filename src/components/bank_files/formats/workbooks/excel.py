"""Excel workbooks (.xlsx): the cells as last computed; nothing is evaluated.

Not read by openpyxl, because it builds the parts of a workbook in memory before anything can be counted: a
hostile file of a megabyte then takes minutes and gigabytes.
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from src.components.bank_files.entry import Record
from src.components.bank_files.formats.workbooks.excel_parts import Rows, Strings, Styles, Workbook
from src.components.bank_files.formats.workbooks.sheets import FIRST_ROWS, has_messages, has_transactions
from src.components.bank_files.formats.xml_reader import Handler, Malformed, feed
from src.components.bank_files.limits import Limits, bad_file

_MAX_PARTS = 1_000
_MAX_SHEETS = 10
_SMALL = 1_000_000
"""Bytes up to which a part may have any compression ratio."""
_BOOK = "xl/workbook.xml"

Read = TypeVar("Read", bound=Handler)


def records(content: bytes, limits: Limits) -> list[Record]:
    """The rows that are not blank, of the first sheet with transactions, else of the first with messages.

    Raises InvalidInput.
    """
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(content)) as archive:
            warnings.simplefilter("ignore")
            if _BOOK not in archive.namelist():
                raise bad_file("This archive is not an Excel workbook (.xlsx). Unpack it, or save it as CSV.")
            check_unpacked(archive.infolist(), limits)
            return _Book(archive, limits).records()
    except (Malformed, zipfile.BadZipFile, zlib.error, ValueError, LookupError, OSError, EOFError):
        raise bad_file("This Excel file is damaged and cannot be read.") from None
    except (NotImplementedError, RuntimeError):  # a rare compression, or a password
        raise bad_file("This Excel file is compressed or encrypted in a way that cannot be read.") from None


def check_unpacked(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse a file that is too large unpacked. Unpacking never exceeds the checked sizes."""
    too_dense = any(
        part.file_size > _SMALL and part.file_size > limits.ratio * max(part.compress_size, 1)
        for part in parts
    )
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > limits.unpacked or too_dense:
        raise bad_file("This workbook is too large once unpacked.")


class _Book:
    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive, self._limits = archive, limits
        book = self._read(_BOOK, self._read("xl/_rels/workbook.xml.rels", Workbook()))
        self._since_1904 = book.since_1904
        self._texts = self._read(book.strings, Strings(limits)).texts
        self._date_styles = self._read(book.styles, Styles()).of_dates
        self._sheets = [book.sheets[sheet_id] for sheet_id in book.ids if sheet_id in book.sheets]

    def records(self) -> list[Record]:
        first_filled = with_messages = ""
        for name in self._sheets[:_MAX_SHEETS]:
            head = list(islice(self._rows(name), FIRST_ROWS))
            if has_transactions(head):
                return list(self._rows(name))
            first_filled = first_filled or (name if head else "")
            if not with_messages and has_messages(head):
                with_messages = name
        chosen = with_messages or first_filled
        return list(self._rows(chosen)) if chosen else []

    def _rows(self, name: str) -> Iterator[Record]:
        rows = Rows(self._texts, self._date_styles, self._limits, since_1904=self._since_1904)
        for _ in self._feed(name, rows):
            yield from rows.pop_done()

    def _read(self, name: str, handler: Read) -> Read:
        """Feed the part, if there is one, to `handler` and return the handler."""
        if name in self._archive.namelist():
            for _ in self._feed(name, handler):
                pass
        return handler

    def _feed(self, name: str, handler: Handler) -> Iterator[None]:
        """Feed the part to `handler`; yields after each chunk."""
        with self._archive.open(name) as part:
            yield from feed(part, handler, self._limits)
