"""The look for drift."""

from __future__ import annotations

from src.web.openapi.operations import Answer, Operations
from src.web.quality.drift_schemas import DriftBody, drift_body
from src.web.shared.services import container

api = Operations("drift", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/drift",
    summary="Whether what comes in still looks like what the champion learned from",
    returns={200: DriftBody},
)
def drift() -> Answer:
    """A sign of drift is both too large for chance, all four tests together, and of a size that matters."""
    return drift_body(container().drift.look())
