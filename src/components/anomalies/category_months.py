"""Months in which a category cost far more than usual."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median, quantiles

import numpy as np

from src.components.anomalies.surprise import as_score, limit, surprise
from src.domain.anomalies import Anomaly, AnomalyKind, Method, ReasonCode, anomaly_id
from src.domain.months import month_of

_LEAST_MONTHS = 6
_LEAST_SPENT = 0.5
"""Share of the months in which something was spent; else each payment would be unusual."""
_LEAST_TIMES = 1.6
_LEAST_SHARE = 0.05
"""Of what a month usually costs in all categories: what is above the usual."""
_LEAST_SPREADS = 2.0
_A_MONTH = 0.15
"""False alarms that are accepted."""
_SMALLEST_SPREAD = 0.12
"""Share of the usual amount."""
_MAD = 1.4826
_EXPLAINED = 0.5
"""Share of what is above the usual."""


@dataclass(frozen=True)
class _Candidate:
    category: str | None
    month: str
    amount: int
    usual: float
    """The median of the other months."""
    others: int
    spreads: float
    """Above the usual amount."""


def find_category_months(
    sums: Mapping[str | None, Mapping[str, int]],
    expected: Mapping[str | None, Mapping[str, int]],
    months: list[str],
    *,
    currency: str,
    last_days: Mapping[str, date],
) -> list[Anomaly]:
    """sums: what each category cost in each month, in the smallest unit; a month without an entry cost 0.

    expected: the part of `sums` that was to be expected although most months lack it. months: those that the
    ledger covers, oldest first. last_days: of each of them.
    """
    if len(months) < _LEAST_MONTHS:
        return []
    of_all = median(sum(of.get(month, 0) for of in sums.values()) for month in months)
    candidates = [
        candidate
        for category, of_category in sums.items()
        for candidate in _candidates(category, of_category, expected.get(category, {}), months)
    ]
    if not candidates:
        return []
    surprises = surprise(np.array([candidate.spreads for candidate in candidates]))
    least = limit(len(candidates), len(months), _A_MONTH)
    unusual = [
        (float(seldom), candidate)
        for candidate, seldom in zip(candidates, surprises, strict=True)
        if seldom >= least
        and candidate.spreads >= _LEAST_SPREADS
        and candidate.amount >= _LEAST_TIMES * candidate.usual
        and candidate.amount - candidate.usual >= _LEAST_SHARE * of_all
    ]
    unusual.sort(key=lambda pair: -pair[0])
    most = math.ceil(_A_MONTH * len(months))
    return [
        _anomaly(candidate, seldom, currency, last_days[candidate.month])
        for seldom, candidate in unusual[:most]
    ]


def without_explained(
    category_months: Iterable[Anomaly], payments: Iterable[Anomaly], starts: int
) -> list[Anomaly]:
    """Those of which unusual payments do not explain most of what is above the usual.

    payments: unusual ones, of the same currency. starts: the first day of months.
    """
    listed: dict[tuple[str | None, object], int] = defaultdict(int)
    for payment in payments:
        listed[payment.category, month_of(payment.date, starts)] += payment.amount
    return [
        anomaly
        for anomaly in category_months
        if listed[anomaly.category, anomaly.values["month"]]
        < _EXPLAINED * (anomaly.amount - int(anomaly.values["usual"]))
    ]


def _candidates(
    category: str | None, of_months: Mapping[str, int], expected: Mapping[str, int], months: list[str]
) -> list[_Candidate]:
    amounts = [of_months.get(month, 0) - expected.get(month, 0) for month in months]
    if sum(amount > 0 for amount in amounts) < _LEAST_SPENT * len(amounts):
        return []
    candidates = []
    for position, (month, amount) in enumerate(zip(months, amounts, strict=True)):
        others = [max(other, 0) for other in amounts[:position] + amounts[position + 1 :]]
        usual = median(others)
        if usual <= 0:
            continue
        deviation = _MAD * median(abs(other - usual) for other in others)
        upper = quantiles(others, n=10)[-1] - usual
        spread = max(deviation, upper, _SMALLEST_SPREAD * usual)
        usual_now, spreads = usual + expected.get(month, 0), (amount - usual) / spread
        candidates.append(
            _Candidate(category, month, of_months.get(month, 0), usual_now, len(others), spreads)
        )
    return candidates


def _anomaly(candidate: _Candidate, seldom: float, currency: str, day: date) -> Anomaly:
    return Anomaly(
        id=anomaly_id(AnomalyKind.CATEGORY_MONTH, currency, candidate.category or "", candidate.month),
        kind=AnomalyKind.CATEGORY_MONTH,
        transaction_ids=(),
        score=as_score(seldom),
        reason=ReasonCode.CATEGORY_MONTH,
        values={
            "amount": candidate.amount,
            "usual": math.floor(candidate.usual),
            "times": round(candidate.amount / candidate.usual, 1),
            "month": candidate.month,
            "months": candidate.others,
        },
        method=Method.THRESHOLD,
        date=day,
        currency=currency,
        amount=candidate.amount,
        category=candidate.category,
    )
