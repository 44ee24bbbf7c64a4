"""The finance rules in a month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from src.components.budgets.limits import Context, LimitMonths, judge_limit
from src.domain.accounts import Account, saving_accounts
from src.domain.categories import Category
from src.domain.limits import Limit, LimitPeriod, LimitState, Unknown, with_defaults
from src.domain.months import first_day, last_day

if TYPE_CHECKING:
    from src.components.budgets.pace import MonthDays
    from src.pipeline.budgets.overview import KnownDays
    from src.services.budgets.repository import StoredList
    from src.services.transactions.analytics import Analytics


@dataclass(frozen=True)
class LimitOverview:
    limits: StoredList[Limit]
    analytics: Analytics
    known: KnownDays
    categories: Callable[[], Sequence[Category]]
    accounts: Callable[[], Sequence[Account]]

    def all(self) -> list[Limit]:
        return with_defaults(self.limits.all())

    def states(
        self, *, today: date, month: str | None = None, currency: str | None = None
    ) -> list[LimitState]:
        """By default of the last complete month, in the most frequent currency. A limit that is an amount is
        judged in its own.

        Raises InvalidInput for a month that has not begun, Unavailable.
        """
        currency = currency or self.analytics.main_currency()
        days = self.known.days(month, today)
        limits = self.all()
        states: dict[str, LimitState] = {}
        for code in dict.fromkeys(limit.currency or currency for limit in limits):
            judged = [limit for limit in limits if (limit.currency or currency) == code]
            for state in self._states(judged, code, days, today=today, exact=month is not None):
                states[state.limit.key] = state
        return [states[limit.key] for limit in limits]

    def _states(
        self, limits: Sequence[Limit], currency: str, days: MonthDays, *, today: date, exact: bool
    ) -> list[LimitState]:
        """exact: judge the month of `days`, complete or not."""
        starts = days.first.day
        complete = self.known.complete(currency, days.month, LimitPeriod.THREE_MONTHS.months, today)
        latest = complete[-1] if complete and not exact else days.month
        incomplete = Unknown.MONTH_INCOMPLETE if exact else Unknown.TOO_FEW_MONTHS
        periods = {
            LimitPeriod.MONTH: _months([latest], starts, None if latest in complete else incomplete),
            LimitPeriod.THREE_MONTHS: _months(
                complete or [days.month],
                starts,
                None if len(complete) == LimitPeriod.THREE_MONTHS.months else Unknown.TOO_FEW_MONTHS,
            ),
        }
        context = Context(
            currency=currency,
            cells=self.analytics.cells(
                currency=currency,
                since=min(period.since for period in periods.values()),
                until=max(period.until for period in periods.values()),
                by=("month", "account"),
            ),
            categories=self.categories(),
            saving_accounts=saving_accounts(self.accounts()),
        )
        return [judge_limit(limit, periods[limit.period], context) for limit in limits]


def _months(months: Sequence[str], starts: int, why: Unknown | None) -> LimitMonths:
    return LimitMonths(tuple(months), first_day(months[0], starts), last_day(months[-1], starts), why)
