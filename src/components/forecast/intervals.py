"""Intervals from the errors on past months, in multiples of how much each series varies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from src.components.forecast.backtest import Backtest

_TAILS = np.array([0.03, 0.05, 0.07, 0.09, 0.11])
"""The share of errors below, and above, an interval. The one that covered closest to `_AIM` is used."""
_USUAL_TAIL = 3
_TAIL_OF_SUMS = 1
"""Of total and income: a single series has too few errors to choose by."""
_AIM = 0.81
_OWN_WEIGHT_AT = 10.0
"""Origins at which the errors of a series weigh as much as those of all categories."""
_OWN_WEIGHT_OF_SUMS_AT = 1.0
"""Of total and income, which vary less."""
_LEAST_JUDGED = 100
_LEAST_ORIGINS = 3
"""Before the first interval that is judged."""


@dataclass(frozen=True)
class Intervals:
    low: np.ndarray
    """Shape (n_series, horizon)."""
    high: np.ndarray
    inside: np.ndarray
    """1 where a past month was within its interval as of then, 0 where not, nan where unknown; shape
    (n_origins, n_series, horizon)."""


def intervals(backtest: Backtest, choice: np.ndarray, counted: np.ndarray) -> Intervals:
    """Of the last origin.

    choice: shape (n_series,), positions of the methods. counted: shape (n_series,), True for the categories
    whose errors are pooled.
    """
    series = np.arange(len(choice))
    expected = backtest.forecasts[choice, :, series].transpose(1, 0, 2)
    signed = backtest.actual - expected
    scales = np.where(backtest.scales > 0, backtest.scales, np.nan)[:, :, None]
    relative = signed / scales
    bounds = np.stack([_bounds(backtest, relative, count, counted) for count in backtest.counts])
    # Shape (n_tails, 2, n_origins, n_series, horizon).
    bounds = expected + bounds.transpose(1, 2, 0, 3, 4) * np.nan_to_num(scales)
    bounds = np.maximum(bounds, 0)
    bounds[:, 1] = np.minimum(bounds[:, 1], np.maximum(expected, backtest.ceilings[:, :, None]))
    known = ~np.isnan(backtest.actual) & (np.arange(len(backtest.counts)) >= _LEAST_ORIGINS)[:, None, None]
    near = 0.5 + 1e-9 * np.abs(expected)  # half of the smallest unit
    within = (backtest.actual >= bounds[:, 0] - near) & (backtest.actual <= bounds[:, 1] + near)
    within = np.where(known, within, np.nan)
    tail = np.where(counted, _tail(within[:, :, counted]), _TAIL_OF_SUMS)
    positions = np.arange(len(counted))
    low, high = (bounds[tail, side, -1, positions] for side in (0, 1))
    return Intervals(low, high, within[tail, :, positions].transpose(1, 0, 2))


def _tail(within: np.ndarray) -> int:
    if np.count_nonzero(~np.isnan(within[0])) < _LEAST_JUDGED:
        return _USUAL_TAIL
    coverage = np.nanmean(within, axis=(1, 2, 3))
    return int(np.abs(coverage - _AIM).argmin())


def _bounds(backtest: Backtest, relative: np.ndarray, count: int, counted: np.ndarray) -> np.ndarray:
    """The quantiles of the errors that were known after `count` months, by step and the steps next to it.

    Shape (n_tails, 2, n_series, horizon); 0 lies between the two.
    """
    known = np.where(backtest.known_at(count)[:, None, :], relative, np.nan)
    levels = np.concatenate([_TAILS, 1 - _TAILS])
    n_series, horizon = relative.shape[1:]
    bounds = np.zeros((len(levels), n_series, horizon))
    for step in range(horizon):
        near = slice(max(0, step - 1), step + 2)
        errors = known[:, :, near].transpose(1, 0, 2).reshape(n_series, -1)
        pool = errors[counted]
        pool = pool[~np.isnan(pool)]
        if not len(pool):
            pool = errors[~np.isnan(errors)]
        if not len(pool):
            continue
        pooled = np.quantile(pool, levels)
        for series, row in enumerate(errors):
            own = row[~np.isnan(row)]
            half = _OWN_WEIGHT_AT if counted[series] else _OWN_WEIGHT_OF_SUMS_AT
            weight = len(own) / (len(own) + half * known[:, :, near].shape[2])
            of_own = np.quantile(own, levels) if len(own) else pooled
            bounds[:, series, step] = weight * of_own + (1 - weight) * pooled
    low, high = np.minimum(bounds[: len(_TAILS)], 0), np.maximum(bounds[len(_TAILS) :], 0)
    return np.stack([low, high], axis=1)
