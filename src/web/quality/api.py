"""Quality of the predictions, and drift."""

from __future__ import annotations

from src.pipeline.monitoring.quality import DriftMonitor, Quality
from src.web.openapi.operations import Operations, ResponseValue
from src.web.quality.schemas import DriftBody, QualityBody, drift_body, quality_body
from src.web.shared.periods import PeriodQuery

api = Operations("quality", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/quality",
    summary="Get the accuracy of the answered predictions, and an estimate for all",
    query=PeriodQuery,
    returns={200: QualityBody},
)
def quality(query: PeriodQuery, *, quality: Quality) -> ResponseValue:
    """Only answers to single transactions count, each for the latest prediction before it."""
    return quality_body(quality.report(since=query.since, until=query.until))


@api.operation(
    "GET",
    "/drift",
    summary="Compare recent transactions with those the champion was trained on",
    returns={200: DriftBody},
)
def drift(*, drift: DriftMonitor) -> ResponseValue:
    """A measure is `shifted` if its change is large, and significant after correction for four tests."""
    return drift_body(drift.report())
