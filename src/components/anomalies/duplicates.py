"""Payments that came twice: the same merchant, amount and account within a few days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from heapq import nlargest
from itertools import pairwise
from statistics import quantiles

from src.domain.anomalies import Anomaly, AnomalyKind, Method, ReasonCode, Spending, anomaly_id

_WITHIN_DAYS = 3
_LEAST_RANK, _LEAST_RANK_OF_PRECISE = 4, 2
"""In tenths of all amounts: two coffees are no duplicate. Less is needed for two precise amounts of one day,
such as 23.97, which hardly ever come by chance."""
_ROUND = 50
"""In the smallest unit: multiples are no precise amounts."""
_ALLOWED, _USUAL_REPEATS = 2, 0.04
"""Repeats at a merchant, and share of its payments, above which repeating is usual there."""
_MOST = 300
"""The largest; a file that was imported twice under another account would make thousands."""
_OFTEN_DAYS = 8
"""An amount that comes again within this time more than once is a price, such as of a ticket."""


def find_duplicates(payments: Sequence[Spending]) -> list[Anomaly]:
    """The largest ones. payments: of one currency."""
    by_merchant: dict[str, list[Spending]] = defaultdict(list)
    for payment in payments:
        if payment.merchant:
            by_merchant[payment.merchant].append(payment)
    tenths = quantiles([payment.amount for payment in payments], n=10) if len(payments) > 1 else [0.0] * 9
    repeats = [
        (first, second)
        for members in by_merchant.values()
        for first, second in _repeats(members)
        if second.amount >= tenths[_least_rank(first, second) - 1]
    ]
    largest = nlargest(_MOST, repeats, key=lambda pair: (pair[1].amount, pair[1].date, pair[1].id))
    return [_anomaly(first, second) for first, second in largest]


def _least_rank(first: Spending, second: Spending) -> int:
    is_precise = first.date == second.date and second.amount % _ROUND != 0
    return _LEAST_RANK_OF_PRECISE if is_precise else _LEAST_RANK


def _repeats(members: Sequence[Spending]) -> list[tuple[Spending, Spending]]:
    """Of one merchant."""
    by_amount: dict[tuple[int, str | None], list[Spending]] = defaultdict(list)
    for payment in sorted(members, key=lambda payment: (payment.date, payment.id)):
        by_amount[payment.amount, payment.account].append(payment)
    repeats = []
    for same in by_amount.values():
        often = [pair for pair in pairwise(same) if _days(*pair) <= _OFTEN_DAYS]
        if len(often) == 1 and _days(*often[0]) <= _WITHIN_DAYS:
            repeats += often
    return repeats if len(repeats) <= max(_ALLOWED, _USUAL_REPEATS * len(members)) else []


def _days(first: Spending, second: Spending) -> int:
    return (second.date - first.date).days


def _anomaly(first: Spending, second: Spending) -> Anomaly:
    return Anomaly(
        id=anomaly_id(AnomalyKind.DUPLICATE, second.id),
        kind=AnomalyKind.DUPLICATE,
        transaction_ids=(first.id, second.id),
        score=0.9,
        reason=ReasonCode.SAME_AMOUNT,
        values={"amount": second.amount, "days": _days(first, second), "first": first.date.isoformat()},
        method=Method.THRESHOLD,
        date=second.date,
        currency=second.currency,
        amount=second.amount,
        merchant=second.merchant,
        category=second.category,
    )
