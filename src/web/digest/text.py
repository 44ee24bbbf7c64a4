"""The words of the feed. Titles say nothing private: they are subjects of messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from src.domain.anomalies import Anomaly, AnomalyKind, Method, ReasonCode
from src.domain.categories import Flow, Group
from src.domain.deliveries import ChannelState, DeliveryStatus
from src.domain.feed import EntryKind, FeedEntry
from src.domain.insight import Change, MonthDays
from src.domain.limits import limit_of
from src.web.anomalies import text as anomalies
from src.web.budgets.text import bound, limit_name, measured, span
from src.web.insight import text as insight
from src.web.shared import format, labels
from src.web.shared.blueprint import category_name, payment_name

KINDS = {
    EntryKind.DIGEST: "Monthly digest",
    EntryKind.ANOMALY: "Unusual payments",
    EntryKind.BUDGET: "Budgets",
    EntryKind.LIMIT: "Finance rules",
    EntryKind.RECURRING: "Recurring payments",
}
_CHANGES = TypeAdapter(list[Change])
_TITLES = {
    "digest": "Your monthly digest",
    "missed": "A recurring payment is overdue",
    "price-change": "A recurring payment has a new amount",
    "anomaly": "Something looks unusual",
    "duplicate": "A payment may have come twice",
    "budget-over": "A budget is exceeded",
    "budget-will_exceed": "A budget will be exceeded",
    "limit": "A finance rule is not kept",
}


def title(entry: FeedEntry) -> str:
    return _TITLES[entry.code]


def sentences(entry: FeedEntry) -> list[str]:
    """What happened, with names and amounts."""
    values = entry.values
    match entry.code:
        case "digest":
            return list(_digest(values))
        case "missed":
            expected, last = format.day(entry.day), _day(values["last"])
            return [
                f"{_name(values)}: {_amount(values, 'amount')} was expected about {expected}. "
                f"The last payment was on {last}."
            ]
        case "price-change":
            old, new = _amount(values, "old"), _amount(values, "new")
            return [f"{_name(values)}: {old} → {new} on {format.day(entry.day)}."]
        case "anomaly" | "duplicate":
            return [_anomaly(values)]
        case "budget-over" | "budget-will_exceed":
            return [_budget(values)]
        case "limit":
            return [_limit(values)]
    return []


def _anomaly(values: Mapping[str, Any]) -> str:
    anomaly = anomaly_of(values)
    about, reason = anomalies.title(anomaly), anomalies.sentence(anomaly)
    if anomaly.kind is AnomalyKind.CATEGORY_MONTH:
        return reason
    amount = format.money(anomalies.exact(anomaly, anomaly.amount), anomaly.currency)
    return f"{about}, {amount} on {format.day(anomaly.date)}: {reason}"


def anomaly_of(values: Mapping[str, Any]) -> Anomaly:
    """That of an entry of the feed."""
    types = {
        "kind": AnomalyKind,
        "reason": ReasonCode,
        "method": Method,
        "date": date.fromisoformat,
        "transaction_ids": tuple,
    }
    return Anomaly(**{**values, **{name: read(values[name]) for name, read in types.items()}})


def _budget(values: Mapping[str, Any]) -> str:
    group = values["group"]
    name = (
        f"All {labels.GROUPS[Group(group)].lower()} categories"
        if group
        else category_name(values["category"])
    )
    spent, available = _amount(values, "spent"), _amount(values, "available")
    sentence = f"{name}: {spent} of {available} spent in {format.month(values['month'])}"
    if Decimal(values["spent"]) > Decimal(values["available"]):
        return f"{sentence}."
    return f"{sentence}, and {_amount(values, 'committed')} that recur are still due."


def _limit(values: Mapping[str, Any]) -> str:
    limit, amount = limit_of(values["limit"]), _amount(values, "amount")
    name, months = limit_name(limit), span(tuple(values["months"]))
    income = Decimal(values["income"])
    is_share = limit.amount is None and income > 0
    of_income = f", {measured(Decimal(values['amount']) / income, limit)} of income" if is_share else ""
    return f"{name} in {months}: {amount}{of_income}. Your rule is {bound(limit, values['currency'])}."


def _digest(values: Mapping[str, Any]) -> Iterator[str]:
    if values["until"]:
        yield f"As far as imported: your newest transaction is of {_day(values['until'])}."
    for sums in values["currencies"]:
        yield _totals(format.month(values["month"]), sums)
        if sums["categories"]:
            yield _largest(sums["categories"], sums["currency"])
    yield from _changes(values)
    if values["due"]:
        yield f"Due next: {'; '.join(map(_due, values['due']))}."


def _totals(month: str, sums: Mapping[str, Any]) -> str:
    currency, totals = sums["currency"], sums["totals"]
    spent, received = (Decimal(totals[flow]["amount"]) for flow in (Flow.SPENT, Flow.EARNED))
    saved = received - spent
    shown, received_shown = format.money(spent, currency), format.money(received, currency)
    sentences = [f"In {month} you spent {shown} and received {received_shown}."]
    if saved > 0:
        rate = format.percent(float(saved / received))
        sentences.append(f"You saved {format.money(saved, currency)}, {rate} of your income.")
    against = {"in the month before": "last_month", "usual": "usual"}
    differences = [
        _compared(Decimal(totals[Flow.SPENT]["amount"]) - Decimal(before), currency, words)
        for words, name in against.items()
        if (before := totals[Flow.SPENT][name]) is not None
    ]
    if differences:
        sentences.append(f"You spent {', '.join(differences)}.")
    return " ".join(sentences)


def _largest(categories: Iterable[Mapping[str, Any]], currency: str) -> str:
    parts = (
        f"{category_name(row['category'])} {format.money(row['amount'], currency)}" for row in categories
    )
    return f"Most went to: {', '.join(parts)}."


def _changes(values: Mapping[str, Any]) -> Iterator[str]:
    changes = values["changes"]
    begins, through = date.fromisoformat(values["begins"]), date.fromisoformat(changes["through"])
    days = MonthDays(values["month"], begins, through, changes["complete"], begins.day)
    for change in _CHANGES.validate_python(changes["changes"]):
        yield insight.change(change, days, changes["currency"])


def _compared(difference: Decimal, currency: str, words: str) -> str:
    """`$34.00 less than usual`."""
    if not difference:
        return f"as much as {words}"
    direction = "more" if difference > 0 else "less"
    return f"{format.money(abs(difference), currency)} {direction} than {words}"


def _due(payment: Mapping[str, Any]) -> str:
    about = "about " if payment["varies"] else ""
    return f"{_name(payment)}, {about}{_amount(payment, 'amount')} on {_day(payment['day'])}"


def _name(payment: Mapping[str, Any]) -> str:
    return payment_name(str(payment["name"]), str(payment["merchant"]))


def _amount(values: Mapping[str, Any], name: str) -> str:
    return format.money(values[name], values["currency"])


def _day(value: str) -> str:
    return format.day(date.fromisoformat(value))


def delivered(state: ChannelState | None) -> str:
    """How the last delivery to a channel ended."""
    if state is None:
        return "Nothing was sent yet."
    match state.status:
        case DeliveryStatus.DONE:
            return f"Last sent {format.ago(state.at)}." if state.at else "Sent."
        case DeliveryStatus.FAILED:
            return f"Not sent: {state.note}"
        case _:
            return f"Not sent yet: {state.note} It is tried again." if state.note else "Waiting to be sent."
