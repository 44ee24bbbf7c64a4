"""Intervals of recurring payments: which a gap of days fits, and when the next payment is due."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from statistics import median

from src.domain.recurring import Interval


@dataclass(frozen=True, slots=True)
class Rhythm:
    """An interval in days. Weekends, holidays and the length of months move a payment within `tolerance`."""

    interval: Interval
    days: float
    tolerance: float
    least: int
    """Payments that make a series, if they are of one price."""
    least_varying: int
    """If their amounts vary."""
    spread: float
    """How much they may vary (`Prices.spread`). Purchases of every week vary more than a wage."""
    grace: int
    """Days after which a payment is overdue."""
    ends_after: int
    """Days overdue after which the series has ended."""
    months: int = 0
    """0 for weeks."""

    def steps(self, before: date, after: date) -> int:
        """How many intervals are between two payments, 0 if it is no multiple."""
        count, off = self.nearest(before, after)
        return count if off <= self.tolerance else 0

    def nearest(self, before: date, after: date) -> tuple[int, float]:
        """(intervals between two payments, at least 1; days by which they miss it)"""
        gap = (after - before).days
        count = max(1, round(gap / self.days))
        off = abs(gap - count * self.days)
        if self.months:  # the same day of the month, or a mean month later: either may be what is usual
            month = before.year * 12 + before.month - 1 + count * self.months
            off = min(off, abs((_in_month(month, before.day) - after).days))
        return count, off


RHYTHMS = (
    Rhythm(Interval.WEEKLY, 7, 1, 6, 8, 0.12, grace=3, ends_after=24),
    Rhythm(Interval.BIWEEKLY, 14, 2, 4, 6, 0.12, grace=4, ends_after=31),
    Rhythm(Interval.MONTHLY, 30.44, 6, 3, 4, 0.6, grace=6, ends_after=40, months=1),
    Rhythm(Interval.QUARTERLY, 91.31, 9, 3, 4, 0.6, grace=10, ends_after=60, months=3),
    Rhythm(Interval.YEARLY, 365.25, 12, 2, 3, 0.3, grace=15, ends_after=75, months=12),
)


def rhythm_of(days: Sequence[date]) -> Rhythm | None:
    """The rhythm of the median gap; None if no interval fits."""
    gap = median((after - before).days for before, after in pairwise(days))
    return next((rhythm for rhythm in RHYTHMS if abs(gap - rhythm.days) <= rhythm.tolerance), None)


_NEWEST = 12
"""The payments that decide on which day the next is due."""


def due_dates(rhythm: Rhythm, days: Sequence[date], until: date) -> list[date]:
    """The expected days after the last of `days`, up to the first one after `until`."""
    newest = days[-_NEWEST:]
    gaps = {(after - before).days for before, after in pairwise(newest)}
    in_weeks = len(gaps) == 1 and len(newest) > 4  # such as every 28 days, which is no day of the month
    if rhythm.months and not in_weeks:
        return _by_month(rhythm.months, newest, until)
    return _by_days(gaps.pop() if in_weeks else round(rhythm.days), newest, until)


def _by_days(step: int, days: Sequence[date], until: date) -> list[date]:
    """On the usual weekday, even if the last payment was a day late."""

    def shift(day: date, phase: int) -> int:
        return (day.toordinal() - phase + step // 2) % step - step // 2

    latest = days[-1].toordinal()
    phases = range(latest, latest - step, -1)
    phase = min(phases, key=lambda phase: sum(abs(shift(day, phase)) for day in days))
    day, due = days[-1] - timedelta(days=shift(days[-1], phase)), list[date]()
    while not due or due[-1] <= until:
        day += timedelta(days=step)
        due.append(day)
    return due


def off_the_usual_day(days: Sequence[date]) -> list[int]:
    """By how many days each misses the usual day of the month."""
    nominal = _usual_day(days)
    return [_away(day, nominal) for day in days]


def _usual_day(days: Sequence[date]) -> int:
    """Of the month; the 31st is the last day of a shorter month."""
    return min(range(31, 0, -1), key=lambda nominal: sum(_away(day, nominal) for day in days))


def _by_month(months: int, days: Sequence[date], until: date) -> list[date]:
    nominal = _usual_day(days)
    month = min(_months_around(days[-1]), key=lambda month: abs((_in_month(month, nominal) - days[-1]).days))
    due = list[date]()
    while not due or due[-1] <= until:
        month += months
        due.append(_in_month(month, nominal))
    return due


def _away(day: date, nominal: int) -> int:
    return min(abs((_in_month(month, nominal) - day).days) for month in _months_around(day))


def _months_around(day: date) -> range:
    month = day.year * 12 + day.month - 1
    return range(month - 1, month + 2)


@lru_cache(maxsize=16384)
def _in_month(month: int, day: int) -> date:
    year, position = divmod(month, 12)
    return date(year, position + 1, min(day, monthrange(year, position + 1)[1]))
