"""Links from unusual spending to its transactions."""

from __future__ import annotations

from flask import url_for

from src.domain.anomalies import Anomaly, AnomalyKind
from src.domain.categories import Flow
from src.web.history.links import history_link


def anomaly_address(anomaly: Anomaly) -> str:
    """Of the transactions that it is about."""
    if anomaly.kind is AnomalyKind.CATEGORY_MONTH:
        month = str(anomaly.values["month"])
        return history_link(anomaly.currency, Flow.SPENT, month=month, category=anomaly.category)
    if anomaly.kind is AnomalyKind.AMOUNT or not anomaly.merchant:
        return url_for("pages.transaction", transaction_id=anomaly.transaction_ids[0])
    return history_link(anomaly.currency, merchant=anomaly.merchant)
