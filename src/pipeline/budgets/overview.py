"""Budgets in a month, and suggestions for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from src.components.budgets.pace import LATE, MonthDays, judge, recurring_in
from src.components.budgets.suggestions import MOST_MONTHS, suggested
from src.domain.budgets import Budget, BudgetState, BudgetSuggestions, covers, part_of, with_children
from src.domain.categories import Category
from src.domain.months import Coverage, first_day, last_day, month_of, months_later
from src.domain.preferences import Preferences
from src.domain.recurring import RecurringInPeriod
from src.domain.sums import Cell
from src.domain.transactions import Direction
from src.errors import InvalidInput

if TYPE_CHECKING:
    from src.pipeline.insight.recurring import RecurringPayments
    from src.services.budgets.repository import StoredList
    from src.services.insight.payments import PaymentHistory
    from src.services.transactions.analytics import Analytics

_IMPORTED_LATER = timedelta(days=7)
"""A newest transaction that is older: later ones are probably not imported yet."""


@dataclass(frozen=True)
class KnownDays:
    """Until which day the ledger is known, and which of its months are complete."""

    history: PaymentHistory
    analytics: Analytics
    preferences: Callable[[], Preferences]

    def as_of(self, today: date) -> date:
        """Today, or the day of the newest transaction if that is more than a week ago."""
        newest = self.history.newest_date(until=today)
        return newest if newest and today - newest > _IMPORTED_LATER else today

    def days(self, month: str | None, today: date) -> MonthDays:
        """month: None is that of `as_of`. Raises InvalidInput for a month that has not begun."""
        as_of, starts = self.as_of(today), self.preferences().month_starts
        month = month or month_of(as_of, starts)
        if month > month_of(today, starts):
            raise InvalidInput("This month has not begun yet.", field="month")
        # A month after the newest transaction is empty, whatever day it is.
        return MonthDays(month, first_day(month, starts), last_day(month, starts), as_of)

    def complete(self, currency: str, until: str, count: int, today: date) -> list[str]:
        """Up to `count` complete months in a row, oldest first; the last is `until` or an earlier one."""
        starts = self.preferences().month_starts
        coverage = replace(self.analytics.coverage(currency), today=today)
        months: list[str] = []
        month = until
        while len(months) < count and _may_be_covered(month, coverage, starts):
            if not coverage.is_partial(month):
                months.insert(0, month)
            elif months:
                break
            month = months_later(month, -1)
        return months


def _may_be_covered(month: str, coverage: Coverage, starts: int) -> bool:
    return coverage.begins is not None and last_day(month, starts) >= coverage.begins


@dataclass(frozen=True)
class BudgetOverview:
    budgets: StoredList[Budget]
    analytics: Analytics
    recurring: RecurringPayments
    known: KnownDays
    categories: Callable[[], Sequence[Category]]

    def states(
        self, *, today: date, month: str | None = None, currency: str | None = None
    ) -> list[BudgetState]:
        """The budgets in a month, by default this one, or that of the newest transaction.

        currency: of these alone.

        Raises InvalidInput for a month that has not begun, Unavailable.
        """
        days = self.known.days(month, today)
        budgets = [budget for budget in self.budgets.all() if currency in (None, budget.currency)]
        if not budgets:
            return []
        categories = self.categories()
        cells = self._cells(budgets, days)
        payments = []
        if not days.is_over:
            payments = self.recurring.between(days.first - LATE, days.last, today=days.as_of)
        states = []
        for budget in budgets:
            in_budget = covers(budget, categories)
            parents = part_of(categories, but=[budget.category] if budget.category else [])
            in_months = filter(in_budget, cells[budget.currency])
            paid, committed = recurring_in(_of_budget(budget, payments, categories), days)
            states.append(judge(budget, days, in_months, parents, paid=paid, committed=committed))
        return states

    def _cells(self, budgets: Iterable[Budget], days: MonthDays) -> dict[str, list[Cell]]:
        """By currency, from the oldest month that carries over."""
        begin: dict[str, str] = {}
        for budget in budgets:
            since = budget.since if budget.carry_over else days.month
            begin[budget.currency] = min(since, days.month, begin.get(budget.currency, since))
        starts = days.first.day
        return {
            currency: self.analytics.cells(
                currency=currency, since=first_day(month, starts), until=days.last, by=("month",)
            )
            for currency, month in begin.items()
        }

    def suggestions(self, *, currency: str, today: date) -> BudgetSuggestions:
        """Of the last twelve complete months, for categories without a budget. Raises Unavailable."""
        days = self.known.days(None, today)
        months = self.known.complete(currency, days.month, MOST_MONTHS, today)
        categories = self.categories()
        cells: list[Cell] = []
        if months:
            starts = days.first.day
            cells = self.analytics.cells(
                currency=currency,
                since=first_day(months[0], starts),
                until=last_day(months[-1], starts),
                by=("month",),
            )
        parents: Mapping[str, str | None] = {category.slug: category.parent for category in categories}
        budgeted = {budget.category for budget in self.budgets.all() if budget.currency == currency}
        all_suggested = suggested(cells, months, parents, currency)
        new = tuple(budget for budget in all_suggested.budgets if budget.category not in budgeted)
        return replace(all_suggested, budgets=new)


def _of_budget(
    budget: Budget, periods: Iterable[RecurringInPeriod], categories: Sequence[Category]
) -> list[RecurringInPeriod]:
    if budget.category is None:
        slugs = frozenset(category.slug for category in categories if category.group is budget.group)
    else:
        slugs = with_children(budget.category, categories)
    return [
        period
        for period in periods
        if period.payment.currency == budget.currency
        and period.payment.direction is Direction.EXPENSE
        and period.payment.category in slugs
    ]
