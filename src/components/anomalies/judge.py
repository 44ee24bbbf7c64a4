"""Fits a forest, and judges on injected anomalies whether it finds more than the thresholds alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import average_precision_score

from src.components.anomalies import forest as forests
from src.components.anomalies.amounts import AmountScores, Forest, score
from src.components.anomalies.injection import inject_factors
from src.components.anomalies.residuals import residuals
from src.domain.anomalies import Spending

if TYPE_CHECKING:
    from sklearn.ensemble import IsolationForest

_JUDGED = 20_000
"""Newest payments of the most frequent currency, into which anomalies are injected."""
_HELD_OUT = 0.3
_INJECTED = 0.03
_LEAST_INJECTED = 6
_FACTORS = (5.0, 3.0)
_ROUNDS = 4
_CANDIDATES = {"amounts": forests.AMOUNTS, "amounts and timing": forests.WITH_TIMING}


@dataclass(frozen=True)
class Verdict:
    """Of one training."""

    accepted: bool
    """Whether forest and thresholds together are not worse than the thresholds alone."""
    columns: tuple[str, ...]
    rows: int
    """That the forest was fitted on."""
    metrics: dict[str, float] = field(default_factory=dict)
    """`average_precision.*`, `recall.*` (at one false alarm a month) and `false_alarms.*` (a month,
    in the list) of `combined` and `thresholds`; the first one also of `forest`."""


def train(payments: Sequence[Spending], *, seed: int) -> tuple[IsolationForest, Verdict] | None:
    """payments: of one or more currencies. None if there are too few to learn from."""
    by_currency: dict[str, list[Spending]] = defaultdict(list)
    for payment in payments:
        by_currency[payment.currency].append(payment)
    if not by_currency:
        return None
    largest = max(by_currency.values(), key=len)
    judged_on = sorted(largest, key=lambda payment: (payment.date, payment.id))[-_JUDGED:]
    verdicts = [_judge(judged_on, names, seed) for names in _CANDIDATES.values()]
    if (best := max((v for v in verdicts if v), key=_by_precision, default=None)) is None:
        return None
    of_currencies = [residuals(members) for members in by_currency.values()]
    rows = np.vstack([forests.columns(of, best.columns)[of.at_merchant] for of in of_currencies])
    verdict = Verdict(best.accepted, best.columns, min(len(rows), forests.MOST_ROWS), best.metrics)
    return forests.fit(rows, seed=seed), verdict


def _by_precision(verdict: Verdict) -> float:
    return verdict.metrics["average_precision.combined"]


def forest_of(fitted: IsolationForest, columns: Sequence[str]) -> Forest:
    return lambda measured: forests.scores(fitted, forests.columns(measured, columns))


def _judge(payments: Sequence[Spending], columns: tuple[str, ...], seed: int) -> Verdict | None:
    usable = residuals(payments).at_merchant
    if usable.sum() < forests.LEAST_ROWS:
        return None
    results: dict[str, list[float]] = defaultdict(list)
    for round_seed in range(seed, seed + _ROUNDS):
        for name, value in _round(payments, usable, columns, round_seed).items():
            results[name].append(value)
    metrics = {name: round(mean(values), 4) for name, values in results.items()}
    accepted = all(
        metrics[f"{measure}.combined"] >= metrics[f"{measure}.thresholds"]
        for measure in ("average_precision", "recall")
    )
    return Verdict(accepted, columns, int(usable.sum()), metrics)


def _round(
    payments: Sequence[Spending], usable: np.ndarray, columns: tuple[str, ...], seed: int
) -> dict[str, float]:
    """Fit on some rows, inject into the others, and measure on these."""
    held_out = usable & (np.random.default_rng(seed).random(len(payments)) < _HELD_OUT)
    learned = forests.columns(residuals(payments), columns)[usable & ~held_out]
    forest = forest_of(forests.fit(learned, seed=seed), columns)
    count = max(_LEAST_INJECTED, round(_INJECTED * held_out.sum()))
    injected = inject_factors(payments, np.flatnonzero(held_out), count, _FACTORS, seed=seed)
    is_injected = injected.is_injected[held_out]
    measured = residuals(injected.payments)
    alone = forest(measured)[held_out]
    metrics = {"average_precision.forest": float(average_precision_score(is_injected, alone))}
    for name, used in (("combined", forest), ("thresholds", None)):
        scores = score(injected.payments, used)
        metrics |= {
            f"{measure}.{name}": value for measure, value in _measures(scores, injected.is_injected, held_out)
        }
    return metrics


def _measures(scores: AmountScores, is_injected: np.ndarray, held_out: np.ndarray) -> list[tuple[str, float]]:
    surprise = np.nan_to_num(scores.at_merchant)
    listed = scores.is_unusual
    return [
        ("average_precision", float(average_precision_score(is_injected[held_out], surprise[held_out]))),
        ("recall", _recall_at_the_limit(surprise * scores.is_possible, is_injected, scores.months)),
        ("false_alarms", float((listed & ~is_injected).sum() / max(scores.months, 1))),
    ]


def _recall_at_the_limit(surprise: np.ndarray, is_injected: np.ndarray, months: float) -> float:
    """Of a list with one false alarm a month."""
    usual = np.sort(surprise[~is_injected])[::-1]
    return float((surprise[is_injected] > usual[min(round(months), len(usual) - 1)]).mean())
