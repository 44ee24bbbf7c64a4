"""What a person's own answers say of a merchant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from src.domain import Recollection


@dataclass(frozen=True, slots=True)
class Recall:
    category: str
    confidence: float
    agreeing: int
    answers: int


@dataclass(frozen=True)
class MerchantMemory:
    """Decides where the newest answers agree, and hands the decision back to the model where they do not.

    The confidence is agreeing / (answers + doubt + dissent x others): one answer 0.93, two 0.96, five 0.985,
    nine of ten 0.78. In four people's histories of 277 to 5,696 rows the next answer agreed after one answer
    in 93 %, after two in 96 %, after five in 98 %, and after nine of ten in 77 % to 90 % of the cases.

    agreement: the least share of the newest answers that must name one category, 0..1.
    """

    agreement: float = 0.8
    doubt: float = 0.075
    dissent: float = 1.5

    def recall(self, newest: Sequence[Recollection]) -> Recall | None:
        """newest: the last answers for one merchant, newest first. None: the memory does not know."""
        if not newest:
            return None
        counts = Counter(each.category for each in newest)
        category, agreeing = counts.most_common(1)[0]
        others = len(newest) - agreeing
        if agreeing < self.agreement * len(newest):
            return None
        confidence = agreeing / (len(newest) + self.doubt + self.dissent * others)
        return Recall(category, confidence, agreeing, len(newest))
