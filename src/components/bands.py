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
class Bands:
    precisions: tuple[float, ...]
    auto_at: tuple[float, ...]
    """One threshold per precision, rising with it."""
    suggest_at: float
    rows: int
    """How many held-out rows this was measured on."""
    by_category: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """The same as `auto_at` for the answers that are common enough to have thresholds of their own."""

    @classmethod
    def fit(cls, confidence: np.ndarray, correct: np.ndarray, answers: np.ndarray | None = None) -> Self:
        """confidence: shape (n_rows,), calibrated, 0..1, nan is left out; correct: bool, shape (n_rows,).

        answers: str, shape (n_rows,), what was answered; None gives no category thresholds of its own.
        """
        confidence, correct = np.asarray(confidence, float), np.asarray(correct, float)
        known = np.isfinite(confidence)
        order = np.flatnonzero(known)[np.argsort(-confidence[known], kind="stable")]
        confidence, correct = confidence[order], correct[order]
        suggest_at = round(_break_even(confidence, correct), 6)
        own: dict[str, tuple[float, ...]] = {}
        if answers is not None:
            answers = np.asarray(answers, str)[order]
            for category, count in zip(*np.unique(answers, return_counts=True), strict=True):
                if count >= _CATEGORY_ROWS:
                    of_it = answers == category
                    own[str(category)] = _auto_at(confidence[of_it], correct[of_it])
        return cls(_PRECISIONS, _auto_at(confidence, correct), suggest_at, len(confidence), own)

    def thresholds(self, auto_precision: float) -> tuple[float, float]:
        """(auto_at, suggest_at): `auto` from the first on, `unknown` below the second, `suggest` between.

        auto_precision: 0.5 .. 0.999; between two measured precisions the stricter one holds.
        """
        auto_at = self._at(self.auto_at, auto_precision)
        return auto_at, min(self.suggest_at, auto_at)

    def auto_by_category(self, auto_precision: float) -> dict[str, float]:
        """Where `auto` begins for the categories with a threshold of their own."""
        return {name: self._at(auto_at, auto_precision) for name, auto_at in self.by_category.items()}

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
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        return cls(
            tuple(content["precisions"]),
            tuple(content["auto_at"]),
            float(content["suggest_at"]),
            int(content["rows"]),
            {name: tuple(auto_at) for name, auto_at in content.get("by_category", {}).items()},
        )


def _auto_at(confidence: np.ndarray, correct: np.ndarray) -> tuple[float, ...]:
    """One threshold for each of _PRECISIONS; the most confident rows come first."""
    steps, precision = _cautious_precision(confidence, correct)
    # Even the least sure of them is to be right more often than not by far: at 95 %, nine times in ten.
    auto_at = [max(_lowest(steps, precision, wanted), 2 * wanted - 1) for wanted in _PRECISIONS]
    return tuple(np.maximum.accumulate(auto_at).round(6).tolist())


def _cautious_precision(confidence: np.ndarray, correct: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds from high to low, and the precision of the rows from each of them on.

    The imagined rows are wrong twice as often as their confidence, the threshold itself, admits: where no
    row was seen, 95 % precision takes a confidence of 97.5 %; where thousands were, these decide.
    """
    steps = np.unique(np.concatenate([confidence, np.linspace(0.5, 0.9995, 1000)]))[::-1]
    above = np.searchsorted(-confidence, -steps, side="right")
    right = np.concatenate([[0.0], np.cumsum(correct)])[above]
    imagined = _PRIOR_ROWS * np.clip(2 * steps - 1, 0, 1)
    return steps, (right + imagined) / (above + _PRIOR_ROWS)


def _lowest(steps: np.ndarray, precision: np.ndarray, wanted: float) -> float:
    enough = np.flatnonzero(precision >= wanted)
    return float(steps[enough[-1]]) if len(enough) else NEVER


def _break_even(confidence: np.ndarray, correct: np.ndarray) -> float:
    """Where answers turn from mostly right to mostly wrong: the rows from there on gain most.

    A right answer gains what a wrong one costs. The imagined rows, one at every so many percent, are right as
    often as their confidence says.
    """
    imagined = (np.arange(_PRIOR_ROWS) + 0.5) / _PRIOR_ROWS
    every = np.concatenate([confidence, imagined])
    gains = np.concatenate([2 * correct - 1, 2 * imagined - 1])
    order = np.argsort(-every, kind="stable")
    total = np.cumsum(gains[order])
    return float(every[order][np.flatnonzero(total == total.max())[-1]])
