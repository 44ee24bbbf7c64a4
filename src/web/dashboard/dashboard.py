"""The charts of one address of the analytics page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import url_for

from src.domain.preferences import Weekday
from src.pipeline.dashboard.selection import SelectedSums
from src.web.analytics.chart_parts import Chart
from src.web.dashboard import flow_charts, month_charts, spending_charts
from src.web.dashboard.figures import compared
from src.web.dashboard.query import FILTERS, DashboardQuery, address_values
from src.web.dashboard.view import View
from src.web.shared import time_zone
from src.web.shared.blueprint import categories
from src.web.shared.forms import with_query

if TYPE_CHECKING:
    from src.domain.preferences import Preferences
    from src.services.transactions.analytics import Analytics

FIRST_CHARTS = ("by-category", "compared", "day-by-day", "by-month")
_CURRENCIES = 8
_WEEKDAYS = {Weekday.MONDAY: 0, Weekday.SATURDAY: 5, Weekday.SUNDAY: 6}


@dataclass(frozen=True)
class Dashboard:
    """The page of one address."""

    query: DashboardQuery
    analytics: Analytics
    preferences: Preferences
    saving_accounts: Collection[str]
    """The names of own savings and investment accounts."""

    def view(self) -> View | None:
        """None without a transaction in the currency. Raises InvalidInput, Unavailable."""
        currency = self.query.currency or self.analytics.main_currency()
        coverage = replace(self.analytics.coverage(currency), today=time_zone.today())
        selection = self.query.selection(currency, coverage, self.preferences.month_starts)
        if selection is None:
            return None
        sums = SelectedSums(selection, coverage, self.analytics, categories(), self.saving_accounts)
        return View(sums, categories())

    def charts(self, view: View) -> dict[str, Callable[[], Chart | None]]:
        """In the order of the page; each reads its sums when it is made."""
        week_starts = _WEEKDAYS[self.preferences.week_starts]
        return {
            "by-category": lambda: spending_charts.by_category(view),
            "compared": lambda: compared(view),
            "day-by-day": lambda: month_charts.day_by_day(view),
            "by-month": lambda: month_charts.in_and_out(view),
            "cash-flow": lambda: flow_charts.cash_flow(view),
            "heat-map": lambda: month_charts.heat_map(view),
            "by-merchant": lambda: spending_charts.by_merchant(view),
            "changed-merchants": lambda: spending_charts.changed_merchants(view),
            "by-weekday": lambda: spending_charts.by_weekday(view, week_starts),
            "by-mode": lambda: spending_charts.by_mode(view),
            "by-account": lambda: spending_charts.by_account(view),
            "by-layer": lambda: month_charts.by_layer(view, self.query.stack or "group"),
            "savings-and-transfers": lambda: flow_charts.savings_and_transfers(view),
            "currencies": lambda: self._currencies(view),
        }

    def _currencies(self, view: View) -> Chart | None:
        """The same days in every currency, the most frequent first."""
        period = view.sums.period
        views = []
        for row in self.analytics.currencies()[:_CURRENCIES]:
            selection = replace(view.sums.selection, currency=row["currency"])
            sums = SelectedSums(
                selection, view.sums.coverage, self.analytics, view.categories, self.saving_accounts
            )
            address = {**address_values(period), **self.kept, "currency": row["currency"]}
            views.append((View(sums, view.categories), with_query(url_for("pages.analytics"), address)))
        return flow_charts.currencies(views)

    @property
    def kept(self) -> dict[str, str]:
        """The filters of the address, without the period."""
        return {name: value for name in FILTERS if (value := getattr(self.query, name))}
