"""Parses dates as people, banks and programs write them, and detects the order of a column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from src.components.bank_files.entry import Cell
from src.components.bank_files.plan import DATE_ORDERS
from src.components.bank_files.words.months import MONTHS

_MONTHS = {
    name: number
    for names in MONTHS.values()
    for number, alternatives in enumerate(names.split(", "), start=1)
    for name in alternatives.split()
}
_PREFIXES = {name[:length]: number for length in (3, 4) for name, number in reversed(_MONTHS.items())}
"""The first letters of a month, for a bank's own abbreviations; of several months the first language's."""
_ZONE = (
    r"(?:[AaPp]\.? ?[Mm]\.?|(?-i:[^\W\d_a-z]{1,5}\.?)|Uhr|h|hrs|[-+][0-9:]{1,6}|\(.*\)|[A-Z][A-Za-z]+/\w+)"
)
_REST = rf"(?:(?:[T, ]+|(?<=[0-9])-)(?:at )?[0-9]{{1,2}}[:.][0-9]{{2}}[0-9:.,]*(?:\s?{_ZONE}){{0,3}})?"
"""A time and its zone; a date followed by other words is a line of a diary."""
_NUMERIC = re.compile(
    rf"([0-9]{{1,4}})\s?[-/.'\s]\s?([0-9]{{1,2}})\s?[-/.'\s]\s?([0-9]{{2,4}}){_REST}", re.DOTALL
)
_YEAR_FIRST = re.compile(
    rf"([0-9]{{4}})\s?[-/.年]\s?([0-9]{{1,2}})\s?[-/.月]\s?([0-9]{{1,2}})[.日]?{_REST}", re.DOTALL
)
_RUN_TOGETHER = re.compile(
    rf"([0-9]{{8}})(?:[0-9]{{6}}(?:\.[0-9]{{1,3}})?(?:\[[-+0-9.:A-Z]*\])?|{_REST})", re.DOTALL
)
"""Perhaps with the time and zone of OFX, as in `20261123120000[-5:EST]`."""
_WEEKDAY = re.compile(r"[^\W\d_]{2,10}[.,]\s*|[^\W\d_]{2,3} (?=[0-9])")
_DAY_NAME_YEAR = re.compile(
    r"([0-9]{1,2})(?:ST|ND|RD|TH|\.)?[-/., ]*(?:DE )?([^\W\d_]{3,12})\.?[-/., ']*(?:DE )?"
    rf"([0-9]{{4}}|[0-9]{{2}})(?: ?[гр]\.)?{_REST}",
    re.IGNORECASE | re.DOTALL,
)
_NAME_DAY_YEAR = re.compile(
    rf"([^\W\d_]{{3,12}})\.?[ -]*([0-9]{{1,2}})(?:ST|ND|RD|TH)?,?[ -]+([0-9]{{4}}){_REST}",
    re.IGNORECASE | re.DOTALL,
)
_YEAR_NAME_DAY = re.compile(
    rf"([0-9]{{4}})(?:[-/]|\. ?| )([^\W\d_]{{3,12}})(?:[-/]|\. ?| )([0-9]{{1,2}})\.?{_REST}", re.DOTALL
)
_WITHOUT_YEAR = re.compile(r"--([0-9]{2})-([0-9]{2})")
"""A day whose year is asked for; until then it is in a leap year."""
_LEAP_YEAR = "2000"
_MAX_LENGTH = 50


@lru_cache(maxsize=20_000)
def parse_date(text: str, order: str) -> date | None:
    """order: `dmy`, `mdy`, `ymd` or a pattern of strptime. None if `text` is no date in this order."""
    if len(text) > _MAX_LENGTH:
        return None
    text = text.strip()
    if order in DATE_ORDERS:
        return readings(text).get(order)
    try:
        return datetime.strptime(text, order).date()  # noqa: DTZ007 - a date without a time
    except ValueError:
        return None


def date_of(cell: Cell, order: str) -> date | None:
    """None if the cell is no date. order: see `parse_date`."""
    if isinstance(cell, str):
        return parse_date(cell, order)
    return cell.date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else None


@lru_cache(maxsize=20_000)
def readings(text: str) -> dict[str, date]:
    """The date of `text` in each order that fits; the same in all if the order does not matter."""
    if len(text) > _MAX_LENGTH or not any(character.isdigit() for character in text):
        return {}
    if (match := _WITHOUT_YEAR.fullmatch(text)) and (day := _day(_LEAP_YEAR, match[1], match[2])):
        return dict.fromkeys(DATE_ORDERS, day)
    text = text.strip()
    if not text[:1].isdigit() and not _named(text):
        text = _WEEKDAY.sub("", text, count=1).strip()
    year_first = _YEAR_FIRST.fullmatch(text)
    certain = _day(year_first[1], year_first[2], year_first[3]) if year_first else _named(text)
    if certain:
        return dict.fromkeys(DATE_ORDERS, certain)
    if match := _NUMERIC.fullmatch(text):
        return _orders(match[1], match[2], match[3])
    if match := _RUN_TOGETHER.fullmatch(text):
        run = match[1]
        if by_year := _day(run[:4], run[4:6], run[6:]):
            return dict.fromkeys(DATE_ORDERS, by_year)
        return _orders(run[:2], run[2:4], run[4:])
    return {}


def _named(text: str) -> date | None:
    if match := _DAY_NAME_YEAR.fullmatch(text):
        return _day(match[3], _month(match[2]), match[1])
    if match := _NAME_DAY_YEAR.fullmatch(text):
        return _day(match[3], _month(match[1]), match[2])
    if match := _YEAR_NAME_DAY.fullmatch(text):
        return _day(match[1], _month(match[2]), match[3])
    return None


def _month(name: str) -> str:
    name = name.lower()
    return str(_MONTHS.get(name) or _PREFIXES.get(name[:4]) or _PREFIXES.get(name[:3], 0))


def _orders(first: str, second: str, third: str) -> dict[str, date]:
    tried = {
        "dmy": _day(third, second, first) if len(first) <= 2 else None,
        "mdy": _day(third, first, second) if len(first) <= 2 else None,
        "ymd": _day(first, second, third) if len(third) <= 2 and len(first) == 2 else None,
    }
    return {order: day for order, day in tried.items() if day}


def _day(year: str, month: str, day: str) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 70 else 1900
    try:
        parsed = date(number, int(month), int(day))
    except ValueError:
        return None
    return parsed if 1900 <= number <= 2200 else None


def is_date(text: str) -> bool:
    return bool(readings(text))


def orders_that_fit(texts: Iterable[str]) -> tuple[str, ...]:
    """The orders by which most of `texts` are dates, without orders that give the same dates.

    texts: distinct cells of a column; cells that are no date in any order do not count. With two-digit years,
    only the orders with the fewest distinct years stay, because `31/12/26` is rarely the year 2031.
    """
    read = [_without_mdy_points(text, dates) for text in texts if (dates := readings(text))]
    fits = {order: sum(order in reading for reading in read) for order in DATE_ORDERS}
    best = max(fits.values(), default=0)
    days = {order: [reading.get(order) for reading in read] for order in DATE_ORDERS if fits[order] == best}
    years = {order: len({day.year for day in column if day}) for order, column in days.items()}
    fewest = min(years.values(), default=0)
    distinct: dict[str, list[date | None]] = {}
    if len(days) == len(DATE_ORDERS) and len({tuple(column) for column in days.values()}) == 1:
        return ("ymd",)
    for order, column in days.items():
        if years[order] == fewest and column not in distinct.values():
            distinct[order] = column
    return tuple(distinct)


def _without_mdy_points(text: str, days: dict[str, date]) -> dict[str, date]:
    """No country writes dates with points and the month first."""
    has_points = text.count(".") == 2 and len(set(days.values())) > 1
    return {order: day for order, day in days.items() if order != "mdy"} if has_points else days
