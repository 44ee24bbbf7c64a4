"""The parts of an Excel workbook (ECMA-376): relations, sheets, styles, shared texts and rows."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from src.components.bank_files.entry import Cell, Record
from src.components.bank_files.formats.xml_reader import Handler
from src.components.bank_files.inference.amounts import exact
from src.components.bank_files.limits import Limits, bad_file

_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Built-in number formats that show a date or a time."""
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
"""Literal parts of a format: texts, colours and currencies, padding."""
_DATE_CODE = re.compile("[dmyhs]", re.IGNORECASE)
_MS_PER_DAY = 24 * 60 * 60 * 1000
_WIDEST = 16_384
"""Columns a sheet of Excel has."""
_ESCAPED = re.compile("_x(00[01][0-9A-F]|005F)_")
_REFERENCE = re.compile("([A-Z]{1,3})[0-9]*")


class Workbook(Handler):
    """The workbook itself, and its relations, which name the other parts."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        """Of the sheets, in order."""
        self.sheets: dict[str, str] = {}
        """Names of their parts, by their id."""
        self.strings = self.styles = ""
        self.since_1904 = False
        """Whether dates count from 1904, as on old Macs."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
            if kind == "worksheet":
                self.sheets[attributes.get("Id", "")] = target
            elif kind == "sharedStrings":
                self.strings = target
            elif kind == "styles":
                self.styles = target
        elif name == "sheet":
            self.ids += [value for key, value in attributes.items() if key.endswith(":id")]
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")


class Styles(Handler):
    def __init__(self) -> None:
        self.of_dates: set[int] = set()
        """Cell styles that show a number as a date or a time."""
        self._formats: dict[str, str] = {}
        self._count = 0
        self._within_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            self._within_cells = True
        elif name == "xf" and self._within_cells:
            if self._shows_date(attributes.get("numFmtId", "0")):
                self.of_dates.add(self._count)
            self._count += 1

    def end(self, name: str) -> None:
        self._within_cells = self._within_cells and name != "cellXfs"

    def _shows_date(self, number: str) -> bool:
        if number not in self._formats:
            return number.isdecimal() and int(number) in _DATE_FORMATS
        code = _LITERAL.sub("", self._formats[number].partition(";")[0])
        return bool(_DATE_CODE.search(code)) and code.casefold() != "general"


class _Text:
    """Joins the runs of one text, without its phonetic hints."""

    def __init__(self, max_length: int) -> None:
        self._max_length = max_length
        self.clear()

    def clear(self) -> None:
        self._parts: list[str] = []
        self._length = self._phonetic = 0
        self._within = False

    def start(self, name: str) -> None:
        self._within = name in ("t", "v") and not self._phonetic
        self._phonetic += name == "rPh"

    def data(self, text: str) -> None:
        if self._within and self._length <= self._max_length:
            self._parts.append(text)
            self._length += len(text)

    def end(self, name: str) -> None:
        self._within = False
        self._phonetic -= name == "rPh"

    def text(self) -> str:
        text = "".join(self._parts)[: self._max_length + 1]
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class Strings(Handler):
    """The shared texts of cells."""

    def __init__(self, limits: Limits) -> None:
        self.texts: list[str] = []
        self._limits = limits
        self._text = _Text(limits.cell)
        self._size = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._text.start(name)
        if name == "si":
            self._text.clear()

    def data(self, text: str) -> None:
        self._text.data(text)

    def end(self, name: str) -> None:
        self._text.end(name)
        if name == "si":
            text = self._text.text()
            self._size += sys.getsizeof(text)
            if self._size > self._limits.texts:
                raise bad_file("This Excel file has too many texts. Split it.")
            self.texts.append(text)


class Rows(Handler):
    """The rows of a sheet that are not blank."""

    def __init__(
        self, texts: Sequence[str], date_styles: Set[int], limits: Limits, *, since_1904: bool
    ) -> None:
        self._texts, self._limits = texts, limits
        self._date_styles = {str(style) for style in date_styles}
        self._first_day = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        self._done: list[Record] = []
        self._within = False
        self._row = self._last_filled = self._column = 0
        self._count = self._cell_count = 0
        self._cells: dict[int, Cell] = {}
        self._open = False
        """Whether a cell is not closed yet."""
        self._kind = self._style = ""
        self._text = _Text(limits.cell)

    def pop_done(self) -> list[Record]:
        """The rows since the last call."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._within:
            self._within = name == "sheetData"
        elif name == "row":
            self._start_row(attributes.get("r", ""))
        elif name == "c":
            self._start_cell(attributes)
        else:
            self._text.start(name)

    def data(self, text: str) -> None:
        if self._open:
            self._text.data(text)

    def end(self, name: str) -> None:
        if name == "sheetData":
            self._within = False
        elif not self._within:
            return
        elif name == "row":
            self._end_row()
        elif name == "c":
            self._end_cell()
        else:
            self._text.end(name)

    def _start_row(self, number: str) -> None:
        stated = int(number) if number.isdecimal() and len(number) <= 9 else 0
        self._row = max(self._row + 1, stated)
        self._column = 0
        self._cells = {}
        if self._row > self._last_filled + self._limits.rows:
            raise bad_file(f"The sheet has too many empty rows below row {self._last_filled}.")

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = _REFERENCE.match(attributes.get("r", ""))
        self._column = _position(reference[1]) if reference else self._column + 1
        if self._column > _WIDEST:
            raise bad_file(f"Row {self._row} has more columns than a sheet can have.")
        self._open, self._kind, self._style = True, attributes.get("t", "n"), attributes.get("s", "")
        self._text.clear()

    def _end_cell(self) -> None:
        cell = self._parsed(self._text.text()) if self._open else ""
        self._open = False
        if cell == "":
            return
        if self._column > self._limits.columns:
            raise bad_file(f"Row {self._row} has more than {self._limits.columns} columns.")
        self._cell_count += 1
        if self._cell_count > self._limits.cells:
            raise bad_file(f"The sheet has more than {self._limits.cells:,} filled cells. Split it.")
        self._cells[self._column] = cell

    def _parsed(self, text: str) -> Cell:
        if not text:
            return ""
        if self._kind == "s":
            return self._texts[int(text)].replace("\0", "")
        if self._kind == "b":
            return str(text.strip() in ("1", "true")).upper()
        try:
            if self._kind == "d":
                return datetime.fromisoformat(text.strip())
            if self._kind != "n":
                return text.replace("\0", "")
            if self._style in self._date_styles:
                return self._day(float(text))
            number = Decimal(text) if text.lstrip("-").isdecimal() and len(text) <= 15 else exact(float(text))
        except (ValueError, OverflowError, InvalidOperation):
            return ""
        return number if number.is_finite() else ""

    def _day(self, number: float) -> Cell:
        """Returns "" for a time without a date."""
        if not 1 <= number < 3_000_000:
            return ""
        # Excel treats 1900 as a leap year, so its days before March 1900 are one behind.
        early = number < 60 and self._first_day.year == 1899
        days, part = divmod(number, 1)
        return self._first_day + timedelta(days=days + early, milliseconds=round(part * _MS_PER_DAY))

    def _end_row(self) -> None:
        if not self._cells:
            return
        cells = [self._cells.get(position, "") for position in range(1, max(self._cells) + 1)]
        self._cells = {}
        self._count, self._last_filled = self._count + 1, self._row
        self._limits.check_row(self._count)
        self._limits.check_cells(self._row, [cell for cell in cells if isinstance(cell, str)])
        self._done.append((self._row, cells))


def _position(letters: str) -> int:
    """`A` -> 1, `AB` -> 28."""
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - 64
    return position
