"""An answer's way: stored on its transaction, and from then on remembered for its merchant."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from src.domain.acts import ActKind, Undone, What
from src.domain.feedback import Feedback, FeedbackOutcome, LabelSource
from src.domain.transactions import StoredTransaction
from src.errors import InvalidInput, LedgerloopError, NotFound


class Events(Protocol):
    def add_many(self, events: Sequence[tuple[str, Feedback]]) -> list[StoredTransaction | NotFound]: ...
    def answer_similar(self, merchant: str, event: Feedback, *, but: str) -> int: ...
    def withdraw(self, act: str, *, at: datetime) -> Undone: ...


class Acts(Protocol):
    """Where each act is listed."""

    def begin(self, kind: ActKind, what: What, *, at: datetime, prefix: str) -> str: ...
    def finish(self, act_id: str, *, rows: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of one transaction, and of its untouched like where `apply_to_similar`."""

    transaction_id: str
    category: str
    apply_to_similar: bool = False


class FeedbackLoop:
    """There is no second store to keep in step: the memory reads the answers where they stand."""

    def __init__(self, events: Events, slugs: Callable[[], set[str]], acts: Acts | None = None) -> None:
        """acts: where each act is listed; None lists none."""
        self._events = events
        self._slugs = slugs
        self._acts = acts

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
        slugs = self._slugs()
        known = [answer for answer in answers if answer.category in slugs]
        if not known:
            return [_no_category() for _ in answers]
        act = self._begin(known, at, prefix=f"{program}:" if program else "")
        events = [(answer.transaction_id, Feedback(answer.category, at, act)) for answer in known]
        befores = self._events.add_many(events)
        outcomes = [
            self._outcome(answer, before, act, at) for answer, before in zip(known, befores, strict=True)
        ]
        self._finish(act, outcomes)
        following = iter(outcomes)
        return [next(following) if answer.category in slugs else _no_category() for answer in answers]

    def _begin(self, answers: Sequence[Answer], at: datetime, *, prefix: str) -> str:
        if self._acts is None:
            return prefix + secrets.token_hex(12)
        return self._acts.begin(ActKind.FEEDBACK, _what(answers), at=at, prefix=prefix)

    def _finish(self, act: str, outcomes: Sequence[FeedbackOutcome | NotFound]) -> None:
        if self._acts is None:
            return
        kept = [outcome for outcome in outcomes if isinstance(outcome, FeedbackOutcome)]
        answered = len({outcome.transaction_id for outcome in kept})
        self._acts.finish(act, rows=answered + sum(outcome.similar_updated for outcome in kept))

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
        undone = self.undo_act(act, at)
        if not undone.rows and not undone.kept:
            raise NotFound("There is nothing to take back: this answer is unknown or was taken back before.")
        return undone.rows

    def undo_act(self, act: str, at: datetime) -> Undone:
        """Take every answer of one act back. Raises Unavailable; safe to try again."""
        return self._events.withdraw(act, at=at)


def _what(answers: Sequence[Answer]) -> What:
    if len(answers) > 1:
        return What("answered-many", {"answers": len(answers)})
    return What("answered", {"transaction_id": answers[0].transaction_id, "category": answers[0].category})


def _no_category() -> InvalidInput:
    return InvalidInput("There is no category of this name.", field="category")
