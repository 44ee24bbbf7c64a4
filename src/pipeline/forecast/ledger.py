"""The monthly amounts of one currency, as the forecast needs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from src.components.forecast.origins import History
from src.domain.categories import Flow, Group, flow_of
from src.domain.forecasts import Kind, Subject
from src.domain.money import decimal_places
from src.domain.months import Coverage, first_day, last_day, month_of, months_between
from src.domain.sums import Cell
from src.domain.transactions import Direction

if TYPE_CHECKING:
    from src.services.transactions.analytics import Analytics

_MOST_MONTHS = 36
"""The payments that recur are known for this long."""
_STILL_USED = 12
"""Months without spending after which a category is not forecast."""
_RECENT = 6
"""Months by day, which show how much of a month comes late in it."""
_LEAST_SPENT = 3
"""Months with spending that a category needs."""


@dataclass(frozen=True)
class Ledger:
    history: History
    subjects: tuple[Subject, ...]
    running: np.ndarray
    """What is known of the month after the history, shape (n_series,)."""
    later: np.ndarray
    """What came in the newest complete months after the day that is known now; shape (n_series, n_recent)."""
    running_month: str | None
    """None if nothing is known of it yet."""
    too_few: tuple[str | None, ...]
    groups: Mapping[str | None, Group]

    def targets(self, category: str | None, direction: Direction) -> Sequence[int]:
        """The series in which such a payment counts; none if it lowers another flow."""
        flow, sign = flow_of(self.groups.get(category), direction)
        if sign < 0 or flow not in (Flow.SPENT, Flow.EARNED):
            return ()
        if flow is Flow.EARNED:
            return (1,)
        subject = Subject(Kind.CATEGORY, category)
        return (0, self.subjects.index(subject)) if subject in self.subjects else (0,)


def read_ledger(
    analytics: Analytics, currency: str, groups: Mapping[str | None, Group], *, until: date, today: date
) -> Ledger | None:
    """None without a complete month. until: the newest day that is known."""
    coverage = replace(analytics.coverage(currency), ends=until, known_until=until, today=today)
    months, running_month = _months(coverage)
    if not months:
        return None
    cells = analytics.cells(
        currency=currency, since=first_day(months[0], coverage.month_starts), by=("month",)
    )
    sums = _sums(cells)
    categories, too_few = _categories(sums, months)
    subjects = (Subject(Kind.TOTAL), Subject(Kind.INCOME), *categories)
    unit = 10 ** decimal_places(currency)
    amounts = np.array([[float(sums[subject, month] * unit) for month in months] for subject in subjects])
    running = np.array([float(sums[subject, running_month or ""] * unit) for subject in subjects])
    history = History(tuple(months), amounts, coverage.month_starts)
    recent = months[-_RECENT:] if running_month else []
    later = _later(analytics, currency, history, recent, until) if recent else {}
    after = np.array(
        [[float(later.get((subject, month), 0) * unit) for month in recent] for subject in subjects]
    )
    return Ledger(history, subjects, running, after, running_month, too_few, groups)


def _later(
    analytics: Analytics, currency: str, history: History, months: Sequence[str], until: date
) -> dict[tuple[Subject, str], Decimal]:
    """What came in these months after the day of the month that `until` is."""
    since, ends = first_day(months[0], history.month_starts), last_day(months[-1], history.month_starts)
    cells = analytics.cells(currency=currency, since=since, until=ends, by=("month", "day"))
    day = history.day_of_month(until)
    return _sums([cell for cell in cells if history.day_of_month(date.fromisoformat(cell.day)) > day])


def _months(coverage: Coverage) -> tuple[list[str], str | None]:
    """The complete ones without a gap before the running one, and the running one."""
    if coverage.begins is None or coverage.ends is None or coverage.begins > coverage.ends:
        return [], None
    named = [month_of(day, coverage.month_starts) for day in (coverage.begins, coverage.ends)]
    months = months_between(named)
    running = months.pop() if coverage.is_partial(months[-1]) else None
    if months and coverage.is_partial(months[0]):
        months.pop(0)
    return months[-_MOST_MONTHS:], running


def _sums(cells: Sequence[Cell]) -> dict[tuple[Subject, str], Decimal]:
    sums: dict[tuple[Subject, str], Decimal] = defaultdict(Decimal)
    for cell in cells:
        if cell.flow is Flow.SPENT:
            sums[Subject(Kind.TOTAL), cell.month] += cell.counted
            sums[Subject(Kind.CATEGORY, cell.category), cell.month] += cell.counted
        elif cell.flow is Flow.EARNED:
            sums[Subject(Kind.INCOME), cell.month] += cell.counted
    return sums


def _categories(
    sums: Mapping[tuple[Subject, str], Decimal], months: Sequence[str]
) -> tuple[list[Subject], tuple[str | None, ...]]:
    """Those to forecast, by size in the last year, and those with too few months."""
    recent = months[-_STILL_USED:]

    def amounts(subject: Subject, of: Sequence[str]) -> list[Decimal]:
        return [sums.get((subject, month), Decimal(0)) for month in of]

    named = {subject for subject, _ in sums if subject.kind is Kind.CATEGORY}
    used = [subject for subject in named if any(amounts(subject, recent))]
    used.sort(key=lambda subject: (-sum(amounts(subject, recent)), subject.category or ""))
    enough = [subject for subject in used if sum(map(bool, amounts(subject, months))) >= _LEAST_SPENT]
    return enough, tuple(subject.category for subject in used if subject not in enough)
