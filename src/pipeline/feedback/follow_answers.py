"""After an answer: the merchant's other unanswered transactions are predicted anew, as the next one would be.

They stay unanswered. Each new prediction names the act of the answer, so undoing the act removes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from src.domain.predictions import Prediction
from src.domain.transactions import Transaction, UnansweredTransaction

AT_ONCE = 1000
"""Rows that are predicted anew while a person waits; it takes about a second."""
_TRIES = 5


class Rows(Protocol):
    def unfollowed(
        self, merchants: Collection[str], act: str, *, limit: int, since: datetime | None = None
    ) -> list[UnansweredTransaction]: ...
    def follow(
        self, new: Sequence[tuple[UnansweredTransaction, Prediction | None]], act: str, *, at: datetime
    ) -> set[str]: ...


class Predicts(Protocol):
    def predict(
        self, transactions: Sequence[Transaction], *, at: datetime
    ) -> list[tuple[Transaction, Prediction]]: ...


@dataclass
class Followed:
    """What became of the unanswered rows of some merchants."""

    changed: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    """(merchant, the category that is predicted now) -> rows whose prediction changed."""
    complete: bool = False
    """False where rows are left for a later call."""

    @property
    def rows(self) -> int:
        return self.changed.total()


class Following:
    """There is no list of what is left to do: it is every unanswered row that the act has not looked at yet.

    A row is written only if nobody wrote it since it was read, and it is read before the answers are: so of
    two answers at the same time, whichever is written last knew both.
    """

    def __init__(self, rows: Rows, predictor: Predicts) -> None:
        self._rows = rows
        self._predictor = predictor

    def follow(
        self,
        merchants: Collection[str],
        act: str,
        *,
        at: datetime,
        at_once: int = AT_ONCE,
        since: datetime | None = None,
        named: bool = True,
    ) -> Followed:
        """Predict up to `at_once` unanswered rows of `merchants` anew. Raises Unavailable; safe to try again.

        since: only rows whose newest prediction is not older. named: the new predictions name the act.
        """
        followed, known = Followed(), {merchant for merchant in merchants if merchant}
        left = at_once
        for _ in range(_TRIES):
            rows = self._rows.unfollowed(known, act, limit=left, since=since) if known else []
            if not rows:
                followed.complete = True
                return followed
            predicted = self._predictor.predict([row.transaction for row in rows], at=at)
            new = [
                (row, self._changed(row, prediction, act if named else None))
                for row, (_, prediction) in zip(rows, predicted, strict=True)
            ]
            written = self._rows.follow(new, act, at=at)
            followed.changed.update(
                (row.transaction.merchant, prediction.category)
                for row, prediction in new
                if prediction and row.id in written
            )
            left -= len(written)
            if left <= 0:
                return followed
        return followed

    def _changed(self, row: UnansweredTransaction, new: Prediction, act: str | None) -> Prediction | None:
        """None where a person would see no difference."""
        if _shown(new) == _shown(row.prediction):
            return None
        same_model = new.model_version == row.prediction.model_version
        return replace(new, act=act, shadow=row.prediction.shadow if same_model else None)


def _shown(prediction: Prediction) -> tuple[object, ...]:
    return (
        prediction.category,
        prediction.band,
        prediction.decided_by,
        round(prediction.confidence, 2),
        prediction.model_version,
    )
