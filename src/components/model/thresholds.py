"""Confidence thresholds of the bands `auto`, `suggest` and `unknown`.

Chosen on out-of-fold rows and stored with the model for every target precision, so that changing
AUTO_PRECISION needs no training. No scikit-learn: web workers import this.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

import numpy as np

_PRECISIONS = (*(percent / 100 for percent in range(50, 100)), 0.995, 0.999)
_PRIOR_ROWS = 20
"""Pseudo-rows added to the measured ones, so that few rows decide little."""
_CATEGORY_ROWS = 60
"""Predictions of a category needed for separate thresholds."""
NEVER = 1.01
"""A threshold that no confidence reaches."""


@dataclass(frozen=True)
class BandThresholds:
    precisions: Sequence[float]
    auto_at: Sequence[float]
    """One threshold per precision, rising with it."""
    suggest_at: float
    rows: int
    """Out-of-fold rows measured."""
    by_category: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """`auto_at` of the categories with enough rows."""
    suggest_by_category: Mapping[str, float] = field(default_factory=dict)
    """`suggest_at` of the same categories."""

    @classmethod
    def fit(
        cls,
        confidence: np.ndarray,
        correct: np.ndarray,
        answers: np.ndarray | None = None,
        weights: np.ndarray | None = None,
    ) -> Self:
        """confidence: shape (n_rows,), calibrated, 0..1, nan is ignored; correct: bool, shape (n_rows,).

        answers: str, shape (n_rows,), the predicted categories; None sets no thresholds by category.
        weights: shape (n_rows,), positive, how many rows each represents; None is 1 each.
        """
        known = np.isfinite(confidence)
        weights = np.ones(len(confidence)) if weights is None else weights
        names, counts = np.unique([] if answers is None else answers[known], return_counts=True)
        every = _Rows.sorted(confidence, correct, weights, known)
        own = {
            str(name): _Rows.sorted(confidence, correct, weights, known & (answers == name))
            for name in names[counts >= _CATEGORY_ROWS]
        }
        return cls(
            list(_PRECISIONS),
            _auto_at(every),
            _break_even(every),
            len(every.confidence),
            {name: _auto_at(rows) for name, rows in own.items()},
            {name: _break_even(rows) for name, rows in own.items()},
        )

    def thresholds(self, auto_precision: float) -> tuple[float, float]:
        """(auto_at, suggest_at): `auto` from the first on, `unknown` below the second, `suggest` between.

        auto_precision: 0.5 .. 0.999; between two stored precisions the stricter one applies.
        """
        auto_at = self._at(self.auto_at, auto_precision)
        return auto_at, min(self.suggest_at, auto_at)

    def own_thresholds(self, auto_precision: float) -> dict[str, tuple[float, float]]:
        """The same by category, for the categories with enough rows."""
        auto_at = {name: self._at(stored, auto_precision) for name, stored in self.by_category.items()}
        return {
            name: (at, min(self.suggest_by_category.get(name, self.suggest_at), at))
            for name, at in auto_at.items()
        }

    def _at(self, auto_at: Sequence[float], auto_precision: float) -> float:
        position = bisect_left(self.precisions, auto_precision - 1e-9)
        return auto_at[position] if position < len(auto_at) else NEVER

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Old bundles lack the thresholds by category; those of a later release may have more fields."""
        return cls(**{field.name: content[field.name] for field in fields(cls) if field.name in content})


@dataclass(frozen=True)
class _Rows:
    """The measured rows, the most confident first."""

    confidence: np.ndarray
    correct: np.ndarray
    weights: np.ndarray

    @classmethod
    def sorted(
        cls, confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray, chosen: np.ndarray
    ) -> Self:
        """chosen: bool, shape (n_rows,)."""
        order = np.flatnonzero(chosen)[np.argsort(-confidence[chosen], kind="stable")]
        return cls(confidence[order], np.asarray(correct, float)[order], weights[order])


def _auto_at(rows: _Rows) -> list[float]:
    """One threshold for each of _PRECISIONS."""
    steps, precision = _cautious_precision(rows)
    # The least confident automatic prediction must also be likely right: at 95 % target precision, 90 %.
    auto_at = []
    for target in _PRECISIONS:
        enough = np.flatnonzero(precision >= target)
        auto_at.append(max(steps[enough[-1]] if len(enough) else NEVER, 2 * target - 1))
    thresholds: list[float] = np.maximum.accumulate(auto_at).round(6).tolist()
    return thresholds


def _cautious_precision(rows: _Rows) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds from high to low, and the precision of the rows at or above each.

    The pseudo-rows have the threshold as their confidence, and twice the error it implies: without measured
    rows 95 % precision needs a confidence of 97.5 %; with thousands the measured rows decide.
    """
    steps = np.unique(np.concatenate([rows.confidence, np.linspace(0.5, 0.9995, 1000)]))[::-1]
    above = np.searchsorted(-rows.confidence, -steps, side="right")
    right = np.concatenate([[0.0], np.cumsum(rows.correct * rows.weights)])[above]
    counted = np.concatenate([[0.0], np.cumsum(rows.weights)])[above]
    pseudo = _PRIOR_ROWS * np.clip(2 * steps - 1, 0, 1)
    return steps, (right + pseudo) / (counted + _PRIOR_ROWS)


def _break_even(rows: _Rows) -> float:
    """The threshold with the most right minus wrong rows at or above it.

    The pseudo-rows, evenly spaced in confidence, are right as often as their confidence says.
    """
    pseudo = (np.arange(_PRIOR_ROWS) + 0.5) / _PRIOR_ROWS
    every = np.concatenate([rows.confidence, pseudo])
    gains = np.concatenate([(2 * rows.correct - 1) * rows.weights, 2 * pseudo - 1])
    order = np.argsort(-every, kind="stable")
    total = np.cumsum(gains[order])
    return round(float(every[order][np.flatnonzero(total == total.max())[-1]]), 6)
