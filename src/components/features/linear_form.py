"""A fitted model as plain arrays and strings: all that serving needs, without scikit-learn.

scikit-learn and pandas cost a process over 130 MB and two seconds, so web workers score with this.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from src.components.features.typical_amounts import PREFIX as AMOUNTS_PREFIX
from src.components.features.typical_amounts import TypicalAmounts
from src.components.lexicon.matcher import PREFIX as LEXICON_PREFIX

BLOCKS = ("words", "pairs", "ngrams")
"""The blocks of text features in column order; the columns of the other fields follow."""

_ARRAYS = {
    "idf": "idf",
    "field_shares": "field_shares",
    "coef": "coef",
    "intercept": "intercept",
    "field_doubts": "field_smoothing",
    "said": "confidence_points",
    "found": "calibrated_points",
}
"""Array name in a bundle -> attribute. Old bundles lack the last three."""

_TINY = 1e-12
_MOST_SMOOTHING = 0.9
"""At least the rest of the probability stays as the model predicts."""


@dataclass(frozen=True)
class LinearForm:
    """probabilities = softmax((features @ coef + intercept) / temperature), calibrated, smoothed."""

    classes: tuple[str, ...]
    terms: Mapping[str, tuple[str, ...]]
    """The terms of each of BLOCKS, in column order."""
    fields: tuple[str, ...]
    field_shares: np.ndarray
    """float64, one per field: the share of training rows that had it."""
    weights: Mapping[str, float]
    """The length of each block of text, and the value of a `field` (`bare` without text), of a lexicon match
    (`opinion`) and of a typical-amount feature (`usual`)."""
    lexicon: str
    """As of `matcher.lexicon_text`."""
    typical_amounts: TypicalAmounts | None
    """None if the model does not use them."""
    temperature: float
    idf: np.ndarray
    """float64, one per term of all blocks."""
    coef: np.ndarray
    """float32, shape (n_features, n_classes), so that the rows a text needs are contiguous in memory."""
    intercept: np.ndarray
    """float64, shape (n_classes,)."""
    confidence_points: np.ndarray
    calibrated_points: np.ndarray
    """float64, shape (n_points,): of `calibration.ConfidenceMap`."""
    field_smoothing: np.ndarray
    """float64, one per field: as of `apply_smoothing`."""

    def to_parts(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """A JSON-able dict, and the arrays by name."""
        facts = {
            "classes": list(self.classes),
            "terms": {block: "\n".join(terms) for block, terms in self.terms.items()},
            "fields": "\n".join(self.fields),
            "weights": dict(self.weights),
            "temperature": self.temperature,
            "lexicon": self.lexicon,
            "usual": self.typical_amounts.to_text() if self.typical_amounts else None,
        }
        return facts, {name: getattr(self, attribute) for name, attribute in _ARRAYS.items()}

    @classmethod
    def from_parts(cls, facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Self:
        absent = {"said": np.empty(0), "found": np.empty(0)}
        absent["field_doubts"] = np.zeros_like(arrays["field_shares"])
        arrays, amounts = absent | dict(arrays), facts.get("usual")
        return cls(
            classes=tuple(facts["classes"]),
            terms={block: _lines(facts["terms"][block]) for block in BLOCKS},
            fields=_lines(facts["fields"]),
            weights=facts["weights"],
            temperature=facts["temperature"],
            lexicon=facts.get("lexicon", ""),  # absent in old bundles
            typical_amounts=None if amounts is None else TypicalAmounts.from_text(amounts),
            **{attribute: arrays[name] for name, attribute in _ARRAYS.items()},
        )

    @property
    def bare_factor(self) -> float:
        """The factor by which a field counts more without text."""
        return self.weights.get("bare", self.weights["field"]) / self.weights["field"]


def apply_calibration(
    probabilities: np.ndarray, confidence_points: np.ndarray, calibrated_points: np.ndarray
) -> np.ndarray:
    """Replace the top probability of each row by its calibrated value.

    probabilities: shape (n_rows, n_classes). *_points: shape (n_points,), a rising line; no points change
    nothing. The other classes keep their proportions; the top one stays on top.
    """
    if not len(confidence_points) or probabilities.shape[1] < 2:
        return probabilities
    top = probabilities.argmax(axis=1)[:, np.newaxis]
    confidence = np.take_along_axis(probabilities, top, axis=1)
    second = np.partition(probabilities, -2, axis=1)[:, -2:-1]
    rest = 1 - confidence
    lowest = second / np.maximum(rest + second, _TINY)  # below it, the second one would be on top
    calibrated = np.clip(np.interp(confidence, confidence_points, calibrated_points), lowest, 1.0)
    even = 1 / (probabilities.shape[1] - 1)
    proportions = np.where(rest > _TINY, probabilities / np.maximum(rest, _TINY), even)
    result = proportions * (1 - calibrated)
    np.put_along_axis(result, top, calibrated, axis=1)
    return np.asarray(result)


def apply_smoothing(probabilities: np.ndarray, smoothing: np.ndarray) -> np.ndarray:
    """Spread a share of each row's probability evenly over all classes; the top one stays on top.

    probabilities: shape (n_rows, n_classes); smoothing: shape (n_rows,), that share.
    """
    share = np.minimum(smoothing, _MOST_SMOOTHING)[:, np.newaxis]
    return np.asarray((1 - share) * probabilities + share / probabilities.shape[1])


def calibrated_row(
    scores: Sequence[float],
    confidence_points: Sequence[float],
    calibrated_points: Sequence[float],
    smoothing: float,
) -> list[float]:
    """The probabilities of one row from its scores, as softmax, `apply_calibration` and `apply_smoothing`
    make them; for a single row numpy takes several times as long."""
    largest = max(scores)
    powers = [math.exp(score - largest) for score in scores]
    total = sum(powers)
    row = [power / total for power in powers]
    share = min(smoothing, _MOST_SMOOTHING)
    classes = len(row)
    if confidence_points and classes > 1:
        confidence = max(row)
        top = row.index(confidence)
        second = max(row[:top] + row[top + 1 :])
        rest = 1 - confidence
        lowest = second / max(rest + second, _TINY)
        calibrated = min(max(_interpolated(confidence, confidence_points, calibrated_points), lowest), 1.0)
        if rest > _TINY:
            scale = (1 - calibrated) / max(rest, _TINY)
            row = [probability * scale for probability in row]
        else:
            row = [(1 - calibrated) / (classes - 1)] * classes
        row[top] = calibrated
    if not share:
        return row
    return [(1 - share) * probability + share / classes for probability in row]


def _interpolated(value: float, points: Sequence[float], values: Sequence[float]) -> float:
    """As `numpy.interp`."""
    if value <= points[0]:
        return values[0]
    if value >= points[-1]:
        return values[-1]
    after = bisect_right(points, value)
    slope = (values[after] - values[after - 1]) / (points[after] - points[after - 1])
    return values[after - 1] + slope * (value - points[after - 1])


def field_values(fields: Sequence[str], weights: Mapping[str, float]) -> np.ndarray:
    """float64, one per field. weights: as in LinearForm."""
    special = {LEXICON_PREFIX: weights.get("opinion", 0.0), AMOUNTS_PREFIX: weights.get("usual", 0.0)}
    values = (
        next((value for prefix, value in special.items() if name.startswith(prefix)), weights["field"])
        for name in fields
    )
    return np.fromiter(values, np.float64, len(fields))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()
