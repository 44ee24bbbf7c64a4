"""From which confidence on an answer may stand by itself, and below which it is no answer.

Found on held-out rows and kept with the model for every precision one may ask for, so that changing
AUTO_PRECISION needs no training. Web workers import this: no scikit-learn.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

_PRECISIONS = (*(percent / 100 for percent in range(50, 100)), 0.995, 0.999)
_PRIOR_ROWS = 20
"""The measured rows are joined by so many imagined ones, that few rows decide little."""
_CATEGORY_ROWS = 60
"""So often a category must have been the answer to have thresholds of its own."""
NEVER = 1.01
"""A threshold that no confidence reaches."""


@dataclass(frozen=True)
class BandThresholds:
    precisions: tuple[float, ...]
    auto_at: tuple[float, ...]
    """One threshold per precision, rising with it."""
    suggest_at: float
    rows: int
    """How many held-out rows this was measured on."""
    by_category: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """The same as `auto_at` for the answers that are common enough to have thresholds of their own."""
    suggest_by_category: Mapping[str, float] = field(default_factory=dict)
    """The same as `suggest_at` for these."""

    @classmethod
    def fit(
        cls,
        confidence: np.ndarray,
        correct: np.ndarray,
        answers: np.ndarray | None = None,
        weights: np.ndarray | None = None,
    ) -> Self:
        """confidence: shape (n_rows,), calibrated, 0..1, nan is left out; correct: bool, shape (n_rows,).

        answers: str, shape (n_rows,), what was answered; None gives no category thresholds of its own.
        weights: shape (n_rows,), positive, for how many rows each stands; None is 1 each.
        """
        every = _Rows.sorted(confidence, correct, weights)
        common = _common(answers, np.asarray(confidence, float))
        own = {name: _Rows.sorted(confidence, correct, weights, of_it) for name, of_it in common.items()}
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

        auto_precision: 0.5 .. 0.999; between two measured precisions the stricter one holds.
        """
        auto_at = self._at(self.auto_at, auto_precision)
        return auto_at, min(self.suggest_at, auto_at)

    def own_thresholds(self, auto_precision: float) -> dict[str, tuple[float, float]]:
        """The same for the categories with thresholds of their own."""
        auto_at = {name: self._at(each, auto_precision) for name, each in self.by_category.items()}
        return {
            name: (at, min(self.suggest_by_category.get(name, self.suggest_at), at))
            for name, at in auto_at.items()
        }

    def _at(self, auto_at: tuple[float, ...], auto_precision: float) -> float:
        place = bisect_left(self.precisions, auto_precision - 1e-9)
        return auto_at[place] if place < len(auto_at) else NEVER

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
    """What was measured, the most confident rows first."""

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
    """By answer that is common enough, which rows have it."""
    if answers is None:
        return {}
    answers = np.asarray(answers, str)
    names, counts = np.unique(answers[np.isfinite(confidence)], return_counts=True)
    return {str(name): answers == name for name in names[counts >= _CATEGORY_ROWS]}


def _auto_at(rows: _Rows) -> tuple[float, ...]:
    """One threshold for each of _PRECISIONS."""
    steps, precision = _cautious_precision(rows)
    # Even the least sure of them is to be right more often than not by far: at 95 %, nine times in ten.
    auto_at = [max(_lowest(steps, precision, wanted), 2 * wanted - 1) for wanted in _PRECISIONS]
    return tuple(np.maximum.accumulate(auto_at).round(6).tolist())


def _cautious_precision(rows: _Rows) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds from high to low, and the precision of the rows from each of them on.

    The imagined rows are wrong twice as often as their confidence, the threshold itself, admits: where no
    row was seen, 95 % precision takes a confidence of 97.5 %; where thousands were, these decide.
    """
    steps = np.unique(np.concatenate([rows.confidence, np.linspace(0.5, 0.9995, 1000)]))[::-1]
    above = np.searchsorted(-rows.confidence, -steps, side="right")
    right = np.concatenate([[0.0], np.cumsum(rows.correct * rows.weights)])[above]
    counted = np.concatenate([[0.0], np.cumsum(rows.weights)])[above]
    imagined = _PRIOR_ROWS * np.clip(2 * steps - 1, 0, 1)
    return steps, (right + imagined) / (counted + _PRIOR_ROWS)


def _lowest(steps: np.ndarray, precision: np.ndarray, wanted: float) -> float:
    enough = np.flatnonzero(precision >= wanted)
    return float(steps[enough[-1]]) if len(enough) else NEVER


def _break_even(rows: _Rows) -> float:
    """Where answers turn from mostly right to mostly wrong: the rows from there on gain most.

    A right answer gains what a wrong one costs. The imagined rows, one at every so many percent, are right as
    often as their confidence says.
    """
    imagined = (np.arange(_PRIOR_ROWS) + 0.5) / _PRIOR_ROWS
    every = np.concatenate([rows.confidence, imagined])
    gains = np.concatenate([(2 * rows.correct - 1) * rows.weights, 2 * imagined - 1])
    order = np.argsort(-every, kind="stable")
    total = np.cumsum(gains[order])
    return round(float(every[order][np.flatnonzero(total == total.max())[-1]]), 6)
