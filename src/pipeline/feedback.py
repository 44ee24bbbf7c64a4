"""An answer's way: stored on its transaction, and from then on remembered for its merchant."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from src.domain.feedback import Feedback, FeedbackOutcome, LabelSource
from src.domain.transactions import StoredTransaction
from src.errors import InvalidInput, LedgerloopError, NotFound


class Events(Protocol):
    def add_many(self, events: Sequence[tuple[str, Feedback]]) -> list[StoredTransaction | NotFound]: ...
    def answer_similar(self, merchant: str, event: Feedback, *, but: str) -> int: ...
    def take_back(self, act: str, *, at: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of one transaction, and of its untouched like where `apply_to_similar`."""

    transaction_id: str
    category: str
    apply_to_similar: bool = False


class FeedbackLoop:
    """There is no second store to keep in step: the memory reads the answers where they stand."""

    def __init__(self, events: Events, slugs: Callable[[], set[str]]) -> None:
        self._events = events
        self._slugs = slugs

    def record(
        self, transaction_id: str, category: str, *, apply_to_similar: bool = False, at: datetime
    ) -> FeedbackOutcome:
        """Keep one answer. Raises InvalidInput for a category there is not, NotFound, Unavailable."""
        [outcome] = self.record_many([Answer(transaction_id, category, apply_to_similar)], at=at)
        if isinstance(outcome, LedgerloopError):
            raise outcome
        return outcome

    def record_many(
        self, answers: Sequence[Answer], *, at: datetime, program: str = ""
    ) -> list[FeedbackOutcome | InvalidInput | NotFound]:
        """Keep many answers of one act, in order; the error stands in the place of one that cannot be kept.

        program: the other one they were given in; the act begins with its name.
        Raises Unavailable; giving the same answers again is safe then.
        """
        act, slugs = secrets.token_urlsafe(12), self._slugs()
        act = f"{program}:{act}" if program else act
        known = [answer for answer in answers if answer.category in slugs]
        events = [(answer.transaction_id, Feedback(answer.category, at, act)) for answer in known]
        befores = iter(self._events.add_many(events))
        return [
            self._outcome(answer, next(befores), act, at) if answer.category in slugs else _no_category()
            for answer in answers
        ]

    def _outcome(
        self, answer: Answer, before: StoredTransaction | NotFound, act: str, at: datetime
    ) -> FeedbackOutcome | NotFound:
        if isinstance(before, NotFound):
            return before
        similar, merchant = 0, before.transaction.merchant
        if answer.apply_to_similar and merchant:
            event = Feedback(answer.category, at, act, LabelSource.SIMILAR)
            similar = self._events.answer_similar(merchant, event, but=before.id)
        return FeedbackOutcome(
            transaction_id=before.id,
            previous=before.category,
            category=answer.category,
            was_correct=before.prediction.category == answer.category,
            similar_updated=similar,
            act=act,
        )

    def undo(self, act: str, *, at: datetime) -> int:
        """Take every answer of one act back; how many rows changed. Raises NotFound, Unavailable."""
        changed = self._events.take_back(act, at=at)
        if not changed:
            raise NotFound("There is nothing to take back: this answer is unknown or was taken back before.")
        return changed


def _no_category() -> InvalidInput:
    return InvalidInput("There is no category of this name.", field="category")
