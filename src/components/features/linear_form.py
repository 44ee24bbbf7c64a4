"""A fitted model as plain numbers and words: all that serving needs, and nothing of scikit-learn.

scikit-learn, and pandas with it, cost a process over 130 MB and two seconds, so web workers score from this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from src.components.features.typical_amounts import PREFIX as USUAL
from src.components.features.typical_amounts import TypicalAmounts
from src.components.lexicon.matcher import PREFIX as OPINION

BLOCKS = ("words", "pairs", "ngrams")
"""The blocks of text, in the order of their columns; the columns of the other fields follow them."""

_ARRAYS = ("idf", "field_shares", "coef", "intercept", "field_doubts", "said", "found")
_LATER = ("field_doubts", "said", "found")
"""Arrays that a model from before there were such things lacks."""

_NOTHING = 1e-12
_MOST_DOUBT = 0.9
"""However many fields are doubted, so much is left to the model."""


@dataclass(frozen=True)
class LinearForm:
    """probabilities = softmax((features @ coef + intercept) / temperature), less the doubt in the fields."""

    classes: tuple[str, ...]
    terms: Mapping[str, tuple[str, ...]]
    """The terms of each of BLOCKS, in the order of their columns."""
    fields: tuple[str, ...]
    field_shares: np.ndarray
    """float64, one per field: the share of the training rows that had it."""
    weights: Mapping[str, float]
    """The length of each block of text, and the value of a `field` (`bare` without text), an `opinion`, and
    of how `usual` the amount is."""
    lexicon: str
    """What the opinions are formed with, as of `opinion.lexicon_text`."""
    usual: TypicalAmounts | None
    """Beside which amounts are read; None where the model does without."""
    temperature: float
    idf: np.ndarray
    """float64, one per term of all blocks."""
    coef: np.ndarray
    """float32, shape (n_features, n_classes): the rows that a text needs lie together in memory."""
    intercept: np.ndarray
    """float64, shape (n_classes,)."""
    said: np.ndarray
    found: np.ndarray
    """float64, shape (n_points,): as of `calibration.ConfidenceMap`."""
    field_doubts: np.ndarray
    """float64, one per field: which share of the probability goes to all classes alike where it is given."""

    def to_parts(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """A JSON-able dict, and the arrays by name."""
        facts = {
            "classes": list(self.classes),
            "terms": {block: "\n".join(terms) for block, terms in self.terms.items()},
            "fields": "\n".join(self.fields),
            "weights": dict(self.weights),
            "temperature": self.temperature,
            "lexicon": self.lexicon,
            "usual": self.usual.to_text() if self.usual else None,
        }
        return facts, {name: getattr(self, name) for name in _ARRAYS}

    @classmethod
    def from_parts(cls, facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Self:
        return cls(
            classes=tuple(facts["classes"]),
            terms={block: _lines(facts["terms"][block]) for block in BLOCKS},
            fields=_lines(facts["fields"]),
            weights=facts["weights"],
            temperature=facts["temperature"],
            lexicon=facts.get("lexicon", ""),  # a model from before there were opinions
            usual=None if facts.get("usual") is None else TypicalAmounts.from_text(facts["usual"]),
            field_doubts=arrays.get("field_doubts", np.zeros_like(arrays["field_shares"])),
            said=arrays.get("said", np.empty(0)),
            found=arrays.get("found", np.empty(0)),
            **{name: arrays[name] for name in _ARRAYS if name not in _LATER},
        )

    @property
    def bare_factor(self) -> float:
        """By how much more a field counts where there is no text."""
        return self.weights.get("bare", self.weights["field"]) / self.weights["field"]

    def field_values(self) -> np.ndarray:
        """float64, one per field: what it adds where it is given."""
        return field_values(self.fields, self.weights)


def apply_calibration(probabilities: np.ndarray, said: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Give the leader of each row the probability that its confidence turned out to be worth.

    probabilities: shape (n_rows, n_classes). said, found: points of a rising line; none changes nothing. The
    others share the rest as before (or alike, where they had nothing), and the leader stays the leader.
    """
    if not len(said) or probabilities.shape[1] < 2:
        return probabilities
    leader = probabilities.argmax(axis=1)[:, np.newaxis]
    confidence = np.take_along_axis(probabilities, leader, axis=1)
    second = np.partition(probabilities, -2, axis=1)[:, -2:-1]
    rest = 1 - confidence
    least = second / np.maximum(rest + second, _NOTHING)  # at which the second one would catch up
    worth = np.clip(np.interp(confidence, said, found), least, 1.0)
    alike = 1 / (probabilities.shape[1] - 1)
    shares = np.where(rest > _NOTHING, probabilities / np.maximum(rest, _NOTHING), alike)
    shared = shares * (1 - worth)
    np.put_along_axis(shared, leader, worth, axis=1)
    return shared


def apply_doubts(probabilities: np.ndarray, doubts: np.ndarray) -> np.ndarray:
    """Give each row's share of doubt to all classes alike; which one leads does not change.

    probabilities: shape (n_rows, n_classes); doubts: shape (n_rows,), added up over the row's fields.
    """
    doubt = np.minimum(doubts, _MOST_DOUBT)[:, np.newaxis]
    return (1 - doubt) * probabilities + doubt / probabilities.shape[1]


def field_values(fields: Sequence[str], weights: Mapping[str, float]) -> np.ndarray:
    """float64, one per field. weights: as in LinearForm."""
    own = {OPINION: weights.get("opinion", 0.0), USUAL: weights.get("usual", 0.0)}
    values = (
        next((own[start] for start in own if name.startswith(start)), weights["field"]) for name in fields
    )
    return np.fromiter(values, np.float64, len(fields))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()
