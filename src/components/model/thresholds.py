"""Confidence thresholds of the bands `auto`, `suggest` and `unknown`.

Chosen on out-of-fold rows and stored with the model for every target precision, so that changing
AUTO_PRECISION needs no training. No scikit-learn: web workers import this.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    precisions: tuple[float, ...]
    auto_at: tuple[float, ...]
    """One threshold per precision, rising with it."""
    suggest_at: float
    rows: int
    """Out-of-fold rows measured."""
    by_category: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
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
        every = _Rows.sorted(confidence, correct, weights)
        common = _common(answers, np.asarray(confidence, float))
        own = {name: _Rows.sorted(confidence, correct, weights, chosen) for name, chosen in common.items()}
        return cls(
            _PRECISIONS,
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

    def _at(self, auto_at: tuple[float, ...], auto_precision: float) -> float:
        position = bisect_left(self.precisions, auto_precision - 1e-9)
        return auto_at[position] if position < len(auto_at) else NEVER

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "precisions": list(self.precisions),
            "auto_at": list(self.auto_at),
            "suggest_at": self.suggest_at,
            "rows": self.rows,
            "by_category": {name: list(auto_at) for name, auto_at in self.by_category.items()},
            "suggest_by_category": dict(self.suggest_by_category),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        return cls(
            tuple(content["precisions"]),
            tuple(content["auto_at"]),
            float(content["suggest_at"]),
            int(content["rows"]),
            {name: tuple(auto_at) for name, auto_at in content.get("by_category", {}).items()},
            content.get("suggest_by_category", {}),
        )


@dataclass(frozen=True)
class _Rows:
    """The measured rows, the most confident first."""

    confidence: np.ndarray
    correct: np.ndarray
    weights: np.ndarray

    @classmethod
    def sorted(
        cls,
        confidence: np.ndarray,
        correct: np.ndarray,
        weights: np.ndarray | None,
        chosen: np.ndarray | None = None,
    ) -> Self:
        """chosen: bool, shape (n_rows,); None is all of them."""
        confidence = np.asarray(confidence, float)
        weights = np.ones(len(confidence)) if weights is None else np.asarray(weights, float)
        known = np.isfinite(confidence) if chosen is None else np.isfinite(confidence) & chosen
        order = np.flatnonzero(known)[np.argsort(-confidence[known], kind="stable")]
        return cls(confidence[order], np.asarray(correct, float)[order], weights[order])


def _common(answers: np.ndarray | None, confidence: np.ndarray) -> dict[str, np.ndarray]:
    """By category with enough rows, which rows it was predicted for."""
    if answers is None:
        return {}
    answers = np.asarray(answers, str)
    names, counts = np.unique(answers[np.isfinite(confidence)], return_counts=True)
    return {str(name): answers == name for name in names[counts >= _CATEGORY_ROWS]}


def _auto_at(rows: _Rows) -> tuple[float, ...]:
    """One threshold for each of _PRECISIONS."""
    steps, precision = _cautious_precision(rows)
    # The least confident automatic prediction must also be likely right: at 95 % target precision, 90 %.
    auto_at = [max(_lowest(steps, precision, target), 2 * target - 1) for target in _PRECISIONS]
    return tuple(np.maximum.accumulate(auto_at).round(6).tolist())


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


def _lowest(steps: np.ndarray, precision: np.ndarray, target: float) -> float:
    enough = np.flatnonzero(precision >= target)
    return float(steps[enough[-1]]) if len(enough) else NEVER


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
