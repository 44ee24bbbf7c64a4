"""Tables of web pages and of XML Spreadsheet 2003, which banks name `.xls`; nothing is fetched or run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from src.components.bank_files.entry import Cell, Record
from src.components.bank_files.formats.workbooks.sheets import has_transactions
from src.components.bank_files.inference.amounts import exact
from src.components.bank_files.limits import Limits, bad_file

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T00:00:00(?:\.000)?")
_ROWS = frozenset(("tr", "row"))
_CELLS = frozenset(("td", "th", "cell"))
_BREAKS = frozenset(("br", "p", "div", "li"))
_SKIPPED = frozenset(("script", "style", "head", "title", "styles", "documentproperties"))
_MOST_SPANNED = 50


def records(text: str, limits: Limits) -> list[Record]:
    """The rows that are not blank; the number of a row is its place among all. Raises InvalidInput."""
    parser = _Tables(limits)
    parser.feed(text)
    parser.close()
    parser.finish()
    if not has_transactions(parser.rows):
        raise bad_file("This is a web page or an XML file of another kind, not a statement.")
    return parser.rows


@dataclass
class _Table:
    """An open table; pages have tables within cells of others."""

    cells: list[Cell] | None = None
    """Of the open row."""
    text: list[str] | None = None
    """Of the open cell."""
    spanned: int = 0
    """Columns that the open cell covers in addition to its own."""
    is_number: bool = False


class _Tables(HTMLParser):
    """Collects the rows of all tables, of nested ones before the row around them."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[Record] = []
        self._limits = limits
        self._tables: list[_Table] = []
        self._number = self._elements = self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._elements += 1
        if self._elements > self._limits.elements:
            raise bad_file(f"This file has more than {self._limits.elements:,} elements. Split it.")
        tag = tag.rpartition(":")[2]
        if tag in ("body", "table"):
            self._skipped = 0  # the head may not be closed
        if tag in _SKIPPED:
            self._skipped += 1
        elif tag == "table" or (tag in _ROWS and not self._tables):
            if len(self._tables) >= self._limits.depth:
                raise bad_file("This file is nested too deeply.")
            self._tables.append(_Table())
        if tag in _ROWS:
            self._end_row()
            self._tables[-1].cells = []
        elif tag in _CELLS and self._tables:
            self._start_cell({name.rpartition(":")[2]: value or "" for name, value in attrs})
        elif tag == "data" and self._tables:
            self._tables[-1].is_number = ("ss:type", "Number") in attrs
        elif tag in _BREAKS:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag in _CELLS:
            self._end_cell()
        elif tag in _ROWS:
            self._end_row()
        elif tag == "table":
            self._end_table()

    def handle_data(self, data: str) -> None:
        if self._tables and not self._skipped and (text := self._tables[-1].text) is not None:
            text.append(data)

    def finish(self) -> None:
        while self._tables:
            self._end_table()

    def _end_table(self) -> None:
        self._end_row()
        if self._tables:
            self._tables.pop()

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._end_cell()
        table = self._tables[-1]
        table.cells = [] if table.cells is None else table.cells
        table.cells.extend([""] * min(_MOST_SPANNED, _number(attributes, "index") - len(table.cells) - 1))
        table.spanned = max(_number(attributes, "colspan") - 1, _number(attributes, "mergeacross"), 0)
        table.text, table.is_number = [], False

    def _end_cell(self) -> None:
        table = self._tables[-1] if self._tables else _Table()
        if table.text is None or table.cells is None:
            return
        text = " ".join("".join(table.text).split())
        day = _DAY.fullmatch(text)
        table.cells.append(_exact(text) if table.is_number else day[1] if day else text)
        table.cells.extend([""] * min(table.spanned, _MOST_SPANNED))
        table.text = None
        self._limits.check_cells(self._number + 1, [cell for cell in table.cells if isinstance(cell, str)])

    def _end_row(self) -> None:
        self._end_cell()
        if not self._tables or (cells := self._tables[-1].cells) is None:
            return
        self._tables[-1].cells = None
        self._number += 1
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            self._limits.check_row(len(self.rows) + 1)
            self.rows.append((self._number, cells))


def _number(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _exact(text: str) -> Cell:
    try:
        number = exact(float(text))
    except ValueError:
        return text
    return number if number.is_finite() else text
