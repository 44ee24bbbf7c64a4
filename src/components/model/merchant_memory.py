"""Predict from a person's earlier answers for the merchant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose

from src.domain.feedback import LabelSource, PastAnswer

_BY_HAND = (LabelSource.FEEDBACK, LabelSource.SIMILAR)


@dataclass(frozen=True, slots=True)
class MemoryDecision:
    """The answers agree, so they decide."""

    category: str
    confidence: float
    agreeing: int
    answers: int
    own_word: bool = False
    """At least one answer was given by hand, and none of those considered differs."""


@dataclass(frozen=True, slots=True)
class MemoryHint:
    """The answers do not decide, but adjust the model's probabilities."""

    shares: Mapping[str, float]
    """By category, its share of the answers; they sum to 1."""
    weight: float
    """Weight of the shares against the model's probabilities, 0..1."""
    similar: bool = False
    """The answers are for merchants of a similar name."""


@dataclass(frozen=True)
class MerchantMemory:
    """Decides if the newest answers agree; otherwise their shares adjust the model's probabilities.

    Older answers count less, and answers with the same amount more. So a change of mind is followed after a
    few answers, while a single different answer leads to a review but does not overturn many. The values were
    measured on four people's histories of 277 to 5,696 rows: the next answer agreed with the memory in 93 %
    of cases after one answer, 96 % after two, 98 % after five, and 92 % where a few differed.

    agreement: minimum share of the answers for one category, 0..1. fading: weight of an answer relative to
    the next newer one. prior_weight: number of pseudo-answers for another category. same_amount: factor for
    answers whose amount is within 2 %. similar: weight of answers for merchants of a similar name.
    """

    agreement: float = 0.8
    fading: float = 0.7
    prior_weight: float = 0.075
    same_amount: float = 3.0
    similar: float = 0.4

    def consult(
        self, newest: Sequence[PastAnswer], similar: Sequence[PastAnswer], amount: float
    ) -> MemoryDecision | MemoryHint | None:
        """The decision or hint for a transaction of `amount`; None without answers.

        newest: the last answers for its merchant, newest first. similar: the same for merchants of a similar
        name, used only if the merchant itself has no answer.
        """
        if not newest:
            shares = self._shares(similar, amount)
            return MemoryHint(shares, self.similar, similar=True) if similar else None
        shares, mass = self._shares(newest, amount), sum(self.fading**age for age in range(len(newest)))
        category = max(shares, key=shares.__getitem__)
        if shares[category] < self.agreement:
            return MemoryHint(shares, mass / (mass + 1))
        # A different answer costs half of its weight, because it may have been an exception.
        confidence = 1 - (self.prior_weight + mass * (1 - shares[category]) / 2) / (mass + self.prior_weight)
        agreeing = sum(answer.category == category for answer in newest)
        by_hand = any(answer.source in _BY_HAND for answer in newest)
        own_word = by_hand and agreeing == len(newest)
        return MemoryDecision(category, confidence, agreeing, len(newest), own_word)

    def _shares(self, newest: Sequence[PastAnswer], amount: float) -> dict[str, float]:
        """By category, in the order of the answers; they sum to 1."""
        counts: dict[str, float] = {}
        for age, answer in enumerate(newest):
            same = isclose(answer.amount, amount, rel_tol=0.02)
            weight = self.fading**age * (self.same_amount if same else 1.0)
            counts[answer.category] = counts.get(answer.category, 0.0) + weight
        total = sum(counts.values())
        return {category: weight / total for category, weight in counts.items()}
