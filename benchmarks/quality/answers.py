"""One prediction with its true category; all figures are counted from these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.quality.data import Example
from src.domain.predictions import Band, DecidedBy, Prediction

LEAST = 1e-6
"""The probability of an unknown category in log loss."""


@dataclass(frozen=True)
class Answer:
    example: Example
    best: str
    """The most probable category, also in the band `unknown`."""
    confidence: float
    likelihood: float
    """The probability of the owner's category, LEAST .. 1."""
    band: Band
    by_memory: bool
    earlier: tuple[tuple[str, int], ...]
    """The owner's earlier categories for the merchant and how often each, the most frequent first."""
    last: str | None
    """The owner's last category for the merchant."""

    @classmethod
    def of(
        cls, example: Example, prediction: Prediction, classes: Sequence[str], earlier: Sequence[str]
    ) -> Answer:
        return cls(
            example,
            prediction.category or prediction.alternatives[0].category,
            prediction.confidence,
            max(likelihood(prediction, example.category, classes), LEAST),
            prediction.band,
            prediction.decided_by is DecidedBy.MEMORY,
            tuple(Counter(earlier).most_common()),
            earlier[-1] if earlier else None,
        )

    @property
    def truth(self) -> str:
        return self.example.category

    @property
    def merchant(self) -> str:
        return self.example.transaction.merchant

    @property
    def right(self) -> bool:
        return self.best == self.truth

    @property
    def repeats(self) -> bool:
        """Wrong, although the owner's last answer for this merchant was right."""
        return not self.right and self.last == self.truth

    @property
    def ambiguous(self) -> bool:
        """The owner has used more than one category for the merchant."""
        return len(self.earlier) > 1


def likelihood(prediction: Prediction, category: str, classes: Sequence[str]) -> float:
    """The probability of `category`; categories without an alternative share the rest equally."""
    shown = {alternative.category: alternative.probability for alternative in prediction.alternatives}
    if category in shown:
        return shown[category]
    others = set(classes) - set(shown)
    return max(0.0, 1 - sum(shown.values())) / len(others) if category in others else 0.0
