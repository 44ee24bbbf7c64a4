"""Forecasts of one series from its own past: naive ones, means and exponential smoothing.

history: shape (n_months,), oldest first, without gaps. Each returns shape (horizon,).
"""

from __future__ import annotations

import numpy as np

_YEAR = 12
_RATES = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9])
_FAR_OUT = 3.0
"""Interquartile ranges beyond the quartiles (Tukey)."""
_LEAST_NEW = 3
"""Months on a new level. Fifteen that are alike look like that by chance once in two hundred times."""
_LEAST_OLD = 4


def damp(history: np.ndarray) -> np.ndarray:
    """One-offs are limited to what is still usual in the last two years."""
    recent = history[-2 * _YEAR :]
    low, high = np.quantile(recent, (0.25, 0.75))
    if high > low:
        reach = _FAR_OUT * (high - low)
        return np.asarray(np.clip(history, low - reach, high + reach))
    spent = recent[recent != 0]
    if not len(spent):
        return history
    return np.asarray(np.clip(history, min(low, 0), max(high, 1.5 * np.median(spent))))


def level(history: np.ndarray) -> np.ndarray:
    """Months before a lasting change count as the middle one since.

    All months since it are above, or below, all of the year before it.
    """
    count = len(history)
    for begins in range(count - _LEAST_NEW, max(count - _YEAR, _LEAST_OLD) - 1, -1):
        old, new = history[max(0, begins - _YEAR) : begins], history[begins:]
        if new.min() > old.max() or new.max() < old.min():
            return np.where(np.arange(count) < begins, np.median(new), history)
    return history


def mean(history: np.ndarray, horizon: int) -> np.ndarray:
    return np.full(horizon, history[-_YEAR:].mean())


def median(history: np.ndarray, horizon: int) -> np.ndarray:
    return np.full(horizon, np.median(history[-_YEAR:]))


def last_value(history: np.ndarray, horizon: int) -> np.ndarray:
    return np.full(horizon, history[-1])


def seasonal_naive(history: np.ndarray, horizon: int) -> np.ndarray:
    """The mean of the past year for a month that has no year before it."""
    positions = len(history) - _YEAR + np.arange(horizon) % _YEAR
    return np.where(positions >= 0, history[np.maximum(positions, 0)], history[-_YEAR:].mean())


def exponential_smoothing(history: np.ndarray, horizon: int) -> np.ndarray:
    """Simple smoothing at the rate whose one-step errors are smallest."""
    levels = np.full(len(_RATES), np.median(history[:6]))
    errors = np.zeros(len(_RATES))
    for value in history:
        errors += np.abs(value - levels)
        levels = levels + _RATES * (value - levels)
    return np.full(horizon, levels[errors.argmin()])


def combination(history: np.ndarray, horizon: int) -> np.ndarray:
    parts = [method(history, horizon) for method in (mean, median, exponential_smoothing)]
    return np.asarray(np.mean(parts, axis=0))
