"""An answer that contradicts nearly all others alike: set aside, asked about, settled by whoever gave it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from src.components.contradictions import Contradictions
from src.domain import Doubt, FeedbackOutcome, LabelledTransaction, StoredTransaction
from src.errors import NotFound
from src.pipeline.feedback import FeedbackLoop

SET_ASIDE = "contradicts nearly all others alike and waits for a second look"
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


def to_learn_from(
    labels: Labels, contradictions: Contradictions, marks: Marks | None, *, at: datetime
) -> tuple[list[LabelledTransaction], dict[str, int]]:
    """The labels without those in doubt, and how many these are, by reason; the doubts are written down.

    Rows that judge models stay, and have no voice: what they say must not choose what trains.
    """
    labelled = list(labels.labelled())
    if marks is None:
        return labelled, {}
    doubts = contradictions.find((one for one in labelled if not one.holdout), marks.vouched())
    marks.replace(doubts, at=at)
    doubtful = {doubt.transaction_id for doubt in doubts}
    kept = [one for one in labelled if one.id not in doubtful]
    return kept, {SET_ASIDE: len(doubts)} if doubts else {}


@dataclass(frozen=True, slots=True)
class SecondLook:
    row: StoredTransaction
    doubt: Doubt


class SecondLooks:
    """What a person is asked again. Both answers are acts of the person; nothing is changed by itself."""

    def __init__(self, marks: OpenMarks, feedback: FeedbackLoop, contradictions: Contradictions) -> None:
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

    def _still(self, rows: Sequence[StoredTransaction]) -> list[SecondLook]:
        alike = self._marks.alike({row.transaction.merchant for row in rows}) if rows else ()
        doubts = {doubt.transaction_id: doubt for doubt in self._contradictions.find(alike)}
        return [SecondLook(row, doubts[row.id]) for row in rows if row.id in doubts]
