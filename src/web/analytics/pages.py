"""The analytics page: spending by charts and tables, and how often the predictions were right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from pydantic import ValidationError

from src.errors import InvalidInput
from src.web.analytics import api as analytics_api
from src.web.analytics import figures, text
from src.web.analytics.charts import Chart, Charts
from src.web.analytics.periods import quick_periods
from src.web.analytics.schemas import AnalyticsQuery
from src.web.shared.assets import plotly_style_ids
from src.web.shared.blueprint import bp, categories, page
from src.web.shared.forms import errors_of
from src.web.shared.negotiation import wants_json

if TYPE_CHECKING:
    from src.pipeline.monitoring.quality import Quality
    from src.services.transactions.analytics import Analytics
    from src.services.transactions.repository import Transactions

STACKS = ("group", "category")


@bp.app_template_filter()
def figure_json(figure: figures.Figure) -> Markup:
    return Markup(figures.figure_json(figure))  # noqa: S704  escaped there, for a script element


@bp.get("/analytics")
def analytics(*, analytics: Analytics, quality: Quality, transactions: Transactions) -> ResponseReturnValue:
    if wants_json():
        return analytics_api.analytics()
    values = request.args.to_dict()
    stack = values.pop("stack", "group")
    stack = stack if stack in STACKS else "group"
    overview, errors = None, {}
    try:
        query = AnalyticsQuery.model_validate(values)
        overview = analytics_api.overview_of(query, analytics, quality)
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)
    currency = overview["currency"] if overview else values.get("currency", "")
    return page(
        "analytics/index.html",
        422 if errors else 200,
        overview=overview,
        errors=errors,
        values={"from": values.get("from", ""), "to": values.get("to", ""), "stack": stack},
        currency=currency,
        currencies=_currencies(overview, currency),
        charts=_charts(overview, stack),
        plotly_style_ids=plotly_style_ids(),
        period_sentence=text.span(overview),
        uncategorized_sentence=text.uncategorized(overview),
        quick_periods=quick_periods(
            url_for("pages.analytics"), datetime.now(UTC).date(), currency=values.get("currency")
        ),
        has_transactions=transactions.count() > 0,
    )


def _charts(overview: dict[str, Any] | None, stack: str) -> list[Chart]:
    if overview is None or not overview["totals"]["count"]:
        return []
    return Charts(overview, categories()).all(stack=stack)


def _currencies(overview: dict[str, Any] | None, chosen: str) -> list[str]:
    used = [row["currency"] for row in overview["currencies"]] if overview else []
    return used if chosen in used or not chosen else [chosen, *used]
