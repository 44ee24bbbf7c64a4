"""Figures with their 95 % intervals: percentiles of a bootstrap that draws merchants, not rows.

Rows of one merchant are right or wrong together, so drawing rows would make the intervals too narrow. Every
figure here is a function of sums over rows; the sums of each merchant are counted once, and a drawn sample is
a weighted sum of them. If the bootstrap cannot vary (all rows right, or none) a share gets the Wilson
interval of as many independent trials as there are merchants.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 1000
BINS = 15
_Z = 1.959964

Sums = np.ndarray
"""Shape (n_samples, n_sums)."""


@dataclass(frozen=True)
class Figure:
    value: float
    low: float
    high: float
    rows: int


def bootstrap(
    parts: np.ndarray, groups: Sequence[object], figure: Callable[[Sums], np.ndarray], seed: int = 0
) -> Figure:
    """parts: shape (n_rows, n_sums); groups: the merchant of each row; figure: from sums to one per sample.

    The interval is widened to contain the figure, because a skewed one, such as ECE, may be outside.
    """
    if not len(parts):
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    sums = _by_group(np.asarray(parts, float), groups)
    value = float(figure(sums.sum(axis=0, keepdims=True))[0])
    draw = np.random.default_rng(seed)
    size = len(sums)
    samples = np.stack(
        [np.bincount(draw.integers(size, size=size), minlength=size) @ sums for _ in range(DRAWS)]
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        values = figure(samples)
    values = values[np.isfinite(values)]
    if not len(values) or not np.isfinite(value):
        return Figure(value, float("nan"), float("nan"), len(parts))
    low, high = np.percentile(values, [2.5, 97.5])
    return Figure(value, float(min(low, value)), float(max(high, value)), len(parts))


def share(hits: Sequence[bool] | np.ndarray, groups: Sequence[object]) -> Figure:
    """The share of hits."""
    parts = np.column_stack([np.asarray(hits, float), np.ones(len(hits))]) if len(hits) else np.empty((0, 2))
    figure = bootstrap(parts, groups, lambda sums: sums[:, 0] / sums[:, 1])
    if figure.rows and figure.low == figure.high:
        low, high = wilson(figure.value, len(set(_named(groups))))
        return Figure(figure.value, low, high, figure.rows)
    return figure


def mean(values: Sequence[float], groups: Sequence[object]) -> Figure:
    parts = np.column_stack([values, np.ones(len(values))]) if len(values) else np.empty((0, 2))
    return bootstrap(parts, groups, lambda sums: sums[:, 0] / sums[:, 1])


def macro_recall(truth: Sequence[str], right: Sequence[bool], groups: Sequence[object]) -> Figure:
    """Recall, averaged over the categories that occur."""
    names, index = np.unique(np.asarray(truth, str), return_inverse=True)
    was = np.eye(len(names))[index]
    parts = np.hstack([was * np.asarray(right, float)[:, None], was])

    def figure(sums: Sums) -> np.ndarray:
        hits, rows = np.hsplit(sums, 2)
        return _average(hits, rows)

    return bootstrap(parts, groups, figure)


def macro_f1(truth: Sequence[str], answers: Sequence[str], groups: Sequence[object]) -> Figure:
    """F1, averaged over the categories that occur in `truth`."""
    names = np.unique(np.asarray(truth, str))
    was = np.asarray(truth, object)[:, None] == names[None, :]
    predicted = np.asarray(answers, object)[:, None] == names[None, :]
    parts = np.hstack([was & predicted, was, predicted]).astype(float)

    def figure(sums: Sums) -> np.ndarray:
        both, true, answered = np.hsplit(sums, 3)
        return _average(2 * both, np.where(true > 0, true + answered, 0.0))

    return bootstrap(parts, groups, figure)


def calibration_error(confidence: Sequence[float], right: Sequence[bool], groups: Sequence[object]) -> Figure:
    """Expected calibration error with equal-width bins: the mean gap between confidence and accuracy."""
    sure = np.asarray(confidence, float)
    inside = np.eye(BINS)[np.clip((sure * BINS).astype(int), 0, BINS - 1)]
    gap = sure - np.asarray(right, float)
    parts = np.hstack([inside * gap[:, None], np.ones((len(sure), 1))])
    return bootstrap(parts, groups, lambda sums: np.abs(sums[:, :-1]).sum(axis=1) / sums[:, -1])


def wilson(value: float, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share of independent trials."""
    centre = (value + _Z**2 / (2 * trials)) / (1 + _Z**2 / trials)
    spread = _Z * np.sqrt(value * (1 - value) / trials + _Z**2 / (4 * trials**2)) / (1 + _Z**2 / trials)
    return max(0.0, min(value, centre - spread)), min(1.0, max(value, centre + spread))


def _average(hits: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The mean share over the columns that have rows."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nanmean(np.where(rows > 0, hits / rows, np.nan), axis=1)


def _by_group(parts: np.ndarray, groups: Sequence[object]) -> np.ndarray:
    names, index = np.unique(_named(groups), return_inverse=True)
    sums = np.zeros((len(names), parts.shape[1]))
    np.add.at(sums, index, parts)
    return sums


def _named(groups: Sequence[object]) -> list[str]:
    """Each row without a merchant is a separate group."""
    return [str(group) or f"\x00{number}" for number, group in enumerate(groups)]
