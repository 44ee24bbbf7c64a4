"""What is read of each part of an Excel workbook (ECMA-376): its sheets, texts, number formats and rows."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from src.components.bank_files.inference.amounts import exact
from src.components.bank_files.limits import Limits
from src.components.bank_files.record import Cell, Record
from src.errors import InvalidInput

_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Formats with a number of their own that show a day or a time."""
_NO_DAY = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
"""What stands in a format as it is: texts, colours and currencies, filling."""
_PARTS_OF_A_DAY = re.compile("[dmyhs]", re.IGNORECASE)
_MS_OF_A_DAY = 24 * 60 * 60 * 1000
_WIDEST = 16_384
"""Columns a sheet of Excel has."""
_ESCAPED = re.compile("_x(00[01][0-9A-F]|005F)_")
_REFERENCE = re.compile("([A-Z]{1,3})[0-9]*")


class Relations:
    """Where the other parts are."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        """By the id under which the workbook names them."""
        self.strings = self.styles = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
        if name != "Relationship":
            return
        if kind == "worksheet":
            self.sheets[attributes.get("Id", "")] = target
        elif kind == "sharedStrings":
            self.strings = target
        elif kind == "styles":
            self.styles = target

    def data(self, text: str) -> None: ...
    def end(self, name: str) -> None: ...


class Sheets:
    """The workbook itself."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        """Of its sheets, in their order."""
        self.since_1904 = False
        """Whether days are counted from 1904, as an old Mac did."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.ids += [value for key, value in attributes.items() if key.endswith(":id")]
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")

    def data(self, text: str) -> None: ...
    def end(self, name: str) -> None: ...


class Styles:
    def __init__(self) -> None:
        self.of_dates: set[int] = set()
        """Styles of cells that show a number as a day or a time."""
        self._formats: dict[str, str] = {}
        self._count = 0
        self._within_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            self._within_cells = True
        elif name == "xf" and self._within_cells:
            if self._shows_a_day(attributes.get("numFmtId", "0")):
                self.of_dates.add(self._count)
            self._count += 1

    def data(self, text: str) -> None: ...

    def end(self, name: str) -> None:
        self._within_cells = self._within_cells and name != "cellXfs"

    def _shows_a_day(self, number: str) -> bool:
        if number not in self._formats:
            return number.isdecimal() and int(number) in _DATE_FORMATS
        code = _NO_DAY.sub("", self._formats[number].partition(";")[0])
        return bool(_PARTS_OF_A_DAY.search(code)) and code.casefold() != "general"


class _Text:
    """The letters of one text, of all its runs; how it is pronounced is left away."""

    def __init__(self, most: int) -> None:
        """most: letters that are kept."""
        self._most = most
        self.clear()

    def clear(self) -> None:
        self._parts: list[str] = []
        self._length = self._spoken = 0
        self._within = False

    def start(self, name: str) -> None:
        self._within = name in ("t", "v") and not self._spoken
        self._spoken += name == "rPh"

    def data(self, text: str) -> None:
        if self._within and self._length <= self._most:
            self._parts.append(text)
            self._length += len(text)

    def end(self, name: str) -> None:
        self._within = False
        self._spoken -= name == "rPh"

    def whole(self) -> str:
        text = "".join(self._parts)[: self._most + 1]
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class Strings:
    """The texts that cells share."""

    def __init__(self, limits: Limits) -> None:
        self.texts: list[str] = []
        self._limits = limits
        self._text = _Text(limits.cell)
        self._size = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        self._text.start(name)
        if name == "si":
            self._text.clear()

    def data(self, text: str) -> None:
        self._text.data(text)

    def end(self, name: str) -> None:
        self._text.end(name)
        if name == "si":
            text = self._text.whole()
            self._size += sys.getsizeof(text)
            if self._size > self._limits.texts:
                raise InvalidInput("This Excel file has too many texts. Split it.", field="file")
            self.texts.append(text)


