"""How well the predictions do."""

from __future__ import annotations

from src.web.openapi.operations import Answer, Operations
from src.web.quality.schemas import QualityBody, QualityQuery, quality_body
from src.web.shared.services import container

api = Operations("quality", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/quality",
    summary="How often the predictions are right, by the answers and estimated over all",
    query=QualityQuery,
    returns={200: QualityBody},
)
def quality(query: QualityQuery) -> Answer:
    """Only answers to single transactions count, each for the newest prediction that stood before it."""
    return quality_body(container().quality.report(since=query.since, until=query.until))
