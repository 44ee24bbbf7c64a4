"""CSV and similar text: cuts it into records without interpreting the cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from src.components.bank_files.entry import Record
from src.components.bank_files.formats.encodings import lines as lines_of
from src.components.bank_files.inference.amounts import is_amount
from src.components.bank_files.inference.cells import is_data
from src.components.bank_files.inference.dates import is_date
from src.components.bank_files.inference.headings import known_names
from src.components.bank_files.limits import Limits, bad_file
from src.components.bank_files.messages.reader import is_message
from src.components.bank_files.plan import DELIMITERS
from src.domain.spreadsheet_cells import unescape_formula

MAX_LINES = 60
"""Lines of one record; with more, a quotation mark is not closed."""
_QUOTED_LINE = re.compile(r'"(?:[^"]|"")*+"')
_SAMPLE_LINES = 300
_EVEN = 0.9
"""Share of a message table's records that have the same number of columns."""
_MESSAGES = 0.1
"""Share of messages in one of its columns."""
_SAMPLE_LENGTH = 200_000


def records(text: str, delimiter: str, limits: Limits) -> Iterator[Record]:
    """The records that are not blank, with the line they start on. Raises InvalidInput."""
    read: list[str] = []
    length_left = len(text)

    def lines() -> Iterator[str]:
        nonlocal length_left
        for row, line in enumerate(lines_of(text), start=1):
            if len(line) > limits.line:
                raise bad_file(f"Line {row} has more than {limits.line:,} characters.")
            length_left -= len(line)
            read.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter)
    start, count = 1, 0
    try:
        for cells in reader:
            if len(read) > 1 and (
                len(read) > MAX_LINES or _swallows(cells, delimiter) or (not length_left and _is_open(read))
            ):
                raise bad_file(f"A quotation mark opened in line {start} is never closed.")
            read.clear()
            cells = [unescape_formula(cell) for cell in cells]
            if any(cells):
                count += 1
                limits.check_row(count)
                limits.check_cells(start, cells)
                yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        raise bad_file(f"Row {start} could not be split into columns.") from None


def normalized(text: str) -> str:
    """Converts two odd dialects to the usual one: `~|~` as delimiter, and lines quoted as a whole."""
    if "~|~" in text[:_SAMPLE_LENGTH]:
        text = text.replace("~|~", "|")
    lines = text[:_SAMPLE_LENGTH].splitlines()
    if sum(map(_is_quoted_line, lines)) < 0.9 * len(lines):
        return text
    return "".join(map(_unquoted, text.splitlines(keepends=True)))


def _is_quoted_line(line: str) -> bool:
    return "," in line and bool(_QUOTED_LINE.fullmatch(line.strip()))


def _unquoted(line: str) -> str:
    content = line.rstrip("\r\n")
    if not _is_quoted_line(content):
        return line
    return content.strip()[1:-1].replace('""', '"') + line[len(content) :]


def _swallows(cells: list[str], delimiter: str) -> bool:
    """Whether a quotation over several lines contains records."""
    inner = (line for cell in cells if "\n" in cell or "\r" in cell for line in cell.splitlines()[1:])
    return any(is_data([part.strip('" ') for part in line.split(delimiter)]) for line in inner)


def _is_open(lines: list[str]) -> bool:
    """Whether the last record of the file ends within a quotation."""
    return not lines[-1].endswith('"') and sum(line.count('"') for line in lines) % 2 == 1


def detect_delimiter(text: str) -> str | None:
    """The one with the most even columns; None if none gives at least two of dates, amounts, messages and a
    heading."""
    sample = "".join(islice(io.StringIO(text[:_SAMPLE_LENGTH], newline=""), _SAMPLE_LINES))
    scores = {delimiter: _score(sample, delimiter) for delimiter in DELIMITERS}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > (0, 0, 0) else None


def _heads_messages(rows: list[list[str]]) -> bool:
    """Whether the first row may name columns, one of them with messages. Commas in plain messages also make
    columns, but there the first row has a number or is a payment."""
    names, *body = rows
    if not all(name.strip() and not any(map(str.isdecimal, name)) for name in names):
        return False
    return any(
        sum(is_message(cells[position]) for cells in body) >= _MESSAGES * max(len(body), 1)
        for position in range(len(names))
    )


def _score(sample: str, delimiter: str) -> tuple[int, int, int]:
    """(signs of a table: dates, amounts, a heading; records with the usual width; that width)."""
    try:
        rows = [
            cells for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if any(cells)
        ]
    except csv.Error:
        return (0, 0, 0)
    widths = Counter(len(cells) for cells in rows if len(cells) > 1)
    if not widths:
        return (0, 0, 0)
    even, width = max((count, width) for width, count in widths.items())
    body = [cells for cells in rows if len(cells) == width][:60]
    kinds = sum(
        any(sum(fits(cells[position]) for cells in body) >= 0.3 * len(body) for position in range(width))
        for fits in (is_date, is_amount)
    )
    kinds += max(0, min(max(map(known_names, rows[:60])), 3) - 1)
    kinds += 2 * (even >= _EVEN * len(rows) and _heads_messages(body))
    return (kinds, even, width) if kinds > 1 else (0, 0, 0)
