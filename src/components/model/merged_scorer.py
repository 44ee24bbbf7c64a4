"""A scorer whose categories were merged since it was trained: their probabilities are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from src.components.model.scorer import LinearScorer
from src.domain.predictions import Reason
from src.domain.transactions import Transaction


class MergedScorer:
    """Answers like the scorer it is made of, with the categories there are now."""

    def __init__(self, scorer: LinearScorer, merged: Mapping[str, str]) -> None:
        """merged: a category that is gone -> the one it was merged into."""
        self._scorer = scorer
        names = [merged.get(name, name) for name in scorer.classes]
        self.classes = tuple(dict.fromkeys(names))
        columns = [self.classes.index(name) for name in names]
        self._sums = np.eye(len(self.classes))[columns]
        """Shape (n_classes of the scorer, n_classes): 1 where a category is part of one there is now."""
        self._parts = {
            name: [old for old, new in zip(scorer.classes, names, strict=True) if new == name]
            for name in self.classes
        }

    def probabilities(self, transactions: Sequence[Transaction]) -> np.ndarray:
        """Shape (n_transactions, n_classes), columns as in `classes`."""
        own = self._scorer.probabilities(transactions)
        return np.asarray(own @ self._sums)

    def explain(self, transaction: Transaction, category: str, limit: int = 5) -> tuple[Reason, ...]:
        """The reasons for the likeliest of the categories that are one now."""
        parts = self._parts.get(category, [category])
        if len(parts) > 1:
            own = self._scorer.probabilities([transaction])[0]
            parts = sorted(parts, key=lambda name: -own[self._scorer.classes.index(name)])
        return self._scorer.explain(transaction, parts[0], limit)
