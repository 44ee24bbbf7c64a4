"""The days that a person looks at: a month, twelve months, a year, everything, or any days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from src.domain.months import first_day, last_day, month_of, months_between, months_later

_DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    MONTH = "month"
    YEAR = "year"
    TWELVE_MONTHS = "twelve months"
    DAYS = "days"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are inclusive. A year and twelve months are of whole months."""

    since: date
    until: date
    month_starts: int = 1
    everything: bool = False

    @classmethod
    def of_months(cls, first: str, last: str, month_starts: int = 1) -> Period:
        return cls(first_day(first, month_starts), last_day(last, month_starts), month_starts)

    @property
    def months(self) -> list[str]:
        """Those it touches."""
        return months_between([self.first_month, self.last_month])

    @property
    def first_month(self) -> str:
        return month_of(self.since, self.month_starts)

    @property
    def last_month(self) -> str:
        return month_of(self.until, self.month_starts)

    @property
    def of_whole_months(self) -> bool:
        begins, ends = (
            first_day(self.first_month, self.month_starts),
            last_day(self.last_month, self.month_starts),
        )
        return (self.since, self.until) == (begins, ends)

    @property
    def kind(self) -> PeriodKind:
        if self.everything:
            return PeriodKind.EVERYTHING
        if not self.of_whole_months:
            return PeriodKind.DAYS
        if self.first_month == self.last_month:
            return PeriodKind.MONTH
        if self.last_month == months_later(self.first_month, 11):
            return PeriodKind.YEAR if self.first_month.endswith("-01") else PeriodKind.TWELVE_MONTHS
        return PeriodKind.DAYS

    def neighbour(self, steps: int) -> Period:
        """The period of the same length before it (-1) or after it (1); a month or year is one of these."""
        if self.of_whole_months:
            return self.moved(steps * len(self.months))
        days = (self.until - self.since + _DAY) * steps
        return Period(self.since + days, self.until + days, self.month_starts)

    def moved(self, months: int) -> Period:
        """The same days of months later, or earlier if below zero; of a shorter month its last one."""
        begins, ends = (self._moved(day, months) for day in (self.since, self.until))
        if self.until == last_day(self.last_month, self.month_starts):
            ends = last_day(months_later(self.last_month, months), self.month_starts)
        return Period(begins, ends, self.month_starts)

    def _moved(self, day: date, months: int) -> date:
        month = month_of(day, self.month_starts)
        later = months_later(month, months)
        same_day = first_day(later, self.month_starts) + (day - first_day(month, self.month_starts))
        return min(same_day, last_day(later, self.month_starts))
