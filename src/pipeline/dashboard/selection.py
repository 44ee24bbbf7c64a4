"""What a person chose to look at, and its sums: each is read at its first use, with few dimensions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from src.components.insight.comparison import (
    FEWEST_MONTHS,
    MONTHS_OF_USUAL,
    median_amount,
    months_with_account,
)
from src.domain.categories import NO_CATEGORY, Category, Flow
from src.domain.months import months_later
from src.domain.periods import Period, PeriodKind
from src.domain.sums import Cell, MovedToSavings, moved_to_savings

if TYPE_CHECKING:
    from src.domain.months import Coverage
    from src.services.transactions.analytics import Analytics

MONTHS_SHOWN = 12
"""With a single month: those until it."""

Condition = Callable[[Cell], bool]


@dataclass(frozen=True, slots=True)
class Selection:
    period: Period
    currency: str
    account: str | None = None
    category: str | None = None
    """Its slug, which includes its children; `none`: uncategorized."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a period is compared with: the sums of an earlier one, or of several for the median."""

    periods: Sequence[Period]
    cells: Sequence[Sequence[Cell]]

    def amount(self, counts: Condition) -> Decimal:
        return median_amount(
            [sum((cell.counted for cell in cells if counts(cell)), Decimal(0)) for cells in self.cells]
        )


def with_children(categories: Iterable[Category], slug: str) -> set[str]:
    return {slug, *(category.slug for category in categories if category.parent == slug)}


