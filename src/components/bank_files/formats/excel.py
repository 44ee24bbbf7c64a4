"""Excel workbooks (.xlsx): the cells as they were last computed; nothing in them is evaluated.

Read here rather than by a library, because openpyxl builds the parts of a workbook in memory before anything
can be counted: a file of a megabyte then takes minutes and gigabytes.
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from src.components.bank_files.formats.excel_parts import Relations, Rows, Sheets, Strings, Styles
from src.components.bank_files.formats.xml_reader import CHUNK, Handler, Malformed, Markup
from src.components.bank_files.inference.cells import is_data
from src.components.bank_files.limits import Limits
from src.components.bank_files.messages.reader import is_message
from src.components.bank_files.record import Record
from src.errors import InvalidInput

_MOST_PARTS = 1_000
_MOST_SHEETS = 10
_SMALL = 1_000_000
"""A part of so many bytes may be packed as tightly as it likes."""
_FIRST_ROWS = 60
_BOOK = "xl/workbook.xml"

Read = TypeVar("Read", bound=Handler)


def records(content: bytes, limits: Limits) -> list[Record]:
    """Each row that is not blank, of the first sheet that has transactions, or else messages.

    Raises InvalidInput.
    """
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(content)) as archive:
            warnings.simplefilter("ignore")
            _check_parts(archive.infolist(), limits)
            return _Book(archive, limits).records()
    except (Malformed, zipfile.BadZipFile, zlib.error, ValueError, LookupError, OSError, EOFError):
        raise InvalidInput("This Excel file is damaged and cannot be read.", field="file") from None
    except (NotImplementedError, RuntimeError):  # packed in a rare way, or with a password
        raise InvalidInput("This Excel file is packed in a way that cannot be read.", field="file") from None


def _check_parts(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse what is no workbook, or swells too far. Unpacking keeps to the sizes that are checked here."""
    if not any(part.filename == _BOOK for part in parts):
        raise InvalidInput(
            "This archive is no Excel workbook (.xlsx). Unpack it, or save it as CSV.", field="file"
        )
    swollen = any(
        part.file_size > _SMALL and part.file_size > limits.ratio * max(part.compress_size, 1)
        for part in parts
    )
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked or swollen:
        raise InvalidInput("This Excel file is too large once unpacked.", field="file")


class _Book:
    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive, self._limits = archive, limits
        relations = self._read("xl/_rels/workbook.xml.rels", Relations())
        book = self._read(_BOOK, Sheets())
        self._since_1904 = book.since_1904
        self._texts = self._read(relations.strings, Strings(limits)).texts
        self._date_styles = self._read(relations.styles, Styles()).of_dates
        self._sheets = [relations.sheets[each] for each in book.ids if each in relations.sheets]

    def records(self) -> list[Record]:
        first_filled = with_messages = ""
        for name in self._sheets[:_MOST_SHEETS]:
            head = list(islice(self._rows(name), _FIRST_ROWS))
            if any(is_data(cells) for _, cells in head):
                return list(self._rows(name))
            first_filled = first_filled or (name if head else "")
            if not with_messages and any(is_message(cell) for _, cells in head for cell in cells):
                with_messages = name
        chosen = with_messages or first_filled
        return list(self._rows(chosen)) if chosen else []

    def _rows(self, name: str) -> Iterator[Record]:
        rows = Rows(self._texts, self._date_styles, self._limits, since_1904=self._since_1904)
        for _ in self._fed(name, rows):
            yield from rows.taken()

    def _read(self, name: str, handler: Read) -> Read:
        """`handler`, once it has seen the whole part; a workbook may lack some parts."""
        if name in self._archive.namelist():
            for _ in self._fed(name, handler):
                pass
        return handler

    def _fed(self, name: str, handler: Handler) -> Iterator[None]:
        """Yields behind each chunk."""
        markup = Markup(handler, self._limits)
        with self._archive.open(name) as part:
            while chunk := part.read(CHUNK):
                markup.feed(chunk)
                yield
        markup.close()
