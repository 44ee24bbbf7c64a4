"""A month of the ledger: its sums against other months, what changed in it, and the habits until it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from src.components.insight import habits as habit_rules
from src.components.insight.changes import FEWEST_MONTHS, EarlierMonths, changed_sums, new_merchants
from src.components.insight.comparison import FEWEST_MONTHS as FEWEST_USUAL
from src.components.insight.comparison import (
    MONTHS_OF_USUAL,
    compared,
    month_sums,
    months_with_account,
)
from src.components.insight.habits import bills_and_subscriptions, habits_of
from src.components.insight.importance import largest_rises, most_important
from src.components.insight.recurring_changes import recurring_changes
from src.domain.categories import Flow, Group, flow_of
from src.domain.insight import (
    Change,
    Compared,
    Comparison,
    Habits,
    MonthDays,
    MonthSums,
    WhatChanged,
)
from src.domain.months import first_day, last_day, month_of, months_between, months_later
from src.domain.recurring import Interval, RecurringInPeriod, RecurringPayment, SeriesStatus
from src.domain.sums import Cell, sums_by
from src.domain.transactions import Direction
from src.errors import NotFound
from src.pipeline.insight.recurring import RecurringPayments

if TYPE_CHECKING:
    from src.domain.categories import Category
    from src.domain.months import Coverage
    from src.services.transactions.analytics import Analytics

_YEAR = 12


@dataclass(frozen=True)
class MonthInsight:
    analytics: Analytics
    recurring: RecurringPayments
    categories: Callable[[], Sequence[Category]]

    def currency(self, wanted: str | None = None) -> str:
        """`wanted`, else the most frequent one. Raises NotFound if nothing is in it, Unavailable."""
        currencies = [row["currency"] for row in self.analytics.currencies()]
        if not currencies:
            raise NotFound("There are no transactions yet.")
        if wanted and wanted not in currencies:
            raise NotFound(f"There are no transactions in {wanted}.")
        return wanted or self.analytics.main_currency()

    def newest_month(self, currency: str) -> str:
        """The last one with transactions that is not in the future."""
        coverage = self.analytics.coverage(currency)
        newest = min(coverage.ends or coverage.today, coverage.today)
        return month_of(newest, coverage.month_starts)

    def compare(self, month: str, currency: str, account: str | None = None) -> Comparison:
        """Raises NotFound if the history does not reach the month, Unavailable."""
        return self._history(month, currency, account).comparison()

    def what_changed(self, month: str, currency: str, account: str | None = None) -> WhatChanged:
        """Raises NotFound if the history does not reach the month, Unavailable."""
        history = self._history(month, currency, account)
        spent, by_category = self._by_merchant(history)
        changes = [*history.changed_sums(), *history.new_merchants(spent)]
        if account is None:  # recurring payments are of all accounts
            days, today = history.days, history.coverage.today
            payments = [
                payment for payment in self.recurring.all(today=today) if payment.currency == currency
            ]
            changes += recurring_changes(payments, days.first, days.through)
        rises = largest_rises(by_category, history.days.month, history.complete)
        changes = most_important(changes, rises)
        return WhatChanged(history.days, currency, changes, len(history.complete), FEWEST_MONTHS)

    def habits(self, month: str, currency: str, account: str | None = None) -> Habits:
        """Of the three complete months until `month`. Raises Unavailable."""
        coverage = self.analytics.coverage(currency)
        last = month
        while coverage.is_partial(last) and months_later(month, -_YEAR) < last:
            last = months_later(last, -1)
        months = [months_later(last, -back) for back in reversed(range(habit_rules.MONTHS))]
        since, until = first_day(months[0], coverage.month_starts), last_day(last, coverage.month_starts)
        if any(coverage.is_partial(one) for one in months):
            return Habits(since, until, 0)
        by_weekday, by_merchant = (
            self.analytics.cells(currency=currency, since=since, until=until, account=account, by=[dimension])
            for dimension in ("weekday", "merchant")
        )
        payments = self._spending_that_recurs(currency, coverage.today)
        habits = habits_of(by_weekday, by_merchant, {payment.merchant for payment in payments})
        if account is None:  # recurring payments are of all accounts
            groups = self._groups()
            costs = ((groups.get(payment.category or ""), payment.yearly_cost) for payment in payments)
            habits += bills_and_subscriptions(costs)
        habits.sort(key=lambda habit: -habit.yearly)
        return Habits(since, until, len(months), habits)

    def merchants(self, days: MonthDays, currency: str, account: str | None = None) -> list[dict[str, Any]]:
        """Spending by merchant, the largest first, as `sums_by` gives it. Raises Unavailable."""
        cells = self.analytics.cells(
            currency=currency, since=days.first, until=days.through, account=account, by=["merchant"]
        )
        return sums_by([cell for cell in cells if cell.flow is Flow.SPENT], "merchant")

    def recurring_of(self, days: MonthDays, currency: str) -> list[RecurringInPeriod]:
        """What recurs in the whole month, by its first day there. Raises Unavailable."""
        today = self.analytics.now().date()
        of_month = self.recurring.between(days.first, days.last, today=today)
        return [one for one in of_month if one.payment.currency == currency]

    def _spending_that_recurs(self, currency: str, today: date) -> list[RecurringPayment]:
        groups = self._groups()
        return [
            payment
            for payment in self.recurring.all(today=today)
            if payment.currency == currency
            and payment.status is not SeriesStatus.ENDED
            and payment.direction is Direction.EXPENSE
            and flow_of(groups.get(payment.category or ""), payment.direction)[0] is Flow.SPENT
            and not _is_habit(payment)
        ]

    def _groups(self) -> dict[str, Group]:
        return {category.slug: category.group for category in self.categories()}

    def _by_merchant(
        self, history: _History
    ) -> tuple[dict[str, dict[str, Decimal]], dict[tuple[str | None, str], dict[str, Decimal]]]:
        """Spending by month and merchant; and by category and merchant, by month."""
        spent: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        by_category: dict[tuple[str | None, str], dict[str, Decimal]] = defaultdict(
            lambda: defaultdict(Decimal)
        )
        first = history.complete[0] if history.complete else history.days.month
        for cell in self.analytics.cells(
            currency=history.currency,
            since=first_day(first, history.coverage.month_starts),
            until=history.days.through,
            account=history.account,
            by=["month", "merchant"],
        ):
            if cell.flow is Flow.SPENT:
                spent[cell.month][cell.merchant] += cell.counted
                by_category[cell.category, cell.merchant][cell.month] += cell.counted
        return spent, by_category

    def _history(self, month: str, currency: str, account: str | None) -> _History:
        coverage = self.analytics.coverage(currency)
        days = month_days(month, coverage)
        first = month_of(coverage.begins or days.first, coverage.month_starts)
        earliest = max(first, months_later(month, -_YEAR))
        months = months_between([earliest, month])

        def read(since: date, until: date) -> list[Cell]:
            return self.analytics.cells(
                currency=currency, since=since, until=until, account=account, by=["month"]
            )

        whole = _by_month(read(first_day(earliest, coverage.month_starts), days.through), months)
        same_days = whole
        if not days.complete:
            same_days = _by_month((cell for one in months for cell in read(*days.same_days(one))), months)
        return _History(days, currency, account, coverage, whole, same_days)


def _is_habit(payment: RecurringPayment) -> bool:
    """The groceries of each week are no bill, unless a person says so."""
    often = payment.interval in (Interval.WEEKLY, Interval.BIWEEKLY)
    return often and payment.varies and not payment.decision.confirmed


def month_days(month: str, coverage: Coverage) -> MonthDays:
    """Raises NotFound if the history does not reach the month."""
    first, last = first_day(month, coverage.month_starts), last_day(month, coverage.month_starts)
    complete = not coverage.ends_before_the_end_of(month)
    through = last if complete else min(last, coverage.today, coverage.covered_until or coverage.today)
    if (
        coverage.begins is None
        or coverage.ends is None
        or last < coverage.begins
        or coverage.ends < first
        or through < first
    ):
        raise NotFound("There are no transactions of this month.")
    return MonthDays(month, first, through, complete, coverage.month_starts)


def _by_month(cells: Iterable[Cell], months: Iterable[str]) -> dict[str, MonthSums]:
    """Of each month, also of those without transactions."""
    grouped: dict[str, list[Cell]] = {month: [] for month in months}
    for cell in cells:
        grouped[cell.month].append(cell)
    return {month: month_sums(of_month) for month, of_month in grouped.items()}


@dataclass(frozen=True)
class _History:
    """A month, and the up to twelve months before it."""

    days: MonthDays
    currency: str
    account: str | None
    coverage: Coverage
    whole: dict[str, MonthSums]
    """By month."""
    same_days: dict[str, MonthSums]

    @property
    def complete(self) -> list[str]:
        """The months before it that the history covers; the first months of an account may be without it."""
        earlier = [
            month for month in self.whole if month < self.days.month and not self.coverage.is_partial(month)
        ]
        if self.account:
            used = [month for month in self.whole if self.whole[month].flows]
            return months_with_account(earlier, used, min(self.whole))
        return earlier

    def comparison(self) -> Comparison:
        month = self.days.month
        last_month, last_year = (self._covered(months_later(month, -back)) for back in (1, _YEAR))
        usual = self.complete[-MONTHS_OF_USUAL:] if len(self.complete) >= FEWEST_USUAL else []

        def measured(measure: Callable[[MonthSums], Decimal]) -> Compared:
            return compared(
                measure,
                self.same_days[month],
                last_month=self.same_days[last_month] if last_month else None,
                last_year=self.same_days[last_year] if last_year else None,
                usual=[self.same_days[one] for one in usual],
            )

        read = {month, *usual, *filter(None, (last_month, last_year))}
        slugs = {slug for one in read for slug in self.same_days[one].spent}
        by_category = {slug: measured(partial(MonthSums.in_category, category=slug)) for slug in slugs}
        ordered = sorted(by_category, key=lambda slug: (-by_category[slug].amount, slug or ""))
        return Comparison(
            self.days,
            self.currency,
            self.account,
            {flow: measured(partial(MonthSums.of, flow=flow)) for flow in Flow},
            measured(lambda sums: sums.of(Flow.EARNED) - sums.of(Flow.SPENT)),
            {slug: by_category[slug] for slug in ordered},
            last_month,
            last_year,
            usual,
        )

    def _covered(self, month: str) -> str | None:
        first = first_day(month, self.coverage.month_starts)
        return month if month in self.whole and self.coverage.begins_before(first) else None

    def changed_sums(self) -> list[Change]:
        earlier = EarlierMonths(
            [self.whole[month] for month in self.complete], [self.same_days[month] for month in self.complete]
        )
        return changed_sums(self.same_days[self.days.month], earlier, complete=self.days.complete)

    def new_merchants(self, spent: dict[str, dict[str, Decimal]]) -> list[Change]:
        if not self.complete:
            return []
        usual = median(self.whole[month].of(Flow.SPENT) for month in self.complete)
        return new_merchants(spent[self.days.month], [spent[month] for month in self.complete], usual)
