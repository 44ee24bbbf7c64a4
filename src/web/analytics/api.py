"""Sums over the history."""

from __future__ import annotations

from typing import Any

from src.web.analytics.schemas import AnalyticsBody, AnalyticsQuery, analytics_body
from src.web.openapi.operations import Answer, Operations
from src.web.shared.services import container

api = Operations("analytics", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/analytics",
    summary="Where the money went, and how often the predictions were right",
    query=AnalyticsQuery,
    returns={200: AnalyticsBody},
)
def analytics(query: AnalyticsQuery) -> Answer:
    """Sums of one currency; by category, mode, merchant and group they are of spending, less refunds.

    Savings and transfers are neither spent nor earned: `savings_and_transfers` lists them.
    """
    return analytics_body(overview_of(query))


def overview_of(query: AnalyticsQuery) -> dict[str, Any]:
    """The sums, and beside them the live accuracy as `accuracy`. Raises Unavailable."""
    days = {"since": query.since, "until": query.until}
    sums = container().analytics.overview(**days, currency=query.currency)
    return {**sums, "accuracy": container().quality.accuracy(**days)}
