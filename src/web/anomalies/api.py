"""Unusual spending: list it, and dismiss what is fine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.pipeline.anomalies.unusual import AnomalyStatus
from src.web.anomalies.schemas import (
    AnomaliesBody,
    AnomaliesQuery,
    DismissedBody,
    anomalies_body,
    anomaly_body,
)
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.pipeline.anomalies.unusual import UnusualSpendingList

api = Operations("anomalies", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/insight/anomalies",
    summary="List unusual spending",
    query=AnomaliesQuery,
    returns={200: AnomaliesBody},
)
def list_anomalies(query: AnomaliesQuery, *, unusual_spending: UnusualSpendingList) -> ResponseValue:
    """Unusual amounts and months, possible duplicates, large first payments, missed recurring payments and
    new prices. Own transfers, savings and refunds are no spending."""
    return anomalies_body(unusual_spending.read(wait_s=query.wait), query.status, query.limit)


@api.operation(
    "POST",
    "/insight/anomalies/{id}/dismiss",
    summary="Dismiss unusual spending that is fine",
    returns={200: DismissedBody},
    errors=(404, 503),
)
def dismiss_anomaly(id: str, *, unusual_spending: UnusualSpendingList) -> ResponseValue:
    """Similar ones are not listed again: amounts at this merchant up to a tenth larger, for example."""
    anomaly, act = unusual_spending.dismiss(id, at=datetime.now(UTC))
    return {**anomaly_body(anomaly, AnomalyStatus.DISMISSED), "act": act}