class _Open(NamedTuple):
    """A cell whose end is still to come."""

    column: int
    kind: str
    style: str


class Rows:
    """The rows of a sheet that are not blank."""

    def __init__(
        self, texts: Sequence[str], date_styles: Set[int], limits: Limits, *, since_1904: bool
    ) -> None:
        self._texts, self._limits = texts, limits
        self._date_styles = {str(each) for each in date_styles}
        self._first_day = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        self._done: list[Record] = []
        self._within = False
        self._row = self._last_filled = self._column = 0
        self._count = self._cell_count = 0
        self._cells: dict[int, Cell] = {}
        self._open: _Open | None = None
        self._text = _Text(limits.cell)

    def taken(self) -> list[Record]:
        """Those that are read since this was last asked."""
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
        given = int(number) if number.isdecimal() and len(number) <= 9 else 0
        self._row = max(self._row + 1, given)
        self._column = 0
        self._cells = {}
        if self._row > self._last_filled + self._limits.rows:
            raise InvalidInput(
                f"Below row {self._last_filled} the sheet is empty for too long.", field="file"
            )

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = _REFERENCE.match(attributes.get("r", ""))
        self._column = _place(reference[1]) if reference else self._column + 1
        if self._column > _WIDEST:
            raise InvalidInput(f"Row {self._row} has more columns than a sheet can have.", field="file")
        self._open = _Open(self._column, attributes.get("t", "n"), attributes.get("s", ""))
        self._text.clear()

    def _end_cell(self) -> None:
        opened, self._open = self._open, None
        cell = self._of_text(self._text.whole(), opened) if opened else ""
        if opened is None or cell == "":
            return
        if opened.column > self._limits.columns:
            raise InvalidInput(f"Row {self._row} has more than {self._limits.columns} columns.", field="file")
        self._cell_count += 1
        if self._cell_count > self._limits.cells:
            raise InvalidInput(
                f"The sheet has more than {self._limits.cells:,} filled cells. Split it.", field="file"
            )
        self._cells[opened.column] = cell

    def _of_text(self, text: str, opened: _Open) -> Cell:
        kind = opened.kind
        if not text:
            return ""
        if kind == "s":
            return self._texts[int(text)].replace("\0", "")
        if kind == "b":
            return str(text.strip() in ("1", "true")).upper()
        if kind == "d":
            return _of_iso(text)
        if kind != "n":
            return text.replace("\0", "")
        return self._of_number(text, shows_a_day=opened.style in self._date_styles)

    def _of_number(self, text: str, *, shows_a_day: bool) -> Cell:
        try:
            if shows_a_day:
                return self._day(float(text))
            number = Decimal(text) if text.lstrip("-").isdecimal() and len(text) <= 15 else exact(float(text))
        except (ValueError, OverflowError, InvalidOperation):
            return ""
        return number if number.is_finite() else ""

    def _day(self, number: float) -> Cell:
        """A time of no day is no cell a transaction has."""
        if not 1 <= number < 3_000_000:
            return ""
        # Excel takes 1900 for a leap year, so its days before March of that year are one behind.
        early = number < 60 and self._first_day.year == 1899
        days, part = divmod(number, 1)
        return self._first_day + timedelta(days=days + early, milliseconds=round(part * _MS_OF_A_DAY))

    def _end_row(self) -> None:
        if not self._cells:
            return
        cells = [self._cells.get(place, "") for place in range(1, max(self._cells) + 1)]
        self._cells = {}
        self._count, self._last_filled = self._count + 1, self._row
        self._limits.check_row(self._count)
        self._limits.check_cells(self._row, [each for each in cells if isinstance(each, str)])
        self._done.append((self._row, cells))


def _place(letters: str) -> int:
    """`A` -> 1, `AB` -> 28."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place


def _of_iso(text: str) -> Cell:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return ""
