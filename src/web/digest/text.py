"""The words of the feed. Titles say nothing private: they are subjects of messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from src.domain.categories import Group
from src.domain.deliveries import ChannelState, DeliveryStatus
from src.domain.feed import EntryKind, FeedEntry
from src.domain.limits import limit_of
from src.web.budgets.text import bound, limit_name, span
from src.web.shared import format, labels
from src.web.shared.blueprint import category_name

KINDS = {
    EntryKind.DIGEST: "Monthly digest",
    EntryKind.ANOMALY: "Unusual payments",
    EntryKind.BUDGET: "Budgets",
    EntryKind.LIMIT: "Finance rules",
    EntryKind.RECURRING: "Recurring payments",
}
_TITLES = {
    "digest": "Your monthly digest",
    "missed": "A recurring payment is overdue",
    "price-change": "A recurring payment has a new amount",
    "budget-over": "A budget is exceeded",
    "budget-will_exceed": "A budget will be exceeded",
    "limit": "A finance rule is not kept",
}
_TITLES_OF_KINDS = {
    EntryKind.ANOMALY: "A payment looks unusual",
}


def title(entry: FeedEntry) -> str:
    return _TITLES.get(entry.code) or _TITLES_OF_KINDS[entry.kind]


def sentences(entry: FeedEntry) -> list[str]:
    """What happened, with names and amounts."""
    values = entry.values
    match entry.code:
        case "digest":
            return list(_digest(values))
        case "missed":
            expected, last = format.day(entry.day), _day(values["last"])
            return [
                f"{values['name']}: {_amount(values, 'amount')} was expected about {expected}. "
                f"The last payment was on {last}."
            ]
        case "price-change":
            old, new = _amount(values, "old"), _amount(values, "new")
            return [f"{values['name']}: {old} → {new} on {format.day(entry.day)}."]
        case "budget-over" | "budget-will_exceed":
            return [_budget(values)]
        case "limit":
            return [_limit(values)]
    return []


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
    of_income = f", {format.percent(float(Decimal(values['amount']) / income))} of income" if is_share else ""
    return f"{name} in {months}: {amount}{of_income}. Your rule is {bound(limit, values['currency'])}."


def _digest(values: Mapping[str, Any]) -> Iterator[str]:
    if values["until"]:
        yield f"As far as imported: your newest transaction is of {_day(values['until'])}."
    for sums in values["currencies"]:
        yield _totals(format.month(values["month"]), sums["totals"], sums["currency"])
        if sums["before"]:
            yield _comparison(sums["totals"], sums["before"], sums["currency"])
        if sums["categories"]:
            yield _largest(sums["categories"], sums["currency"])
    if values["due"]:
        yield f"Due next: {'; '.join(map(_due, values['due']))}."


def _totals(month: str, totals: Mapping[str, str], currency: str) -> str:
    spent, received = (format.money(totals[name], currency) for name in ("expense", "income"))
    sentence = f"In {month} you spent {spent} and received {received}."
    saved = Decimal(totals["saved"])
    return f"{sentence} You put aside {format.money(saved, currency)}." if saved > 0 else sentence


def _comparison(totals: Mapping[str, str], before: Mapping[str, str], currency: str) -> str:
    change = Decimal(totals["expense"]) - Decimal(before["expense"])
    if not change:
        return "You spent as much as in the month before."
    return f"You spent {_more(change, currency)} than in the month before."


def _largest(categories: list[Mapping[str, Any]], currency: str) -> str:
    parts = []
    for row in categories:
        part = f"{category_name(row['category'])} {format.money(row['amount'], currency)}"
        if row["before"] is not None and (change := Decimal(row["amount"]) - Decimal(row["before"])):
            part += f" ({_more(change, currency)})"
        parts.append(part)
    return f"Most went to: {', '.join(parts)}."


def _more(change: Decimal, currency: str) -> str:
    return f"{format.money(abs(change), currency)} {'more' if change > 0 else 'less'}"


def _due(payment: Mapping[str, Any]) -> str:
    about = "about " if payment["varies"] else ""
    return f"{payment['name']}, {about}{_amount(payment, 'amount')} on {_day(payment['day'])}"


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