class SelectedSums:
    def __init__(
        self,
        selection: Selection,
        coverage: Coverage,
        analytics: Analytics,
        categories: Sequence[Category],
        saving_accounts: Collection[str],
    ) -> None:
        """saving_accounts: the names of own savings and investment accounts."""
        self.selection = selection
        self.period = selection.period
        self.coverage = coverage
        self._analytics = analytics
        self._saving_accounts = saving_accounts
        self._slugs: Collection[str | None] | None = None
        if selection.category == NO_CATEGORY:
            self._slugs = {None}
        elif selection.category:
            self._slugs = with_children(categories, selection.category)

    def read(self, period: Period, *by: str) -> list[Cell]:
        return self._analytics.cells(
            currency=self.selection.currency,
            since=period.since,
            until=period.until,
            account=self.selection.account,
            categories=self._slugs,
            by=by,
        )

    @property
    def months(self) -> list[str]:
        """Those that the charts by month show."""
        if self.period.kind is not PeriodKind.MONTH:
            return self.period.months
        last = self.period.last_month
        first = months_later(last, 1 - MONTHS_SHOWN)
        if self._first_month:
            first = min(max(first, self._first_month), last)
        return Period.of_months(first, last).months

    @property
    def _first_month(self) -> str:
        begins = self.coverage.begins
        return Period(begins, begins, self.period.month_starts).first_month if begins else ""

    @property
    def _read_at_once(self) -> Period:
        """Of whole months also the twelve before them, which are compared with them."""
        if not self.period.of_whole_months or self.period.everything:
            return self.period
        earlier = months_later(self.period.first_month, -12)
        first = min(max(earlier, self._first_month), self.period.first_month)
        return Period.of_months(first, self.period.last_month, self.period.month_starts)

    @cached_property
    def _several_months(self) -> list[Cell]:
        return self.read(self._read_at_once, "month")

    @cached_property
    def by_month(self) -> list[Cell]:
        """Of the months shown."""
        months = set(self.months)
        return [cell for cell in self._several_months if cell.month in months]

    @cached_property
    def cells(self) -> list[Cell]:
        """Of the period alone."""
        months = set(self.period.months)
        return [cell for cell in self._several_months if cell.month in months]

    @cached_property
    def by_mode(self) -> list[Cell]:
        return self.read(self.period, "mode")

    @cached_property
    def by_account(self) -> list[Cell]:
        return self.read(self.period, "account")

    @cached_property
    def moved_to_savings(self) -> MovedToSavings:
        """Of one account, only in savings categories: which of its transfers went to savings is not known."""
        if self.selection.account:
            return moved_to_savings(self.cells, ())
        return moved_to_savings(self.by_account, self._saving_accounts)

    @cached_property
    def by_weekday(self) -> list[Cell]:
        return self.read(self.period, "weekday")

    @cached_property
    def by_merchant(self) -> list[Cell]:
        return self.read(self.period, "merchant")

    @cached_property
    def by_day(self) -> list[Cell]:
        return self.read(self.period, "day")

    def is_partial(self, month: str) -> bool:
        days = self.period if self.period.kind is PeriodKind.DAYS else None
        cut = replace(self.coverage, since=days.since, until=days.until) if days else self.coverage
        return cut.is_partial(month)

    @property
    def known_since(self) -> date:
        """The first day of the period that the history covers, as it covers months."""
        begins = self.coverage.begins
        since = self.period.since
        return since if begins is None or self.coverage.begins_before(since) else begins

    @property
    def known_until(self) -> date:
        """The last day of the period that the history covers, as it covers months."""
        until, covered = min(self.period.until, self.coverage.today), self.coverage.covered_until
        is_over = self.period.until <= self.coverage.today
        if covered is None or (is_over and self.coverage.ends_near(until)):
            return until
        return min(until, covered)

    @property
    def as_of(self) -> date | None:
        """The day until which a period that is not over is known; None if it is covered to its end."""
        partial = self.coverage.ends_before_the_end_of(self.period.last_month)
        partial = partial and self.period.of_whole_months
        return self.known_until if partial and self.known_until >= self.period.since else None

    @property
    def compared(self) -> Period:
        """The days that are compared with the same days of earlier periods."""
        return Period(self.period.since, self.as_of or self.period.until, self.period.month_starts)

    @cached_property
    def compared_cells(self) -> list[Cell]:
        return self.read(self.compared) if self.as_of else self.cells

    @cached_property
    def previous_period(self) -> Period | None:
        """The same days of the month or year before, or as many days before; None before the history."""
        kind = self.period.kind
        if kind is PeriodKind.EVERYTHING:
            return None
        if kind is PeriodKind.DAYS:
            days = self.compared.neighbour(-1)
        else:
            days = self.compared.moved(-len(self.period.months))
        return days if self._covers(days) else None

    def _covers(self, period: Period) -> bool:
        return self.coverage.begins_before(period.since)

    @cached_property
    def previous(self) -> Earlier | None:
        return self._earlier([self.previous_period] if self.previous_period else [])

    @cached_property
    def year_ago(self) -> Earlier | None:
        """Of a month."""
        if self.period.kind is not PeriodKind.MONTH:
            return None
        days = self.compared.moved(-12)
        return self._earlier([days] if self._covers(days) else [])

    @cached_property
    def usual(self) -> Earlier | None:
        """The last complete months before a month; None for other periods and for too few months."""
        if self.period.kind is not PeriodKind.MONTH:
            return None
        days = [self.compared.moved(-months) for months in range(1, MONTHS_OF_USUAL + 1)]
        complete = [period for period in days if not self.coverage.is_partial(period.first_month)]
        if self.selection.account:
            months = [period.first_month for period in complete]
            months = months_with_account(months, self._account_months, self._read_at_once.first_month)
            complete = [period for period in complete if period.first_month in months]
        return self._earlier(complete) if len(complete) >= FEWEST_MONTHS else None

    @property
    def _account_months(self) -> list[str]:
        """Those with transactions of the account, whatever their category."""
        days, account = self._read_at_once, self.selection.account
        cells = self._analytics.cells(
            currency=self.selection.currency,
            since=days.since,
            until=days.until,
            account=account,
            by=["month"],
        )
        return sorted({cell.month for cell in cells})

    def _earlier(self, periods: Sequence[Period]) -> Earlier | None:
        return Earlier(periods, [self._cells_of(period) for period in periods]) if periods else None

    def _cells_of(self, period: Period) -> list[Cell]:
        """Whole months are in what was read already."""
        if not period.of_whole_months or period.since < self._read_at_once.since:
            return self._read_once(period)
        months = set(period.months)
        return [cell for cell in self._several_months if cell.month in months]

    def _read_once(self, period: Period) -> list[Cell]:
        if period not in self._days_read:
            self._days_read[period] = self.read(period)
        return self._days_read[period]

    @cached_property
    def _days_read(self) -> dict[Period, list[Cell]]:
        return {}

    @cached_property
    def merchants_compared(self) -> tuple[list[Cell], list[Cell]]:
        """Those of the compared days, and of the same days before; both empty if there are none before."""
        if self.previous_period is None:
            return [], []
        now = self.read(self.compared, "merchant") if self.as_of else self.by_merchant
        return now, self.read(self.previous_period, "merchant")

    @cached_property
    def days_before(self) -> list[Cell]:
        """By day, of the whole month before."""
        return self.read(self.period.neighbour(-1), "day")


def counts_as(flow: Flow, slugs: Collection[str | None] | None = None) -> Condition:
    """slugs: of the categories; None for all."""
    return lambda cell: cell.flow is flow and (slugs is None or cell.category in slugs)
