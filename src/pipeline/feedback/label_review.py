"""Answers that are possible mistakes: left out of training until the person has reviewed them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from src.components.dataset.category_relabels import CategoryRelabels
from src.components.dataset.label_conflicts import LabelConflicts
from src.domain.feedback import FeedbackOutcome
from src.domain.transactions import CategoryRelabel, DoubtfulLabel, LabelledTransaction, StoredTransaction
from src.errors import InvalidInput, NotFound
from src.pipeline.feedback.feedback import Answer, FeedbackLoop

if TYPE_CHECKING:
    from src.services.transactions.label_review import Doubts

SET_ASIDE = "contradicts nearly all similar answers and waits for a review"
MOVED = "changes nearly a whole category and waits for a review"
SHOWN = 10


class Labels(Protocol):
    def labelled(self) -> Iterable[LabelledTransaction]: ...


def to_learn_from(
    labels: Labels,
    contradictions: LabelConflicts,
    moves: CategoryRelabels,
    marks: Doubts | None,
    *,
    at: datetime,
) -> tuple[list[LabelledTransaction], dict[str, int]]:
    """The labels without those in doubt, and the number of these by reason. The doubts are stored.

    If an answer in doubt is part of a category relabel, the earlier answer trains instead. Hold-out rows stay
    unchanged and are not used here: they must not influence what trains.
    """
    labelled = list(labels.labelled())
    if marks is None:
        return labelled, {}
    training, confirmed = [label for label in labelled if not label.holdout], marks.confirmed()
    doubts = {doubt.transaction_id: doubt for doubt in contradictions.find(training, confirmed)}
    doubts |= {doubt.transaction_id: doubt for doubt in moves.find(training, confirmed)}
    marks.replace(list(doubts.values()), at=at)
    usable = [label for row in labelled if (label := _usable(row, doubts.get(row.id)))]
    counts = Counter(MOVED if doubt.wholesale else SET_ASIDE for doubt in doubts.values())
    return usable, dict(sorted(counts.items()))


def _usable(row: LabelledTransaction, doubt: DoubtfulLabel | None) -> LabelledTransaction | None:
    """The label to train with until the review: its own, the one it replaced, or none."""
    if doubt is None:
        return row
    earlier = row.replaced if doubt.wholesale else None
    if earlier is None or earlier.category is None:
        return None
    return replace(row, category=earlier.category, source=earlier.source, labelled_at=earlier.at)


@dataclass(frozen=True, slots=True)
class PossibleMistake:
    row: StoredTransaction
    doubt: DoubtfulLabel


class LabelReview:
    """The review of possible mistakes. The person decides; nothing changes by itself."""

    def __init__(self, marks: Doubts, feedback: FeedbackLoop, contradictions: LabelConflicts) -> None:
        self._marks = marks
        self._feedback = feedback
        self._contradictions = contradictions

    def open(self, limit: int = SHOWN) -> list[PossibleMistake]:
        """Those that still contradict, given the answers since the training run that marked them."""
        return self._still(self._marks.open(limit))

    def get(self, transaction_id: str) -> PossibleMistake:
        """Raises NotFound if the answer is not in doubt, or no longer."""
        mistakes = self._still([self._marks.get(transaction_id)])
        if not mistakes:
            raise NotFound("This answer no longer contradicts the others.")
        return mistakes[0]

    def confirm(self, transaction_id: str, *, at: datetime) -> PossibleMistake:
        """The answer is right: it trains models, and is not in doubt again. Raises NotFound, Unavailable."""
        mistake = self.get(transaction_id)
        self._marks.confirm(transaction_id, at=at)
        return mistake

    def correct(self, transaction_id: str, *, at: datetime) -> FeedbackOutcome:
        """Answer with the category of the others. Raises NotFound, Unavailable."""
        return self._feedback.record(transaction_id, self.get(transaction_id).doubt.others, at=at)

    def moves(self) -> list[CategoryRelabel]:
        return self._marks.moves()

    def move(self, earlier: str, category: str) -> CategoryRelabel:
        """Raises NotFound if this category relabel is not in doubt."""
        for move in self.moves():
            if (move.earlier, move.category) == (earlier, category):
                return move
        raise NotFound("No such change of a category needs review.")

    def confirm_move(self, move: CategoryRelabel, *, at: datetime) -> None:
        """The relabel is right: its answers train models. Raises Unavailable."""
        self._marks.confirm_move(move, at=at)

    def revert_move(self, move: CategoryRelabel, *, at: datetime) -> str:
        """Answer all of them with the earlier category; returns the id of the act."""
        answers = [Answer(transaction_id, move.earlier) for transaction_id in move.transaction_ids]
        outcomes = self._feedback.record_many(answers, at=at)
        for outcome in outcomes:
            if isinstance(outcome, InvalidInput):
                raise outcome
        return next((outcome.act for outcome in outcomes if isinstance(outcome, FeedbackOutcome)), "")

    def _still(self, rows: Sequence[StoredTransaction]) -> list[PossibleMistake]:
        labelled = self._marks.labelled({row.transaction.merchant for row in rows}) if rows else ()
        doubts = {doubt.transaction_id: doubt for doubt in self._contradictions.find(labelled)}
        return [PossibleMistake(row, doubts[row.id]) for row in rows if row.id in doubts]
