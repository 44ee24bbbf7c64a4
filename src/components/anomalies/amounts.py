"""Unusual amounts: at a merchant, in a category, and of the first payment at a merchant."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from src.components.anomalies.residuals import Residuals, residuals
from src.components.anomalies.surprise import as_score, limit, surprise
from src.domain.anomalies import Anomaly, AnomalyKind, Counts, Method, ReasonCode, Spending, anomaly_id

Forest = Callable[[Residuals], np.ndarray]
"""Scores of payments; higher is more unusual."""

_AT_MERCHANTS, _ELSEWHERE = (0.9, 0.7), (0.2, 0.15)
"""Payments a month that may be called unusual without being so: by the tail of the scores, and by rank."""
_LEAST_EXCESS = 0.8
"""Upper spreads above the usual amount; less is never unusual."""
_SIMILAR, _SEEN_BEFORE, _SEEN_SHARE = 0.85, 4, 0.04
"""An amount is not unusual if this many others of the merchant, and this share of them, have at least the
first share of it."""
_DAYS_OF_A_MONTH = 30.44


@dataclass(frozen=True)
class AmountScores:
    """Of all payments of one currency; arrays of shape (n_payments,)."""

    residuals: Residuals
    at_merchant: np.ndarray
    """Surprise among the payments whose merchant has enough history; nan for the others."""
    elsewhere: np.ndarray
    """The same of those of which only the category has enough, or only all payments together."""
    is_known: np.ndarray
    """Whether the merchant has several payments that are about as large, or it is a regular payment."""
    months: float

    @property
    def is_possible(self) -> np.ndarray:
        """Whether it may be called unusual at all."""
        return np.asarray((self.residuals.excess >= _LEAST_EXCESS) & ~self.is_known)

    @property
    def is_unusual(self) -> np.ndarray:
        possible = self.is_possible
        at_merchant = self._highest(self.at_merchant, possible, *_AT_MERCHANTS)
        elsewhere = self._highest(self.elsewhere, possible, *_ELSEWHERE)
        return np.asarray(at_merchant | elsewhere)

    def _highest(
        self, surprise: np.ndarray, possible: np.ndarray, by_tail: float, by_rank: float
    ) -> np.ndarray:
        among = ~np.isnan(surprise)
        ranked = np.sort(surprise[among & possible])[::-1]
        if not len(ranked):
            return np.zeros(len(surprise), dtype=bool)
        first = round(by_rank * self.months)
        of_rank = ranked[min(first, len(ranked)) - 1] if first else np.inf
        least = min(of_rank, limit(int(among.sum()), self.months, by_tail))
        result: np.ndarray = among & possible & (np.nan_to_num(surprise) >= least)
        return result


def score(payments: Sequence[Spending], forest: Forest | None, regular: Collection[str] = ()) -> AmountScores:
    """payments: of one currency, at least one. forest: None to use the thresholds alone. regular: the ids of
    payments that are known not to be unusual.
    """
    measured = residuals(payments)
    days = [payment.date.toordinal() for payment in payments]
    months = (max(days) - min(days) + 1) / _DAYS_OF_A_MONTH
    is_regular = np.array([payment.id in regular for payment in payments])
    return AmountScores(
        measured,
        combined(measured, measured.at_merchant, forest),
        _among(measured.elsewhere, measured.excess),
        is_regular
        | (
            measured.at_merchant
            & (_as_large(payments) >= np.maximum(_SEEN_BEFORE, _SEEN_SHARE * measured.others))
        ),
        months,
    )


def _as_large(payments: Sequence[Spending]) -> np.ndarray:
    """How many others of the merchant are about as large, or larger."""
    amounts: dict[str, list[int]] = defaultdict(list)
    for payment in payments:
        amounts[payment.merchant].append(payment.amount)
    for ordered in amounts.values():
        ordered.sort()
    smaller = [bisect_left(amounts[payment.merchant], _SIMILAR * payment.amount) for payment in payments]
    sizes = [len(amounts[payment.merchant]) for payment in payments]
    return np.array(sizes) - smaller - 1


def combined(measured: Residuals, among: np.ndarray, forest: Forest | None) -> np.ndarray:
    """An amount is as unusual as the more doubtful of the thresholds and the forest says."""
    by_thresholds = _among(among, measured.excess)
    if forest is None or not among.any():
        return by_thresholds
    by_forest = _among(among, forest(measured))
    return _among(among, np.minimum(by_thresholds, by_forest))


def _among(among: np.ndarray, values: np.ndarray) -> np.ndarray:
    result = np.full(len(among), np.nan)
    if among.any():
        result[among] = surprise(values[among])
    return result


def find_amounts(
    payments: Sequence[Spending], forest: Forest | None, regular: Collection[str] = ()
) -> tuple[list[Anomaly], Counts]:
    """payments: of one currency. regular: as of `score`."""
    if not payments:
        return [], Counts()
    scores = score(payments, forest, regular)
    analysed = scores.residuals.at_merchant | scores.residuals.elsewhere
    ledger = _Ledger(
        _first_at_merchants(payments),
        median(payment.amount for payment in payments),
        Method.THRESHOLD if forest is None else Method.ISOLATION_FOREST,
    )
    anomalies = [
        _anomaly(payments[position], scores, position, ledger)
        for position in np.flatnonzero(scores.is_unusual).tolist()
    ]
    return anomalies, Counts(int(analysed.sum()), int((~analysed).sum()))


def _first_at_merchants(payments: Sequence[Spending]) -> set[str]:
    """The ids of the first payment at each merchant, but those of the first two months: all are new then."""
    firsts: dict[str, Spending] = {}
    for payment in sorted(payments, key=lambda payment: (payment.date, payment.id)):
        firsts.setdefault(payment.merchant, payment)
    begins = min(payment.date for payment in payments)
    return {
        payment.id
        for merchant, payment in firsts.items()
        if merchant and (payment.date - begins).days > 2 * _DAYS_OF_A_MONTH
    }


@dataclass(frozen=True)
class _Ledger:
    firsts: Collection[str]
    """The ids of the first payment at each merchant."""
    usual: float
    """The median of all payments."""
    method: Method
    """Of those at merchants with enough payments."""


def _anomaly(payment: Spending, scores: AmountScores, position: int, ledger: _Ledger) -> Anomaly:
    measured, method = scores.residuals, ledger.method
    surprise_of, kind = scores.at_merchant, AnomalyKind.AMOUNT
    usual, others = float(np.exp(measured.center[position])), measured.others[position]
    reason = ReasonCode.MERCHANT_AMOUNT
    if not measured.at_merchant[position]:
        surprise_of, method = scores.elsewhere, Method.THRESHOLD
        kind = AnomalyKind.NEW_MERCHANT if payment.id in ledger.firsts else AnomalyKind.AMOUNT
        if measured.in_category[position]:
            reason = (
                ReasonCode.LARGE_FIRST if kind is AnomalyKind.NEW_MERCHANT else ReasonCode.CATEGORY_AMOUNT
            )
            others = measured.others_in_category[position]
        else:
            reason, usual, others = ReasonCode.LARGE_OF_ALL, ledger.usual, len(measured.others) - 1
    return Anomaly(
        id=anomaly_id(AnomalyKind.AMOUNT, payment.id),
        kind=kind,
        transaction_ids=(payment.id,),
        score=as_score(float(surprise_of[position])),
        reason=reason,
        values={
            "amount": payment.amount,
            "usual": round(usual),
            "times": round(payment.amount / usual, 1),
            "payments": int(others),
        },
        method=method,
        date=payment.date,
        currency=payment.currency,
        amount=payment.amount,
        merchant=payment.merchant,
        category=payment.category,
    )
