"""The analytics page: the sums of a period as figures, charts and tables, and each table as a CSV file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.accounts import saving_accounts
from src.domain.categories import NO_CATEGORY, Group
from src.domain.sums import totals_of
from src.errors import InvalidInput, NotFound
from src.web.analytics.chart_parts import Chart
from src.web.dashboard import api as analytics_api
from src.web.dashboard import text
from src.web.dashboard.dashboard import FIRST_CHARTS, Dashboard
from src.web.dashboard.figures import figures
from src.web.dashboard.insights import insights
from src.web.dashboard.query import Controls, DashboardQuery
from src.web.dashboard.table_csv import csv_text
from src.web.dashboard.view import View
from src.web.shared.blueprint import bp, categories, page
from src.web.shared.forms import errors_of
from src.web.shared.json_io import wants_json
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts
    from src.services.digest.entries import FeedEntries
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.analytics import Analytics


_ROWS_OF_ONE_ANSWER = 20_000
"""Of a larger history, what takes longer comes after the page: what recurs, and the lower charts."""


@bp.get("/analytics")
def analytics(
    *,
    analytics: Analytics,
    accounts: Accounts,
    feed_entries: FeedEntries,
) -> ResponseReturnValue:
    if wants_json():
        return analytics_api.analytics()
    counts = {row["currency"]: row["count"] for row in analytics.currencies()}
    currencies = list(counts)
    view, charts, controls, errors = None, [], None, {}
    shown: dict[str, Any] = {}
    try:
        dashboard = _dashboard()
        view = dashboard.view()
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)
    if view:
        controls = _controls(dashboard, view)
        if totals_of(view.sums.cells)["count"]:
            is_large = sum(counts.values()) > _ROWS_OF_ONE_ANSWER
            charts = _charts(dashboard, view, controls, FIRST_CHARTS if is_large else None)
            if is_large:
                for part in ("insights", "charts"):
                    shown[f"{part}_address"] = controls.address(url_for(f"pages.analytics_{part}"))
            else:
                shown = insights(view.sums.selection)
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
        currencies=currencies,
        kept=dashboard.kept if view else {},
        days={
            "from": request.args.get("from", view.sums.period.since if view else ""),
            "to": request.args.get("to", view.sums.period.until if view else ""),
        },
        account_names=accounts.names(),
        category_tree=_category_tree(),
        stack=dashboard.query.stack or "group" if view else "group",
        uncounted=analytics.uncounted(),
        unread=feed_entries.unread(),
        **shown,
    )


@bp.get("/analytics/insights")
def analytics_insights() -> ResponseReturnValue:
    """The page of a large history shows them when they are ready."""
    view = _dashboard().view()
    if view is None:
        raise NotFound("There are no transactions yet.")
    return page(
        "dashboard/insights.html", title=text.period_name(view.sums.period), **insights(view.sums.selection)
    )


@bp.get("/analytics/charts")
def analytics_charts() -> ResponseReturnValue:
    """Those that the page of a large history shows after the first ones."""
    dashboard = _dashboard()
    view = dashboard.view()
    if view is None:
        raise NotFound("There are no transactions yet.")
    controls = _controls(dashboard, view)
    lower = [name for name in dashboard.charts(view) if name not in FIRST_CHARTS]
    charts = _charts(dashboard, view, controls, lower)
    return page("dashboard/charts.html", title=text.period_name(view.sums.period), charts=charts)


@bp.get("/analytics/<table>.csv")
def analytics_csv(table: str) -> ResponseReturnValue:
    """The table of one chart, as the visitor's spreadsheet reads it."""
    dashboard = _dashboard()
    view = dashboard.view()
    make = dashboard.charts(view).get(table) if view else None
    if not view or not make or not (chart := make()):
        raise NotFound("There is no such table.")
    response = Response(csv_text(chart), mimetype="text/csv")
    name = f"{table}-{view.sums.period.since}-{view.sums.period.until}-{view.currency}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _controls(dashboard: Dashboard, view: View) -> Controls:
    return Controls(url_for("pages.analytics"), view.sums.selection, view.sums.coverage, dashboard.kept)


def _charts(
    dashboard: Dashboard, view: View, controls: Controls, names: Collection[str] | None
) -> list[Chart]:
    """names: None for all."""
    return [
        replace(
            chart,
            csv=controls.address(url_for("pages.analytics_csv", table=name)),
            folded_on_a_phone=name not in FIRST_CHARTS,
        )
        for name, make in dashboard.charts(view).items()
        if (names is None or name in names) and (chart := make())
    ]


@with_services
def _dashboard(*, analytics: Analytics, preferences: PreferenceStore, accounts: Accounts) -> Dashboard:
    """Of the address. Raises ValidationError, Unavailable."""
    query = DashboardQuery.model_validate(request.args.to_dict())
    return Dashboard(query, analytics, preferences.current(), saving_accounts(accounts.all()))


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
