"""What each method forecasts at each origin, and how wrong it was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from src.components.forecast import regressions, simple_methods
from src.components.forecast.origins import History, Origin
from src.domain.forecasts import Method

_OF_ONE: dict[Method, Callable[[np.ndarray, int], np.ndarray]] = {
    Method.MEDIAN: simple_methods.median,
    Method.MEAN: simple_methods.mean,
    Method.LAST_VALUE: simple_methods.last_value,
    Method.SEASONAL_NAIVE: simple_methods.seasonal_naive,
    Method.SMOOTHING: simple_methods.exponential_smoothing,
    Method.COMBINATION: simple_methods.combination,
    Method.LINEAR_REGRESSION: regressions.linear_regression,
}
_OF_ALL: dict[Method, Callable[[], regressions.Trees]] = {
    Method.RANDOM_FOREST: regressions.random_forest,
    Method.GRADIENT_BOOSTING: regressions.gradient_boosting,
}
QUICK = tuple(_OF_ONE)
"""The methods that take milliseconds."""
JUDGED_MONTHS = 24
"""Errors before that say little of the next months."""
_YEAR = 12
_LEAST_SPENT = 3
"""Months with spending in a series that the trees may learn from."""
_OF_LEVEL = 0.15
_OF_ALL_SPENDING = 0.01
_ABOVE_LARGEST = 1.1


@dataclass(frozen=True)
class Backtest:
    """Shapes: n_methods, n_origins, n_series, horizon."""

    methods: tuple[Method, ...]
    counts: np.ndarray
    """The complete months before each origin, shape (n_origins,)."""
    forecasts: np.ndarray
    actual: np.ndarray
    """Without methods; nan where it is not known yet."""
    scales: np.ndarray
    """How much each series varies, known at the origin; shape (n_origins, n_series)."""
    ceilings: np.ndarray
    """No interval goes far beyond what ever came; infinite before a year. Shape (n_origins, n_series)."""

    @property
    def errors(self) -> np.ndarray:
        return np.asarray(np.abs(self.forecasts - self.actual))

    def known_at(self, count: int) -> np.ndarray:
        """Which were over after `count` months, and are not too old. Shape (n_origins, horizon)."""
        ends = self.counts[:, None] + np.arange(1, self.actual.shape[-1] + 1)
        return (ends <= count) & (self.counts[:, None] >= count - JUDGED_MONTHS)


def backtest(history: History, origins: Sequence[Origin], methods: Collection[Method]) -> Backtest:
    ordered = tuple(method for method in Method if method in methods)
    horizon = origins[0].horizon
    actual = np.full((len(origins), len(history.amounts), horizon), np.nan)
    for position, origin in enumerate(origins):
        known = history.amounts[:, origin.count : origin.count + horizon]
        actual[position, :, : known.shape[1]] = known
    forecasts = np.stack([_forecasts(origin, ordered) for origin in origins], axis=1)
    counts = np.array([origin.count for origin in origins])
    scales = np.stack([_scales(history, origin) for origin in origins])
    ceilings = np.stack([_ceilings(history.amounts[:, :count]) for count in counts])
    return Backtest(ordered, counts, forecasts, actual, scales, ceilings)


def _forecasts(origin: Origin, methods: Sequence[Method]) -> np.ndarray:
    """Shape (n_methods, n_series, horizon)."""
    past = np.stack([simple_methods.level(simple_methods.damp(row)) for row in origin.past])
    due = origin.due
    made = []
    for method in methods:
        if method in _OF_ONE:
            rest = np.stack([_OF_ONE[method](row, origin.horizon) for row in past])
        else:
            rest = _of_all(method, past, origin.horizon)
        made.append(np.maximum(rest, 0) + due)
    return np.stack(made)


def _of_all(method: Method, past: np.ndarray, horizon: int) -> np.ndarray:
    """Of a series with next to nothing in it, and while there are too few examples: the median."""
    rest = np.stack([simple_methods.median(row, horizon) for row in past])
    spent = np.count_nonzero(past, axis=1) >= _LEAST_SPENT
    if spent.any():
        learned = _OF_ALL[method]().forecast(past[spent], horizon)
        if learned is not None:
            rest[spent] = learned
    return rest


def _ceilings(amounts: np.ndarray) -> np.ndarray:
    if amounts.shape[1] < _YEAR:
        return np.full(len(amounts), np.inf)
    return np.asarray(_ABOVE_LARGEST * amounts[:, -3 * _YEAR :].max(axis=1))


def _scales(history: History, origin: Origin) -> np.ndarray:
    """The mean deviation of the last year, a part of its level, and a little for what recurs."""
    recent = origin.past[:, -_YEAR:]
    deviation = np.abs(recent - np.median(recent, axis=1, keepdims=True)).mean(axis=1)
    whole = history.amounts[:, max(0, origin.count - _YEAR) : origin.count]
    level = np.abs(recent).mean(axis=1)
    return np.asarray(deviation + _OF_LEVEL * level + _OF_ALL_SPENDING * np.abs(whole).mean(axis=1))
