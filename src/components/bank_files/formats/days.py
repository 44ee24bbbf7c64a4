"""Cells that only their column or the statement explains: days in seconds or without a year, and flags."""

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
from src.components.bank_files.inference.wording import is_unsettled
from src.components.bank_files.plan import Field

_SAMPLE = 200
_HEADING_WITHIN = 60
_FIRST_SERIAL = date(1899, 12, 30)
_MILLISECONDS = re.compile(r"1[0-9]{12}")
_SECONDS = re.compile(r"1[0-9]{9}(?:\.[0-9]+)?")
_SERIAL = re.compile(r"[3-5][0-9]{4}(?:\.[0-9]+)?")
"""Of Excel: from 1982 to 2064."""
_RUN_TOGETHER = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
"""As a number of Excel, `20261123`."""
_WITHOUT_YEAR = re.compile(
    r"[0-9]{1,2}(?:[. -]{0,2}[^\W\d_]{3,12}\.?|\. ?[0-9]{1,2}\.?|[/-][0-9]{1,2})|[^\W\d_]{3,12}\.? [0-9]{1,2}"
)
_TWO_NUMBERS = re.compile(r"([0-9]{1,2})[/.-] ?([0-9]{1,2})\.?")
_NAME_FIRST = re.compile(r"([^\W\d_]+)\.? ([0-9]{1,2})")
_YES = frozenset("true yes y 1 x ja si sí oui tak да igen ano kyllä".split())
_WHOLE_DATE = re.compile(r"[0-9]{1,4}[-/. ](?:[0-9]{1,2}|[^\W\d_]{3,12})\.?[-/. ][0-9]{2,4}")

_LEAP_YEAR = 2000

_Read = Callable[[str], Cell | None]


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
        text = as_text(name).strip()
        if field_of(text) is Field.DATE and (read := _reader(position, below, above)):
            readers[position] = read
        elif is_unsettled(text):
            readers[position] = partial(_flag, name=text)
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
    kinds = (
        (_MILLISECONDS, _of_milliseconds),
        (_SECONDS, _of_seconds),
        (_SERIAL, _of_serial),
        (_RUN_TOGETHER, _of_run_together),
    )
    for pattern, read in kinds:
        if all(map(pattern.fullmatch, filled)):
            return read
    if not all(map(_WITHOUT_YEAR.fullmatch, filled)):
        return None
    is_month_first = _is_month_first(filled)
    if is_month_first is None:
        return None
    period = [day for text in above for day in _whole_dates(text)]

    def read_day(text: str) -> Cell | None:
        usual = _with_day_first(text, is_month_first=is_month_first)
        if period:
            return _in_period(usual, min(period), max(period))
        day = _of_year(usual, _LEAP_YEAR)
        return f"--{day:%m-%d}" if day else None

    return read_day


def _is_month_first(texts: Sequence[str]) -> bool | None:
    """Of days that are two numbers; None if nothing shows it, but for those with points."""
    pairs = [(int(match[1]), int(match[2])) for text in texts if (match := _TWO_NUMBERS.fullmatch(text))]
    if any(first > 12 for first, _ in pairs) or all("/" not in text and "-" not in text for text in texts):
        return False
    if any(second > 12 for _, second in pairs):
        return True
    return None if pairs else False


def _with_day_first(text: str, *, is_month_first: bool) -> str:
    """`14.3.` of two numbers, `14 Mar` of a name and a number."""
    if match := _TWO_NUMBERS.fullmatch(text):
        day, month = (match[2], match[1]) if is_month_first else (match[1], match[2])
        return f"{day}.{month}."
    return _NAME_FIRST.sub(r"\2 \1", text) if _NAME_FIRST.fullmatch(text) else text


def _flag(text: str, *, name: str) -> Cell | None:
    """The status of a row with a yes in a column such as `Pending`."""
    return name if text.casefold() in _YES else None


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


def _of_run_together(text: str) -> date | None:
    return readings(text).get("ymd") if _RUN_TOGETHER.fullmatch(text) else None
