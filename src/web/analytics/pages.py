"""The analytics page: spending by charts and tables, and how often the predictions were right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.errors import InvalidInput
from src.pipeline.monitoring.quality import Quality
from src.web.analytics import api as analytics_api
from src.web.analytics import text
from src.web.analytics.charts import Charts
from src.web.analytics.schemas import AnalyticsQuery
from src.web.shared import time_zone
from src.web.shared.blueprint import bp, categories, merchant_names, page
from src.web.shared.forms import errors_of
from src.web.shared.json_io import wants_json
from src.web.shared.periods import quick_periods

if TYPE_CHECKING:
    from src.services.digest.entries import FeedEntries
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.analytics import Analytics
    from src.services.transactions.repository import Transactions


@bp.get("/analytics")
def analytics(
    *,
    analytics: Analytics,
    quality: Quality,
    transactions: Transactions,
    preferences: PreferenceStore,
    feed_entries: FeedEntries,
) -> ResponseReturnValue:
    if wants_json():
        return analytics_api.analytics()
    values = request.args.to_dict()
    stack = "category" if values.pop("stack", "") == "category" else "group"
    overview, errors = None, {}
    try:
        query = AnalyticsQuery.model_validate(values)
        overview = analytics_api.overview_of(query, analytics, quality)
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)
    currency = overview["currency"] if overview else values.get("currency", "")
    charts = []
    if overview and overview["totals"]["count"]:
        charts = Charts(overview, categories(), merchant_names()).all(stack=stack)
    return page(
        "analytics/index.html",
        422 if errors else 200,
        overview=overview,
        errors=errors,
        values={"from": values.get("from", ""), "to": values.get("to", ""), "stack": stack},
        currency=currency,
        currencies=[row["currency"] for row in overview["currencies"]] if overview else [],
        charts=charts,
        period_sentence=text.span(overview),
        uncategorized_sentence=text.uncategorized(overview),
        quick_periods=quick_periods(
            url_for("pages.analytics"),
            time_zone.today(),
            month_starts=preferences.current().month_starts,
            currency=values.get("currency"),
        ),
        unread=feed_entries.unread(),
        has_transactions=transactions.count() > 0,
    )
