"""What was known at the end of each past month, with the recurring payments taken out of the history.

A forecast may use only what was known before it, so which payments recur is found anew for each past month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from src.components.insight.intervals import RHYTHMS, due_dates
from src.components.insight.recurring import find_series
from src.domain.months import first_day, last_day, month_of
from src.domain.recurring import MerchantPayments, Series, SeriesStatus
from src.domain.transactions import Direction

_LARGE = 0.15
"""Of the usual amount of a month: a recurring payment that changes what the rest of a series means."""
_LEAST_SINCE = 3
"""Months that are left if those before a large recurring payment are disregarded."""
_YEAR = 12
_ALIKE_MONTHS = 2.0
"""Months that count as if each day had its share."""
_NEWEST = 3
"""The payments whose most frequent category is that of the next."""
_RHYTHMS = {rhythm.interval: rhythm for rhythm in RHYTHMS}

Targets = Callable[[str | None, Direction], Sequence[int]]
"""The positions of the series in which a payment of this category and direction counts."""


@dataclass(frozen=True)
class History:
    """Amounts of complete months without gaps, in the smallest unit of one currency."""

    months: tuple[str, ...]
    amounts: np.ndarray
    """Shape (n_series, n_months)."""
    month_starts: int = 1

    def position(self, day: date) -> int:
        """Of its month, counted from the first one."""
        month = month_of(day, self.month_starts)
        year, number = (int(part) for part in month.split("-"))
        first_year, first_number = (int(part) for part in self.months[0].split("-"))
        return (year - first_year) * 12 + number - first_number

    def day_of_month(self, day: date) -> int:
        """From 1, also in months that begin on another day."""
        return (day - first_day(month_of(day, self.month_starts), self.month_starts)).days + 1

    def last_day(self, position: int) -> date:
        year, number = divmod(int(self.months[0][:4]) * 12 + int(self.months[0][5:]) - 1 + position, 12)
        return last_day(f"{year:04}-{number + 1:02}", self.month_starts)


@dataclass(frozen=True, slots=True)
class Due:
    """A recurring payment that is expected after an origin."""

    id: str
    """Of the first transaction of its series."""
    date: date
    amount: int
    step: int
    """0: in the first month after the origin."""
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Origin:
    """The end of a month, from which the next `horizon` months are forecast."""

    count: int
    """Complete months before."""
    past: np.ndarray
    """Shape (n_series, count), without recurring payments."""
    dues: tuple[Due, ...]
    recurring: Sequence[tuple[MerchantPayments, Series]]
    """What was taken out."""
    horizon: int

    @property
    def due(self) -> np.ndarray:
        """What recurring payments add, shape (n_series, horizon)."""
        sums = np.zeros((len(self.past), self.horizon))
        for due in self.dues:
            sums[list(due.targets), due.step] += due.amount
        return sums


def origins(
    history: History,
    merchants: Iterable[MerchantPayments],
    targets: Targets,
    *,
    until: date,
    first: int,
    horizon: int,
    ended: frozenset[str] = frozenset(),
) -> list[Origin]:
    """One for each number of complete months from `first` on; the last one also uses the payments `until`.

    ended: ids of series that a person has ended.
    """
    count = len(history.months)
    several = [merchant for merchant in merchants if len(merchant.payments) > 1]
    made = []
    for known in range(min(first, count), count + 1):
        day = until if known == count else history.last_day(known - 1)
        series = [
            (merchant, one) for merchant in several for one in _fixed(find_series(merchant.payments, day))
        ]
        made.append(_origin(history, known, day, series, targets, horizon, ended))
    return made


def _fixed(series: Iterable[Series]) -> list[Series]:
    """Those with a price. A payment that is overdue may not come again, so it stays part of the history."""
    return [one for one in series if not one.varies and one.status is not SeriesStatus.MISSED]


def _origin(
    history: History,
    count: int,
    day: date,
    recurring: Sequence[tuple[MerchantPayments, Series]],
    targets: Targets,
    horizon: int,
    ended: frozenset[str],
) -> Origin:
    past = history.amounts[:, :count].astype(float)
    usual = np.abs(past[:, -_YEAR:]).mean(axis=1)
    begins = (past != 0).argmax(axis=1)
    dues: list[Due] = []
    for merchant, series in recurring:
        categories = _categories(merchant)
        for payment in series.payments:
            position = history.position(payment.date)
            if 0 <= position < count:
                past[list(targets(categories[payment.id], merchant.direction)), position] -= payment.amount
        if series.status is SeriesStatus.ENDED or series.payments[0].id in ended:
            continue
        newest = Counter(categories[payment.id] for payment in series.payments[-_NEWEST:])
        counted = tuple(targets(newest.most_common(1)[0][0], merchant.direction))
        large = [target for target in counted if series.yearly_cost / 12 > _LARGE * usual[target]]
        begins[large] = np.maximum(begins[large], history.position(series.payments[0].date))
        dues += _dues(series, counted, history, count, day, horizon)
    for row, start in zip(past, np.minimum(begins, count - _LEAST_SINCE), strict=True):
        # A category is new, or what now recurs may have been paid to somebody else.
        row[: max(start, 0)] = np.median(row[max(start, 0) :])
    return Origin(count, past, tuple(dues), recurring, horizon)


def _dues(
    series: Series, targets: tuple[int, ...], history: History, count: int, day: date, horizon: int
) -> Iterator[Due]:
    days = [payment.date for payment in series.payments]
    for due in due_dates(_RHYTHMS[series.interval], days, history.last_day(count + horizon - 1)):
        # What is a little late may come any day; its date stays the one that the list of what recurs has.
        step = history.position(max(due, day + timedelta(days=1))) - count
        if 0 <= step < horizon:
            yield Due(series.payments[0].id, due, series.amount, step, targets)


def _categories(merchant: MerchantPayments) -> dict[str, str | None]:
    """By the id of the payment."""
    return dict(zip((payment.id for payment in merchant.payments), merchant.categories, strict=True))


class Left(NamedTuple):
    """Shares of a month, shape (n_series,)."""

    middle: np.ndarray
    """Of the recent months: a salary that always comes before a day does not come after it."""
    mean: np.ndarray
    """Few months say little, so that a part is as if all days were alike: more than none until the end."""


def share_left(history: History, later: np.ndarray, origin: Origin, targets: Targets, until: date) -> Left:
    """The share of a month that comes after the day `until`, without what recurs.

    later: what came after that day of the month in the newest complete months, shape (n_series, n_recent).
    """
    alike, first = 1 - elapsed(history, until), len(history.months) - later.shape[1]
    day = history.day_of_month(until)
    rest, later = history.amounts[:, first:].copy(), later.copy()
    for merchant, series in origin.recurring:
        categories = _categories(merchant)
        for payment in series.payments:
            position = history.position(payment.date) - first
            if 0 <= position < later.shape[1]:
                counted = list(targets(categories[payment.id], merchant.direction))
                rest[counted, position] -= payment.amount
                later[counted, position] -= payment.amount * (history.day_of_month(payment.date) > day)
    spent = rest > 0
    shares = np.where(spent, np.clip(later, 0, rest) / np.where(spent, rest, 1), 0)
    mean = (shares.sum(axis=1) + _ALIKE_MONTHS * alike) / (spent.sum(axis=1) + _ALIKE_MONTHS)
    middle = [np.median(row[some]) if some.any() else alike for row, some in zip(shares, spent, strict=True)]
    return Left(np.array(middle), mean)


def elapsed(history: History, day: date) -> float:
    """The share of the month after the complete ones that `day` ends; 0 if it is before that month."""
    begins = history.last_day(len(history.months) - 1) + timedelta(days=1)
    days = (history.last_day(len(history.months)) - begins).days + 1
    return float(np.clip(((day - begins).days + 1) / days, 0, 1))
