"""The sentences of unusual spending."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from src.domain.anomalies import ANALYSED_YEARS, Anomaly, AnomalyKind, Method, ReasonCode
from src.domain.money import decimal_places
from src.domain.recurring import Interval
from src.pipeline.anomalies.unusual import UnusualSpending
from src.web.insight.text import INTERVALS
from src.web.shared import format
from src.web.shared.blueprint import category_name, payment_name

KINDS = {
    AnomalyKind.AMOUNT: "Amount",
    AnomalyKind.CATEGORY_MONTH: "Month",
    AnomalyKind.NEW_MERCHANT: "New merchant",
    AnomalyKind.DUPLICATE: "Paid twice?",
    AnomalyKind.MISSED: "Missed",
    AnomalyKind.PRICE_CHANGE: "New price",
}
METHODS = {
    Method.ISOLATION_FOREST: "Amounts are judged by an Isolation Forest and by thresholds.",
    Method.THRESHOLD: (
        "Amounts are judged by thresholds alone: an Isolation Forest needs more payments, or finds no more."
    ),
}
_FIRST = "The first payment at this merchant, and "
MONEY_VALUES = ("amount", "usual", "old", "new")


def sentence(anomaly: Anomaly) -> str:
    """Why it is unusual."""
    values = anomaly.values
    times = f"{values.get('times', 0):,}"
    others = f"({format.counted(int(values.get('payments', 0)), 'other payment')})"
    match anomaly.reason:
        case ReasonCode.MERCHANT_AMOUNT:
            return f"{times} times the usual {_money(anomaly, 'usual')} at this merchant {others}."
        case ReasonCode.CATEGORY_AMOUNT:
            return f"{times} times {_usual_payment(anomaly)} {others}."
        case ReasonCode.LARGE_FIRST:
            return f"{_FIRST}{times} times {_usual_payment(anomaly)} {others}."
        case ReasonCode.LARGE_OF_ALL:
            first = _FIRST if anomaly.kind is AnomalyKind.NEW_MERCHANT else ""
            return f"{first}{times} times the usual payment of {_money(anomaly, 'usual')} {others}."
        case ReasonCode.SAME_AMOUNT:
            return f"The same amount was paid there {_before(int(values['days']))}."
        case ReasonCode.PAID_TWICE:
            return f"This comes {INTERVALS[Interval(str(values['interval']))]}, and was paid twice."
        case ReasonCode.CATEGORY_MONTH:
            month = format.month_name(str(values["month"]))
            cost = f"{_category(anomaly)} cost {_money(anomaly, 'amount')} in {month}"
            other_months = f"{months:,} other months" if (months := values.get("months")) else "other months"
            return f"{cost}: {times} times {_money(anomaly, 'usual')}, the median of the {other_months}."
        case ReasonCode.MISSED:
            last = format.day(date.fromisoformat(str(values["last"])))
            return f"A payment was expected on this day and none came; the last one was on {last}."
        case ReasonCode.PRICE_CHANGE:
            return f"The price changed from {_money(anomaly, 'old')} to {_money(anomaly, 'new')}."


def title(anomaly: Anomaly) -> str:
    """What it is about: the merchant, or the category."""
    if anomaly.kind is AnomalyKind.CATEGORY_MONTH:
        return _category(anomaly)
    return payment_name(None, anomaly.merchant) or "No merchant"


def not_analysed(unusual: UnusualSpending) -> str | None:
    """Which transactions were not analysed, and why; None if all were."""
    if unusual.failed:
        return "The newest analysis failed, so what changed since is not analysed. The log has the details."
    if unusual.report.at is None:
        return "The transactions are not analysed yet. That starts within a minute."
    counts, reasons = unusual.report.counts, []
    if counts.too_little_history:
        number = format.counted(counts.too_little_history, "payment")
        reasons.append(f"{number} because there are too few others.")
    if counts.too_old:
        number = format.counted(counts.too_old, "payment")
        reasons.append(f"{number} from before the {ANALYSED_YEARS} years that are analysed.")
    if counts.unlisted:
        number = format.counted(counts.unlisted, "older one")
        unlisted = (
            f"{number} {'is' if counts.unlisted == 1 else 'are'} not listed, because there are so many."
        )
        return f"{unlisted} Not analysed: {' '.join(reasons)}" if reasons else unlisted
    if reasons:
        return f"Not analysed: {' '.join(reasons)}"
    if not counts.analysed:
        return "There is no spending to analyse yet."
    return None


def exact(anomaly: Anomaly, value: object) -> Decimal:
    """An amount of its reason."""
    return Decimal(str(value)).scaleb(-decimal_places(anomaly.currency))


def _money(anomaly: Anomaly, name: str) -> str:
    return format.money(exact(anomaly, anomaly.values[name]), anomaly.currency)


def _usual_payment(anomaly: Anomaly) -> str:
    return f"the usual payment of {_money(anomaly, 'usual')} in {_category(anomaly)}"


def _category(anomaly: Anomaly) -> str:
    return category_name(anomaly.category) if anomaly.category else "Uncategorized"


def _before(days: int) -> str:
    return "on the same day" if days == 0 else f"{format.counted(days, 'day')} before"
