"""An answer that contradicts nearly all others alike: set aside, asked about, settled by whoever gave it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from src.components.dataset.category_relabels import Moves
from src.components.dataset.label_conflicts import LabelConflicts
from src.domain.feedback import FeedbackOutcome
from src.domain.labels import Doubt, LabelledTransaction, Move
from src.domain.transactions import StoredTransaction
from src.errors import InvalidInput, NotFound
from src.pipeline.feedback.feedback import Answer, FeedbackLoop

SET_ASIDE = "contradicts nearly all others alike and waits for a second look"
MOVED = "calls nearly a whole category otherwise and waits for a second look"
SHOWN = 10


class Labels(Protocol):
    def labelled(self) -> Iterable[LabelledTransaction]: ...


class Marks(Protocol):
    """Where doubts are written down."""

    def vouched(self) -> set[str]: ...
    def replace(self, doubts: Sequence[Doubt], *, at: datetime) -> None: ...


class OpenMarks(Protocol):
    """Where they are read, and where a person vouches."""

    def open(self, limit: int) -> list[StoredTransaction]: ...
    def one(self, transaction_id: str) -> StoredTransaction: ...
    def alike(self, merchants: Collection[str]) -> Iterable[LabelledTransaction]: ...
    def vouch(self, transaction_id: str, *, at: datetime) -> None: ...
    def moves(self) -> list[Move]: ...
    def vouch_move(self, move: Move, *, at: datetime) -> None: ...


def to_learn_from(
    labels: Labels, contradictions: LabelConflicts, moves: Moves, marks: Marks | None, *, at: datetime
) -> tuple[list[LabelledTransaction], dict[str, int]]:
    """The labels without those in doubt, and how many these are, by reason; the doubts are written down.

    Where an answer of a doubted move replaced an earlier one, that is learned meanwhile. Rows that judge
    models stay as they are, and have no voice: what they say must not choose what trains.
    """
    labelled = list(labels.labelled())
    if marks is None:
        return labelled, {}
    training, vouched = [one for one in labelled if not one.holdout], marks.vouched()
    doubts = {doubt.transaction_id: doubt for doubt in contradictions.find(training, vouched)}
    doubts |= {doubt.transaction_id: doubt for doubt in moves.find(training, vouched)}
    marks.replace(list(doubts.values()), at=at)
    learned = [meanwhile for one in labelled if (meanwhile := _meanwhile(one, doubts.get(one.id)))]
    counts = Counter(MOVED if doubt.wholesale else SET_ASIDE for doubt in doubts.values())
    return learned, dict(sorted(counts.items()))


def _meanwhile(one: LabelledTransaction, doubt: Doubt | None) -> LabelledTransaction | None:
    """What is learned of a row until it was looked at again: itself, what was said before, or nothing."""
    if doubt is None:
        return one
    earlier = one.replaced if doubt.wholesale else None
    if earlier is None or earlier.category is None:
        return None
    return replace(one, category=earlier.category, source=earlier.source, labelled_at=earlier.at)


@dataclass(frozen=True, slots=True)
class SecondLook:
    row: StoredTransaction
    doubt: Doubt


class SecondLooks:
    """What a person is asked again. Both answers are acts of the person; nothing is changed by itself."""

    def __init__(self, marks: OpenMarks, feedback: FeedbackLoop, contradictions: LabelConflicts) -> None:
        self._marks = marks
        self._feedback = feedback
        self._contradictions = contradictions

    def waiting(self, limit: int = SHOWN) -> list[SecondLook]:
        """Those that contradict still, whatever was answered since the training that found them."""
        return self._still(self._marks.open(limit))

    def of(self, transaction_id: str) -> SecondLook:
        """Raises NotFound where nothing is asked."""
        looks = self._still([self._marks.one(transaction_id)])
        if not looks:
            raise NotFound("This answer no longer contradicts the others; nothing is asked.")
        return looks[0]

    def keep(self, transaction_id: str, *, at: datetime) -> SecondLook:
        """It is right: it trains from now on, and is not asked again. Raises NotFound, Unavailable."""
        look = self.of(transaction_id)
        self._marks.vouch(transaction_id, at=at)
        return look

    def change(self, transaction_id: str, *, at: datetime) -> FeedbackOutcome:
        """It is what the others are: an answer like any other. Raises NotFound, Unavailable."""
        return self._feedback.record(transaction_id, self.of(transaction_id).doubt.others, at=at)

    def moves(self) -> list[Move]:
        """Categories that are called otherwise nearly everywhere, and wait for a word on it."""
        return self._marks.moves()

    def move(self, earlier: str, category: str) -> Move:
        """Raises NotFound where nothing is asked."""
        for move in self.moves():
            if (move.earlier, move.category) == (earlier, category):
                return move
        raise NotFound("No such change of a category waits for a second look.")

    def keep_move(self, move: Move, *, at: datetime) -> None:
        """It is meant: its answers train from now on. Raises Unavailable."""
        self._marks.vouch_move(move, at=at)

    def change_back(self, move: Move, *, at: datetime) -> str:
        """All of them are what they used to be, by answers of one act, which is returned for an undo."""
        answers = [Answer(each, move.earlier) for each in move.transaction_ids]
        outcomes = self._feedback.record_many(answers, at=at)
        for outcome in outcomes:
            if isinstance(outcome, InvalidInput):
                raise outcome
        return next((each.act for each in outcomes if isinstance(each, FeedbackOutcome)), "")

    def _still(self, rows: Sequence[StoredTransaction]) -> list[SecondLook]:
        alike = self._marks.alike({row.transaction.merchant for row in rows}) if rows else ()
        doubts = {doubt.transaction_id: doubt for doubt in self._contradictions.find(alike)}
        return [SecondLook(row, doubts[row.id]) for row in rows if row.id in doubts]
