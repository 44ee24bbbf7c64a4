"""Sums over the history."""

from __future__ import annotations

from src.web.operations import Answer, Operations
from src.web.schemas.analytics import AnalyticsBody, AnalyticsQuery, analytics_body
from src.web.wired import wiring

api = Operations("analytics", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/analytics",
    summary="Where the money went, and how often the predictions were right",
    query=AnalyticsQuery,
    returns={200: AnalyticsBody},
)
def analytics(query: AnalyticsQuery) -> Answer:
    """Sums of one currency; by category, mode, merchant and group they are of expenses."""
    overview = wiring().analytics.overview(since=query.since, until=query.until, currency=query.currency)
    return analytics_body(overview)
