"""Text in columns: CSV and its sisters. The bytes are cut into records; nothing is understood of them yet."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.inference.amounts import is_amount
from src.components.bank_files.inference.cells import is_data
from src.components.bank_files.inference.dates import is_date
from src.components.bank_files.inference.headings import known_names
from src.components.bank_files.limits import Limits
from src.components.bank_files.messages.reader import is_message
from src.components.bank_files.plan import DELIMITERS
from src.components.bank_files.record import Record
from src.errors import InvalidInput

MOST_LINES = 60
"""Lines one record may have; more, and a quotation mark was opened that nobody closed."""
_QUOTED_WHOLE = re.compile(r'"(?:[^"]|"")*+"')
_LINES_LOOKED_AT = 300
_EVEN = 0.9
"""Share of the records of a table of messages that have equally many columns."""
_MESSAGES = 0.1
"""Share of messages in one of its columns."""
_LETTERS_LOOKED_AT = 200_000


def records(text: str, delimiter: str, limits: Limits) -> Iterator[Record]:
    """Each record that is not blank, with the line it starts on. Raises InvalidInput."""
    lines = _Lines(text, limits)
    reader = csv.reader(lines, delimiter=delimiter)
    start, count = 1, 0
    try:
        for cells in reader:
            read = lines.taken()
            if len(read) > MOST_LINES:
                raise _never_closed(start)
            if len(read) > 1 and (_swallows(cells, delimiter) or (lines.at_end and _is_open(read))):
                raise _never_closed(start)
            if any(cells):
                count += 1
                limits.check_row(count)
                limits.check_cells(start, cells)
                yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        raise InvalidInput(f"Row {start} cannot be told into columns.", field="file") from None


def plain(text: str) -> str:
    """Two odd dialects as the usual one: bars between tildes, and whole lines in quotation marks."""
    if "~|~" in text[:_LETTERS_LOOKED_AT]:
        text = text.replace("~|~", "|")
    lines = text[:_LETTERS_LOOKED_AT].splitlines()
    if sum(map(_is_quoted_whole, lines)) < 0.9 * len(lines):
        return text
    return "".join(map(_unquoted, text.splitlines(keepends=True)))


def _is_quoted_whole(line: str) -> bool:
    return "," in line and bool(_QUOTED_WHOLE.fullmatch(line.strip()))


def _unquoted(line: str) -> str:
    kept = line.rstrip("\r\n")
    return kept.strip()[1:-1].replace('""', '"') + line[len(kept) :] if _is_quoted_whole(kept) else line


class _Lines:
    """The lines of a text; which of them the record at hand has, and whether it is the last."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._lines = lines_of(text)
        self._next = next(self._lines, None)
        self._limits = limits
        self._taken: list[str] = []
        self._row = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._next
        if line is None:
            raise StopIteration
        self._row += 1
        if len(line) > self._limits.line:
            raise InvalidInput(f"Line {self._row} has more than {self._limits.line:,} letters.", field="file")
        self._next = next(self._lines, None)
        self._taken.append(line)
        return line

    @property
    def at_end(self) -> bool:
        return self._next is None

    def taken(self) -> list[str]:
        """Those since this was last asked."""
        taken, self._taken = self._taken, []
        return taken


def _swallows(cells: list[str], delimiter: str) -> bool:
    """Whether a quotation of several lines has records within it."""
    inner = (line for cell in cells if "\n" in cell or "\r" in cell for line in cell.splitlines()[1:])
    return any(is_data([part.strip('" ') for part in line.split(delimiter)]) for line in inner)


def _is_open(lines: list[str]) -> bool:
    """Whether the last record of the file ends inside a quotation."""
    return not lines[-1].endswith('"') and sum(line.count('"') for line in lines) % 2 == 1


def _never_closed(line: int) -> InvalidInput:
    return InvalidInput(f"A quotation mark opened in line {line} is never closed.", field="file")


def detect_delimiter(text: str) -> str | None:
    """The one that gives the most even columns; None where none gives two of days, amounts,
    messages, a heading."""
    sample = "".join(islice(io.StringIO(text[:_LETTERS_LOOKED_AT], newline=""), _LINES_LOOKED_AT))
    scores = {each: _score(sample, each) for each in DELIMITERS}
    best = max(scores, key=lambda each: scores[each])
    return best if scores[best] > (0, 0, 0) else None


def _heads_messages(rows: list[list[str]]) -> bool:
    """Whether the first row may name columns, one of which has messages. The commas of plain messages make
    columns as well, but their first row tells of a payment or has a number."""
    names, *body = rows
    if not all(name.strip() and not any(map(str.isdecimal, name)) for name in names):
        return False
    return any(
        sum(is_message(cells[place]) for cells in body) >= _MESSAGES * max(len(body), 1)
        for place in range(len(names))
    )


def _score(sample: str, delimiter: str) -> tuple[int, int, int]:
    """(signs of a table: days, amounts, a heading; even records; columns)."""
    try:
        rows = [
            cells for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if any(cells)
        ]
    except csv.Error:
        return (0, 0, 0)
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    if not widths:
        return (0, 0, 0)
    width, even = max(widths.items(), key=lambda item: (item[1], item[0]))
    body = [cells for cells in rows if len(cells) == width][:60]
    kinds = sum(
        any(sum(fits(cells[place]) for cells in body) >= 0.3 * len(body) for place in range(width))
        for fits in (is_date, is_amount)
    )
    kinds += max(0, min(max(map(known_names, rows[:60])), 3) - 1)
    kinds += 2 * (even >= _EVEN * len(rows) and _heads_messages(body))
    return (kinds, even, width) if kinds > 1 else (0, 0, 0)
