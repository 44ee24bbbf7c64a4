"""Unusual spending."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.anomalies import MOST_ANOMALIES, Anomaly, AnomalyKind, Method
from src.pipeline.anomalies.unusual import AnomalyStatus, UnusualSpending
from src.web.anomalies import text
from src.web.shared.fields import AnalysisWait, QueryModel, money, utc_text


class AnomaliesQuery(QueryModel):
    status: AnomalyStatus = AnomalyStatus.OPEN
    wait: AnalysisWait = 10
    limit: Annotated[int, Field(ge=1, le=MOST_ANOMALIES)] = 200


class ReasonBody(TypedDict):
    code: str
    values: Annotated[dict[str, str | int | float], Field(description="Amounts are exact text.")]


class AnomalyBody(TypedDict):
    id: str
    kind: AnomalyKind
    transaction_ids: list[str]
    score: Annotated[float, Field(description="0 to 1; nearly 1 is what hardly ever happens.")]
    reason: ReasonBody
    sentence: str
    method: Annotated[
        Method, Field(description="`isolation_forest`: the forest and the thresholds; else these alone.")
    ]
    date: str
    amount: str
    currency: str
    merchant: str | None
    category: str | None
    status: AnomalyStatus


class AnomaliesBody(TypedDict):
    anomalies: Annotated[list[AnomalyBody], Field(description="The newest first, at most `limit`.")]
    total: Annotated[int, Field(description=f"Those of this status; {MOST_ANOMALIES:,} are kept in all.")]
    analysed: Annotated[int, Field(description="Payments whose amounts were judged.")]
    not_analysed: Annotated[int, Field(description="0 anomalies mean nothing about these.")]
    why: Annotated[str | None, Field(description="Why some were not analysed.")]
    as_of: Annotated[str | None, Field(description="When the list was made.")]
    up_to_date: Annotated[bool, Field(description="Whether the transactions are the same since.")]


class DismissedBody(AnomalyBody):
    act: Annotated[str | None, Field(description="Undoes it; null if it was dismissed already.")]


def anomalies_body(unusual: UnusualSpending, status: AnomalyStatus, limit: int) -> AnomaliesBody:
    counts, anomalies = unusual.report.counts, unusual.anomalies(status)
    return {
        "anomalies": [anomaly_body(anomaly, status) for anomaly in anomalies[:limit]],
        "total": len(anomalies),
        "analysed": counts.analysed if unusual.is_analysed else 0,
        "not_analysed": counts.not_analysed if unusual.is_analysed else unusual.transactions,
        "why": text.not_analysed(unusual),
        "as_of": utc_text(unusual.report.at) if unusual.report.at else None,
        "up_to_date": unusual.up_to_date,
    }


def anomaly_body(anomaly: Anomaly, status: AnomalyStatus) -> AnomalyBody:
    values = {
        name: money(text.exact(anomaly, value), anomaly.currency) if name in text.MONEY_VALUES else value
        for name, value in anomaly.values.items()
    }
    return {
        "id": anomaly.id,
        "kind": anomaly.kind,
        "transaction_ids": list(anomaly.transaction_ids),
        "score": anomaly.score,
        "reason": {"code": anomaly.reason.value, "values": values},
        "sentence": text.sentence(anomaly),
        "method": anomaly.method,
        "date": anomaly.date.isoformat(),
        "amount": money(text.exact(anomaly, anomaly.amount), anomaly.currency),
        "currency": anomaly.currency,
        "merchant": anomaly.merchant or None,
        "category": anomaly.category,
        "status": status,
    }
