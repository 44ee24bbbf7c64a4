"""Chooses the method of each series by its errors on past months, with the one-standard-error rule."""

from __future__ import annotations

import warnings

import numpy as np

from src.components.forecast.backtest import Backtest

_OWN_WEIGHT_AT = 24.0
"""Origins at which the errors of a series weigh as much as those of all series."""
_OWN_WEIGHT_OF_SUMS_AT = 60.0
"""Of total and income, which are few, and sums of what the others are."""
_OVERLAP = 6.0
"""Origins for each one that adds anything: neighbours have most of their months in common."""


def choose(backtest: Backtest, count: int, sums: np.ndarray) -> np.ndarray:
    """The position of the method of each series, by what was known after `count` months.

    The simplest one whose error is within one standard error of the smallest. A short history says little, so
    that the errors of a series are averaged with those of all series, in multiples of the error of the mean
    method. sums: shape (n_series,), True for total and income.
    """
    errors = np.where(backtest.known_at(count)[None, :, None, :], backtest.errors, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing are nan
        by_origin = np.nanmean(errors, axis=3)
        typical = np.nanmean(by_origin, axis=(0, 1))
    typical[~(typical > 0)] = np.nan
    relative = by_origin / typical
    judged = np.where(np.isnan(typical), 0, np.count_nonzero(~np.isnan(by_origin[0]), axis=0))
    usable = judged > 0
    if not usable.any():
        return np.zeros(len(typical), dtype=int)
    own = np.ones((len(backtest.methods), len(typical)))
    own[:, usable] = np.nanmean(relative[:, :, usable], axis=1)
    pooled = own[:, usable].mean(axis=1)
    weight = judged / (judged + np.where(sums, _OWN_WEIGHT_OF_SUMS_AT, _OWN_WEIGHT_AT))
    scores = weight * own + (1 - weight) * pooled[:, None]
    best = scores.argmin(axis=0)
    errors_of_means = _standard_errors(relative, own, judged, usable, weight, best)
    # argmax is the first that is True: the simplest method.
    within = scores - scores[best, np.arange(len(best))] <= errors_of_means
    return np.asarray(within.argmax(axis=0))


def _standard_errors(
    relative: np.ndarray,
    own: np.ndarray,
    judged: np.ndarray,
    usable: np.ndarray,
    weight: np.ndarray,
    best: np.ndarray,
) -> np.ndarray:
    """Of the difference of each method's score to the best one's. Shape (n_methods, n_series)."""
    of_own, of_pool = np.zeros(own.shape), np.zeros(own.shape)
    for series in range(own.shape[1]):
        if judged[series] > 1:
            difference = relative[:, :, series] - relative[best[series], :, series]
            of_own[:, series] = np.nanstd(difference, axis=1) / np.sqrt(judged[series] / _OVERLAP)
        difference = own[:, usable] - own[best[series], usable]
        of_pool[:, series] = difference.std(axis=1) / np.sqrt(np.count_nonzero(usable))
    return np.hypot(weight * of_own, (1 - weight) * of_pool)
