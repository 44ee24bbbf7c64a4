"""An answer's way: stored on its transaction, and from then on remembered for its merchant."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.feedback import Feedback, FeedbackOutcome, LabelSource
from src.domain.transactions import StoredTransaction
from src.errors import InvalidInput, LedgerloopError, NotFound, Unavailable
from src.pipeline.feedback.follow_answers import Followed, Following

_UNFINISHED_FOR = timedelta(minutes=1)
_ROUNDS_APART = 20
"""Of `following.AT_ONCE` rows for one act at a time."""


class Events(Protocol):
    def add_many(self, events: Sequence[tuple[str, Feedback]]) -> list[StoredTransaction | NotFound]: ...
    def answer_similar(self, merchant: str, event: Feedback, *, but: str) -> int: ...
    def withdraw(self, act: str, *, at: datetime) -> UndoResult: ...
    def of_act(self, act: str) -> tuple[set[str], datetime | None]: ...
    def count_of_act(self, act: str) -> int: ...


class Acts(Protocol):
    """Where each act is listed."""

    def begin(self, kind: ActKind, what: ActSummary, *, at: datetime, prefix: str) -> str: ...
    def finish(self, act_id: str, *, rows: int) -> None: ...
    def unfinished(self, kind: ActKind, *, before: datetime) -> list[Act]: ...


class Repredictions(Protocol):
    def take_back(self, act: str) -> int: ...
    def count_answered(self, act: str) -> int: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says of one transaction, and of its untouched like where `apply_to_similar`."""

    transaction_id: str
    category: str
    apply_to_similar: bool = False


class FeedbackLoop:
    """There is no second store to keep in step: the memory reads the answers where they stand.

    An answer comes first, then the merchant's other unanswered rows are predicted anew in the same act. Where
    that is interrupted, or there are too many to wait for, the act stays unfinished and `catch_up` goes on.
    """

    def __init__(
        self,
        events: Events,
        slugs: Callable[[], set[str]],
        acts: Acts | None = None,
        following: Following | None = None,
        repredictions: Repredictions | None = None,
    ) -> None:
        """acts: where each act is listed; None lists none.

        following: predicts the merchant's other rows anew, which repredictions takes back; None: neither.
        """
        self._events = events
        self._slugs = slugs
        self._acts = acts
        self._following = following
        self._repredictions = repredictions

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
        followed = self._follow(befores, act, at)
        if followed.complete:
            self._finish(act, outcomes, followed)
        following = iter(_counted(outcomes, befores, followed))
        return [next(following) if answer.category in slugs else _no_category() for answer in answers]

    def _begin(self, answers: Sequence[Answer], at: datetime, *, prefix: str) -> str:
        if self._acts is None:
            return prefix + secrets.token_hex(12)
        return self._acts.begin(ActKind.FEEDBACK, _what(answers), at=at, prefix=prefix)

    def _follow(self, befores: Sequence[StoredTransaction | NotFound], act: str, at: datetime) -> Followed:
        """The answers are kept by now, so without a model the rest is left to `catch_up`."""
        if self._following is None:
            return Followed(complete=True)
        merchants = {row.transaction.merchant for row in befores if isinstance(row, StoredTransaction)}
        try:
            return self._following.follow(merchants, act, at=at)
        except Unavailable:
            return Followed()

    def catch_up(self, *, at: datetime) -> int:
        """Go on with acts that were left unfinished a minute ago or earlier; how many are finished now.

        Raises Unavailable; what is done by then stays done.
        """
        if self._acts is None or self._following is None:
            return 0
        finished = 0
        for act in self._acts.unfinished(ActKind.FEEDBACK, before=at - _UNFINISHED_FOR):
            merchants, _ = self._events.of_act(act.id)
            if any(self._following.follow(merchants, act.id, at=at).complete for _ in range(_ROUNDS_APART)):
                self._acts.finish(act.id, rows=self._events.count_of_act(act.id))
                finished += 1
        return finished

    def _finish(self, act: str, outcomes: Sequence[FeedbackOutcome | NotFound], followed: Followed) -> None:
        if self._acts is None:
            return
        kept = [outcome for outcome in outcomes if isinstance(outcome, FeedbackOutcome)]
        answered = len({outcome.transaction_id for outcome in kept})
        similar = sum(outcome.similar_updated for outcome in kept)
        self._acts.finish(act, rows=answered + similar + followed.rows)

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

    def undo_act(self, act: str, at: datetime) -> UndoResult:
        """Take every answer of one act back, and the predictions that followed it.

        Rows whose newest prediction was made after the act, and so by its answer too, are predicted anew.
        Raises Unavailable; safe to try again.
        """
        merchants, since = self._events.of_act(act)
        withdrawn = self._events.withdraw(act, at=at)
        if self._following is None or self._repredictions is None or since is None:
            return withdrawn
        rows = withdrawn.rows + self._repredictions.take_back(act)
        kept = withdrawn.kept + (self._repredictions.count_answered(act) if rows or withdrawn.kept else 0)
        self._predict_without(merchants, act, since, at)
        return UndoResult(rows, kept)

    def _predict_without(self, merchants: set[str], act: str, since: datetime, at: datetime) -> None:
        if self._following is None:
            return
        mark = f"undo:{act}"
        while not self._following.follow(merchants, mark, at=at, since=since, named=False).complete:
            continue


def _counted(
    outcomes: Sequence[FeedbackOutcome | NotFound],
    befores: Sequence[StoredTransaction | NotFound],
    followed: Followed,
) -> list[FeedbackOutcome | NotFound]:
    """Each outcome with the rows that follow it; of several answers for one merchant, the last one counts."""
    last = {
        row.transaction.merchant: position
        for position, row in enumerate(befores)
        if isinstance(row, StoredTransaction)
    }
    counted: list[FeedbackOutcome | NotFound] = list(outcomes)
    for merchant, position in last.items():
        outcome = counted[position]
        if isinstance(outcome, FeedbackOutcome):
            also_updated = followed.changed[merchant, outcome.category]
            counted[position] = replace(
                outcome, also_updated=also_updated, more_follow=bool(merchant) and not followed.complete
            )
    return counted


def _what(answers: Sequence[Answer]) -> ActSummary:
    if len(answers) > 1:
        return ActSummary("answered-many", {"answers": len(answers)})
    return ActSummary(
        "answered", {"transaction_id": answers[0].transaction_id, "category": answers[0].category}
    )


def _no_category() -> InvalidInput:
    return InvalidInput("There is no category of this name.", field="category")
