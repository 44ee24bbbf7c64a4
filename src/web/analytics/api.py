"""Totals of the history, and the live accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from src.web.analytics.schemas import AnalyticsBody, AnalyticsQuery, analytics_body
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.pipeline.monitoring.quality import Quality
    from src.services.transactions.analytics import Analytics

api = Operations("analytics", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/analytics",
    summary="Get totals of spending, income and transfers, and the live accuracy",
    query=AnalyticsQuery,
    returns={200: AnalyticsBody},
)
def analytics(query: AnalyticsQuery, *, analytics: Analytics, quality: Quality) -> ResponseValue:
    """All totals are in one currency. Those by category, mode, merchant and group are spending less refunds.

    Savings and transfers are neither spending nor income; `savings_and_transfers` has them.
    """
    return analytics_body(overview_of(query, analytics, quality))


def overview_of(query: AnalyticsQuery, analytics: Analytics, quality: Quality) -> dict[str, Any]:
    """The totals, and the LiveAccuracy as `accuracy`. Raises Unavailable."""
    sums = analytics.overview(since=query.since, until=query.until, currency=query.currency)
    return {**sums, "accuracy": quality.accuracy(since=query.since, until=query.until)}
