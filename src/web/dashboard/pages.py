"""The analytics page: the sums of a period as figures, charts and tables, and each table as a CSV file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.categories import NO_CATEGORY, Group
from src.domain.periods import PeriodKind
from src.domain.sums import totals_of
from src.errors import InvalidInput, NotFound
from src.web.analytics import api as analytics_api
from src.web.budgets.card import BudgetCard, budget_card
from src.web.dashboard import text
from src.web.dashboard.dashboard import Dashboard
from src.web.dashboard.figures import figures
from src.web.dashboard.insights import sentences
from src.web.dashboard.query import Controls, DashboardQuery
from src.web.dashboard.table_csv import csv_text
from src.web.dashboard.view import View
from src.web.insight.card import recurring_card
from src.web.shared.blueprint import bp, categories, page
from src.web.shared.forms import errors_of
from src.web.shared.json_io import wants_json

if TYPE_CHECKING:
    from src.pipeline.budgets.limits import LimitOverview
    from src.pipeline.budgets.overview import BudgetOverview
    from src.pipeline.insight.months import MonthInsight
    from src.pipeline.insight.recurring import RecurringPayments
    from src.services.accounts.repository import Accounts
    from src.services.digest.entries import FeedEntries
    from src.services.insight.payments import PaymentHistory
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.analytics import Analytics


@bp.get("/analytics")
def analytics(
    *,
    analytics: Analytics,
    preferences: PreferenceStore,
    accounts: Accounts,
    feed_entries: FeedEntries,
    month_insight: MonthInsight,
    recurring_payments: RecurringPayments,
    payment_history: PaymentHistory,
    budget_overview: BudgetOverview,
    limit_overview: LimitOverview,
) -> ResponseReturnValue:
    if wants_json():
        return analytics_api.analytics()
    currencies = [row["currency"] for row in analytics.currencies()]
    view, charts, controls, errors = None, [], None, {}
    try:
        dashboard = Dashboard(
            DashboardQuery.model_validate(request.args.to_dict()), analytics, preferences.current()
        )
        view = dashboard.view(
            dashboard.query.currency or next(iter(currencies), preferences.current().currency)
        )
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)
    if view:
        controls = Controls(
            url_for("pages.analytics"), view.sums.selection, view.sums.coverage, dashboard.kept
        )
        if totals_of(view.sums.cells)["count"]:
            charts = [
                replace(chart, csv=controls.address(url_for("pages.analytics_csv", table=name)))
                for name, make in dashboard.charts(view).items()
                if (chart := make())
            ]
    return page(
        "dashboard/index.html",
        422 if errors else 200,
        view=view,
        errors=errors,
        controls=controls,
        charts=charts,
        figures=figures(view) if view and charts else [],
        title=text.period_name(view.sums.period) if view else text.ANALYTICS,
        intro=text.intro(view.sums, _selected_name(view)) if view else "",
        uncategorized_sentence=text.uncategorized(_by_type_alone(view), view.money) if view else "",
        sentences=sentences(view.sums.selection, month_insight) if view and charts else None,
        recurring_card=recurring_card(recurring_payments, payment_history, currency=view.currency)
        if view and charts
        else None,
        budget_card=_budget_card(view, budget_overview, limit_overview) if view and charts else None,
        currencies=currencies,
        kept=dashboard.kept if view else {},
        days={
            "from": request.args.get("from", view.sums.period.since if view else ""),
            "to": request.args.get("to", view.sums.period.until if view else ""),
        },
        account_names=accounts.names(),
        category_tree=_category_tree(),
        stack=dashboard.query.stack or "group" if view else "group",
        unread=feed_entries.unread(),
    )


@bp.get("/analytics/<table>.csv")
def analytics_csv(table: str, *, analytics: Analytics, preferences: PreferenceStore) -> ResponseReturnValue:
    """The table of one chart, as the visitor's spreadsheet reads it."""
    query = DashboardQuery.model_validate(request.args.to_dict())
    dashboard = Dashboard(query, analytics, preferences.current())
    currencies = analytics.currencies()
    currency = query.currency or (currencies[0]["currency"] if currencies else preferences.current().currency)
    view = dashboard.view(currency)
    make = dashboard.charts(view).get(table) if view else None
    if not view or not make or not (chart := make()):
        raise NotFound("There is no such table.")
    response = Response(csv_text(chart), mimetype="text/csv")
    name = f"{table}-{view.sums.period.since}-{view.sums.period.until}-{currency}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _budget_card(
    view: View, budget_overview: BudgetOverview, limit_overview: LimitOverview
) -> BudgetCard | None:
    """Of a month with all accounts and categories."""
    selection = view.sums.selection
    if selection.period.kind is not PeriodKind.MONTH or selection.account or selection.category:
        return None
    month = selection.period.last_month
    return budget_card(budget_overview, limit_overview, currency=selection.currency, month=month)


def _by_type_alone(view: View) -> dict[str, object]:
    return totals_of(cell for cell in view.sums.cells if cell.by_direction)


def _selected_name(view: View) -> str | None:
    category = view.sums.selection.category
    return view.name(None if category == NO_CATEGORY else category) if category else None


def _category_tree() -> list[tuple[str, str]]:
    """(slug, name) of each category by group, children below their parents."""
    everything = categories()
    known = {category.slug for category in everything}
    tree = []
    for group in Group:
        for parent in everything:
            if parent.group is group and parent.parent not in known:
                children = [child for child in everything if child.parent == parent.slug]
                tree += [(parent.slug, parent.name), *((child.slug, f"– {child.name}") for child in children)]
    return tree
