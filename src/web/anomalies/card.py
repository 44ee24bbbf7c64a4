"""The card of unusual spending for the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from src.domain.anomalies import Anomaly
from src.pipeline.anomalies.unusual import AnomalyStatus, UnusualSpending
from src.web.anomalies import text

if TYPE_CHECKING:
    from src.pipeline.anomalies.unusual import UnusualSpendingList

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class AnomalyCard:
    unusual: UnusualSpending
    items: Sequence[tuple[Anomaly, str, str]]
    """(anomaly, what it is about, sentence), the newest first."""
    count: int
    """Of all in the period."""
    why: str | None
    """Why some transactions were not analysed."""


def anomaly_card(
    unusual_spending: UnusualSpendingList, *, currency: str, since: date, until: date
) -> AnomalyCard:
    """Of a period in one currency. Raises Unavailable."""
    unusual = unusual_spending.read()
    anomalies = [
        anomaly
        for anomaly in unusual.anomalies(AnomalyStatus.OPEN)
        if anomaly.currency == currency and since <= anomaly.date <= until
    ]
    items = [(anomaly, text.title(anomaly), text.sentence(anomaly)) for anomaly in anomalies[:_SHOWN]]
    return AnomalyCard(unusual, items, len(anomalies), text.not_analysed(unusual))
