"""Where the money went, by charts and tables, and how often the predictions were right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from pydantic import ValidationError

from src.errors import InvalidInput
from src.web.analytics import api as analytics_api
from src.web.analytics import figures
from src.web.analytics.charts import Charts
from src.web.analytics.periods import quick_periods
from src.web.analytics.schemas import AnalyticsQuery
from src.web.shared import format
from src.web.shared.assets import plotly_style_ids
from src.web.shared.blueprint import bp, categories, page
from src.web.shared.forms import Errors, errors_of
from src.web.shared.negotiation import wants_json
from src.web.shared.services import container

STACKS = ("group", "category")


@bp.app_template_filter()
def figure_json(figure: figures.Figure) -> Markup:
    return Markup(figures.figure_json(figure))  # noqa: S704  escaped there, for a script element


@bp.get("/analytics")
def analytics() -> ResponseReturnValue:
    if wants_json():
        return analytics_api.analytics()
    values = request.args.to_dict()
    stack = values.pop("stack", "") if values.get("stack") in STACKS else "group"
    values.pop("stack", None)
    overview, errors = _overview(values)
    currency = overview["currency"] if overview else values.get("currency", "")
    return page(
        "analytics/index.html",
        422 if errors else 200,
        overview=overview,
        errors=errors,
        values={"from": values.get("from", ""), "to": values.get("to", ""), "stack": stack},
        currency=currency,
        currencies=_currencies(overview, currency),
        charts=Charts(overview, categories()).all(stack=stack)
        if overview and overview["totals"]["count"]
        else [],
        plotly_style_ids=plotly_style_ids(),
        period_sentence=_period(overview),
        uncategorized_sentence=_uncategorized(overview),
        quick_periods=quick_periods(
            url_for("pages.analytics"), datetime.now(UTC).date(), currency=values.get("currency")
        ),
        recent_total=container().transactions.count(),
    )


def _overview(values: dict[str, str]) -> tuple[dict[str, Any] | None, Errors]:
    try:
        query = AnalyticsQuery.model_validate(values)
        return analytics_api.overview_of(query), {}
    except (ValidationError, InvalidInput) as error:
        return None, errors_of(error)


def _currencies(overview: dict[str, Any] | None, chosen: str) -> list[str]:
    used = [each["currency"] for each in overview["currencies"]] if overview else []
    return used if chosen in used or not chosen else [chosen, *used]


def _period(overview: dict[str, Any] | None) -> str:
    if overview is None:
        return "This period cannot be read."
    since, until = overview["from"], overview["until"]
    if since and until:
        return f"From {format.day(since)} to {format.day(until)}, in {overview['currency']}."
    if since or until:
        return f"{'Since' if since else 'Until'} {format.day(since or until)}, in {overview['currency']}."
    return f"Everything you have added, in {overview['currency']}."


def _uncategorized(overview: dict[str, Any] | None) -> str:
    """How much of the figures only the type of the rows decides."""
    if overview is None or not overview["uncategorized"]["count"]:
        return ""
    part = overview["uncategorized"]
    has, they = (
        ("has", "It counts by its type") if part["count"] == 1 else ("have", "They count by their type")
    )
    amounts = [
        f"{format.money(part[name], overview['currency'])} as {words}"
        for name, words in (("expense", "spent"), ("income", "earned"), ("transfer", "transfers"))
        if part[name]
    ]
    return (
        f"{format.counted(part['count'], 'transaction')} {has} no category yet. {they}: {', '.join(amounts)}."
    )
