"""What a person dismissed teaches what is fine."""

from __future__ import annotations

from collections.abc import Iterable

from src.domain.anomalies import Anomaly, AnomalyKind, Dismissal

_RAISED = 1.1
"""Amounts up to this many times a dismissed one are fine too, at the same merchant or in the category."""
_SAME = 0.01
_AMOUNTS = (AnomalyKind.AMOUNT, AnomalyKind.NEW_MERCHANT)


def is_fine(anomaly: Anomaly, dismissals: Iterable[Dismissal]) -> bool:
    """Whether it was dismissed, or is like one that was."""
    return any(
        dismissal.id == anomaly.id or _is_like(anomaly, dismissal)
        for dismissal in dismissals
        if dismissal.currency == anomaly.currency
    )


def _is_like(anomaly: Anomaly, dismissal: Dismissal) -> bool:
    same_merchant = bool(anomaly.merchant) and anomaly.merchant == dismissal.merchant
    no_larger = anomaly.amount <= _RAISED * dismissal.amount
    if anomaly.kind in _AMOUNTS and dismissal.kind in _AMOUNTS:
        return same_merchant and no_larger
    if anomaly.kind is not dismissal.kind:
        return False
    match anomaly.kind:
        case AnomalyKind.DUPLICATE:
            return same_merchant and abs(anomaly.amount - dismissal.amount) <= _SAME * dismissal.amount
        case AnomalyKind.CATEGORY_MONTH:
            return anomaly.category == dismissal.category and no_larger
    return False
