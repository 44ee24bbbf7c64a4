"""After an answer: predict the merchant's other unanswered transactions again.

They stay unanswered. Each new prediction names the act of the answer, so undoing the act removes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain.acts import UndoResult
from src.domain.predictions import Prediction
from src.domain.transactions import UnansweredTransaction

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.services.transactions.repredictions import Repredictions

LIMIT = 1000
"""Transactions that are predicted again while a person waits; it takes about a second."""
_TRIES = 5


@dataclass
class FollowUpResult:
    changed: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    """(merchant, predicted category) -> transactions whose prediction changed."""
    complete: bool = False
    """False if transactions are left for a later call."""

    @property
    def rows(self) -> int:
        return self.changed.total()


class AnswerFollowUp:
    """No list of remaining work is stored: it is every unanswered transaction the act has not looked at yet.

    A transaction is written only if nobody wrote it since it was read, and it is read before the answers are.
    So of two simultaneous answers, the one written last was predicted from both.
    """

    def __init__(self, rows: Repredictions, predictor: Predictor) -> None:
        self._rows = rows
        self._predictor = predictor

    def follow(
        self,
        merchants: Collection[str],
        act: str,
        *,
        at: datetime,
        limit: int = LIMIT,
        since: datetime | None = None,
        named: bool = True,
    ) -> FollowUpResult:
        """Predict up to `limit` unanswered transactions of `merchants` again.

        since: only those whose newest prediction is not older. named: the new predictions name the act.
        Raises Unavailable; safe to retry.
        """
        result, merchants = FollowUpResult(), {merchant for merchant in merchants if merchant}
        for _ in range(_TRIES):
            rows = self._rows.unfollowed(merchants, act, limit=limit, since=since) if merchants else []
            if not rows:
                result.complete = True
                return result
            predicted = self._predictor.predict([row.transaction for row in rows], at=at)
            new = [
                (row, _changed(row, prediction, act if named else None))
                for row, (_, prediction) in zip(rows, predicted, strict=True)
            ]
            written = self._rows.follow(new, act, at=at)
            result.changed.update(
                (row.transaction.merchant, prediction.category)
                for row, prediction in new
                if prediction and row.id in written
            )
            limit -= len(written)
            if limit <= 0:
                return result
        return result

    def undo(
        self, act: str, undone: UndoResult, merchants: Collection[str], *, since: datetime, at: datetime
    ) -> UndoResult:
        """Undo the predictions of `act`, and predict those made since then without its answers.

        undone: of its answers. merchants: those that it answered. Raises Unavailable; safe to retry.
        """
        rows = undone.rows + self._rows.undo(act)
        kept = undone.kept + (self._rows.count_answered(act) if rows or undone.kept else 0)
        while not self.follow(merchants, f"undo:{act}", at=at, since=since, named=False).complete:
            continue
        return UndoResult(rows, kept)


def _changed(row: UnansweredTransaction, new: Prediction, act: str | None) -> Prediction | None:
    """None if a person would see no difference."""
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
