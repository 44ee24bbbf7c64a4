"""Days that only their column or the statement shows: counted in seconds or days, or without a year."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice

from src.components.bank_files.entry import Cell, Line, Record, Rejected, as_text
from src.components.bank_files.inference.cells import is_date_cell
from src.components.bank_files.inference.dates import readings
from src.components.bank_files.inference.headings import field_of, known_names
from src.components.bank_files.plan import Field

_SAMPLE = 200
_HEADING_WITHIN = 60
_FIRST_SERIAL = date(1899, 12, 30)
_MILLISECONDS = re.compile(r"1[0-9]{12}")
_SECONDS = re.compile(r"1[0-9]{9}(?:\.[0-9]+)?")
_SERIAL = re.compile(r"[3-5][0-9]{4}(?:\.[0-9]+)?")
"""Of Excel: from 1982 to 2064."""
_WITHOUT_YEAR = re.compile(r"[0-9]{1,2}(?:\.? ?[^\W\d_]{3,12}\.?|\. ?[0-9]{1,2}\.)")
_WHOLE_DATE = re.compile(r"[0-9]{1,4}[-/. ](?:[0-9]{1,2}|[^\W\d_]{3,12})\.?[-/. ][0-9]{2,4}")

_Read = Callable[[str], date | None]


def with_whole_days(
    records: Callable[[], Iterator[Line]], names: Sequence[str] | None = None
) -> Callable[[], Iterator[Line]]:
    """The same records, with dates in the columns named so whose cells are days of the kinds above.

    names: of the columns, if no record holds them.
    """
    sample = [line for line in islice(records(), _SAMPLE) if not isinstance(line, Rejected)]
    heading: Record | None = (0, list(names)) if names else _heading(sample)
    if heading is None:
        return records
    row_of_heading, cells_of_heading = heading
    below = [cells for row, cells in sample if row > row_of_heading]
    above = [as_text(cell) for row, cells in sample if row < row_of_heading for cell in cells]
    readers: dict[int, _Read] = {}
    for position, name in enumerate(cells_of_heading):
        if field_of(as_text(name)) is Field.DATE and (read := _reader(position, below, above)):
            readers[position] = read
    return partial(_converted, records, readers, row_of_heading) if readers else records


def _heading(sample: Sequence[Record]) -> Record | None:
    """The first record that has names of columns and no date."""
    first = sample[:_HEADING_WITHIN]
    return next(
        (line for line in first if known_names(line[1]) > 1 and not any(map(is_date_cell, line[1]))), None
    )


def _converted(
    records: Callable[[], Iterator[Line]], readers: dict[int, _Read], row_of_heading: int
) -> Iterator[Line]:
    for line in records():
        if isinstance(line, Rejected) or line[0] <= row_of_heading:
            yield line
            continue
        cells: list[Cell] = list(line[1])
        for position, read in readers.items():
            if position < len(cells) and (day := read(as_text(cells[position]).strip())):
                cells[position] = day
        yield line[0], cells


def _reader(position: int, below: Sequence[Sequence[Cell]], above: Sequence[str]) -> _Read | None:
    """How the days of a column are read, if they are all of one kind."""
    texts = [as_text(cells[position]).strip() for cells in below if position < len(cells)]
    filled = [text for text in texts if text]
    if not filled:
        return None
    kinds = ((_MILLISECONDS, _of_milliseconds), (_SECONDS, _of_seconds), (_SERIAL, _of_serial))
    for pattern, read in kinds:
        if all(map(pattern.fullmatch, filled)):
            return read
    period = [day for text in above for day in _whole_dates(text)]
    if not period or not all(map(_WITHOUT_YEAR.fullmatch, filled)):
        return None
    return lambda text: _in_period(text, min(period), max(period))


def _whole_dates(text: str) -> Iterator[date]:
    for match in _WHOLE_DATE.finditer(text):
        days = readings(match[0])
        if day := days.get("dmy") or next(iter(days.values()), None):
            yield day


def _in_period(text: str, first: date, last: date) -> date | None:
    """The day in the period of the statement, else the last one before its end."""
    days = [day for year in range(first.year, last.year + 1) if (day := _of_year(text, year))]
    inside = [day for day in days if first <= day <= last]
    return next(iter(inside), max((day for day in days if day <= last), default=None))


def _of_year(text: str, year: int) -> date | None:
    has_number = text.endswith(".") and text[-2:-1].isdigit()
    return readings(f"{text}{year}" if has_number else f"{text.rstrip('.')} {year}").get("dmy")


def _of_seconds(text: str) -> date | None:
    return datetime.fromtimestamp(float(text), UTC).date() if _SECONDS.fullmatch(text) else None


def _of_milliseconds(text: str) -> date | None:
    return datetime.fromtimestamp(int(text) / 1000, UTC).date() if _MILLISECONDS.fullmatch(text) else None


def _of_serial(text: str) -> date | None:
    return _FIRST_SERIAL + timedelta(days=int(float(text))) if _SERIAL.fullmatch(text) else None
