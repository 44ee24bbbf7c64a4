"""One prediction with the truth beside it: what every figure is counted from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.quality.data import Example
from src.domain.predictions import Band, DecidedBy, Prediction

LEAST = 1e-6
"""What log loss takes for the probability of a category that was not known."""


@dataclass(frozen=True)
class Answer:
    example: Example
    best: str
    """The most probable category, also where the band is `unknown`."""
    confidence: float
    likelihood: float
    """The probability given to the owner's category, LEAST .. 1."""
    band: Band
    by_memory: bool
    said: tuple[tuple[str, int], ...]
    """What the owner had called the merchant before, and how often, the most frequent first."""
    last: str | None
    """What the owner had called the merchant last."""

    @classmethod
    def of(
        cls, example: Example, prediction: Prediction, classes: Sequence[str], said: Sequence[str]
    ) -> Answer:
        return cls(
            example,
            prediction.category or prediction.alternatives[0].category,
            prediction.confidence,
            max(likelihood(prediction, example.category, classes), LEAST),
            prediction.band,
            prediction.decided_by is DecidedBy.MEMORY,
            tuple(Counter(said).most_common()),
            said[-1] if said else None,
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
        """Wrong, though the owner's last word on this merchant was right."""
        return not self.right and self.last == self.truth

    @property
    def ambiguous(self) -> bool:
        """The owner had called the merchant by more than one name."""
        return len(self.said) > 1


def likelihood(prediction: Prediction, category: str, classes: Sequence[str]) -> float:
    """Of `category`; one that is not among the shown alternatives has an equal part of what they leave."""
    shown = {each.category: each.probability for each in prediction.alternatives}
    if category in shown:
        return shown[category]
    others = set(classes) - set(shown)
    return max(0.0, 1 - sum(shown.values())) / len(others) if category in others else 0.0
