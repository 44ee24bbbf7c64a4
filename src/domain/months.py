"""Months as `2026-03`: ranges of them, and which a period covers completely.

A month may begin on another day than the first; it is named after the calendar month it begins in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

_MOST_MONTHS = 12 * 100
_NEAR_THE_EDGE = timedelta(days=7)


def month_of(day: date, starts: int = 1) -> str:
    """starts: the day that months begin with, 1..28."""
    return (day - timedelta(days=starts - 1)).isoformat()[:7]


def first_day(month: str, starts: int = 1) -> date:
    return date.fromisoformat(f"{month}-{starts:02}")


def last_day(month: str, starts: int = 1) -> date:
    return (first_day(month) + timedelta(days=32)).replace(day=starts) - timedelta(days=1)


def days_of(month: str, starts: int = 1) -> list[date]:
    first = first_day(month, starts)
    return [first + timedelta(days=days) for days in range((last_day(month, starts) - first).days + 1)]


def months_later(month: str, months: int) -> str:
    """months: before it if below zero."""
    years, number = divmod(int(month[5:]) - 1 + months, 12)
    return f"{int(month[:4]) + years:04}-{number + 1:02}"


def months_between(named: Collection[str]) -> list[str]:
    """Every month from the first of `named` to the last; `named` alone if they span a century or more."""
    if not named:
        return []
    day, last = first_day(min(named)), first_day(max(named))
    if (last.year - day.year) * 12 + last.month - day.month >= _MOST_MONTHS:
        return sorted(named)
    months = []
    while day <= last:
        months.append(f"{day:%Y-%m}")
        day = (day + timedelta(days=32)).replace(day=1)
    return months


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that a history covers, and the part of them that is requested."""

    begins: date | None
    """Day of the first transaction; None without any."""
    ends: date | None
    today: date
    since: date | None = None
    until: date | None = None
    month_starts: int = 1
    known_until: date | None = None
    """Of a history in one currency: day of the newest transaction, in any currency, of the accounts with
    transactions in this one. Until then it is covered, although it has ended. None is `ends`."""

    @property
    def covered_until(self) -> date | None:
        return max((day for day in (self.ends, self.known_until) if day), default=None)

    def is_partial(self, month: str) -> bool:
        """Whether days of `month` are missing, so that a mean over months must exclude it.

        A history that begins or ends within a week of the month's edge covers the month: few histories have
        a transaction on the first and on the last day.
        """
        first, last = first_day(month, self.month_starts), last_day(month, self.month_starts)
        if (self.since and first < self.since) or (self.until and self.until < last):
            return True
        return not self.begins_before(first) or self.ends_before_the_end_of(month)

    def begins_before(self, day: date) -> bool:
        """Or within a week after it."""
        return self.begins is None or self.begins < day + _NEAR_THE_EDGE

    def ends_near(self, day: date) -> bool:
        """At most a week before it."""
        until = self.covered_until
        return until is None or until > day - _NEAR_THE_EDGE

    def ends_before_the_end_of(self, month: str) -> bool:
        """By more than a week, or because the month is not over."""
        last = last_day(month, self.month_starts)
        return self.today < last or not self.ends_near(last)
