"""How seldom a score is as high, judged by the scores of the same ledger."""

from __future__ import annotations

import numpy as np

_BULK, _TAIL = 0.6, 0.85
"""Between these quantiles the scores say how the tail goes on, so that anomalies do not raise their limit."""

_LEAST_LENGTH = 0.3
"""From one to the other, as a share of the distance from the median: equal scores have no tail."""


def surprise(scores: np.ndarray) -> np.ndarray:
    """Minus the logarithm of the share of usual payments with a score at least as high.

    Beyond the quantile `_TAIL` an exponential tail replaces the counted share. scores: shape (n,), n > 0.
    """
    ordered = np.sort(scores)
    at_least = len(scores) - np.searchsorted(ordered, scores, side="left")
    result = -np.log((at_least - 0.5) / len(scores))
    middle, bulk, tail = np.quantile(ordered, (0.5, _BULK, _TAIL))
    length = max(tail - bulk, _LEAST_LENGTH * (tail - middle))
    if length <= 0:  # nearly all scores are the same
        return result
    slope = np.log((1 - _BULK) / (1 - _TAIL)) / length
    beyond = -np.log(1 - _TAIL) + (scores - tail) * slope
    return np.where(scores > tail, beyond, result)


def limit(count: int, months: float, a_month: float) -> float:
    """The surprise that `a_month` of the usual ones exceed in a month, if `count` came in `months`."""
    return float(np.log(max(count / max(months, 1) / a_month, 2)))


def as_score(surprise: float) -> float:
    """0..1."""
    return round(float(1 - np.exp(-max(surprise, 0))), 5)
