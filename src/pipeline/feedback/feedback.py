"""Record an answer: it is stored with its transaction, and counts for the merchant's next prediction."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from src.domain.acts import ActKind, ActSummary, UndoResult
from src.domain.feedback import Feedback, FeedbackOutcome, LabelSource
from src.domain.transactions import StoredTransaction
from src.errors import InvalidInput, LedgerloopError, NotFound, Unavailable
from src.pipeline.feedback.follow_answers import AnswerFollowUp, FollowUpResult

if TYPE_CHECKING:
    from src.services.transactions.acts import ActLog
    from src.services.transactions.feedback import FeedbackEvents

_UNFINISHED_AFTER = timedelta(minutes=1)
_ROUNDS_PER_ACT = 20
"""Of `follow_answers.LIMIT` transactions each, so that one act does not hold up the others."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A category for one transaction, and for the merchant's unanswered ones if `apply_to_similar`."""

    transaction_id: str
    category: str
    apply_to_similar: bool = False


class FeedbackLoop:
    """The merchant memory reads the answers where they are stored: there is no second store to synchronize.

    An answer is stored first, then the merchant's other unanswered transactions are predicted again in the
    same act. If that is interrupted, or there are many, the act stays unfinished and `catch_up` continues.
    """

    def __init__(
        self,
        events: FeedbackEvents,
        slugs: Callable[[], set[str]],
        acts: ActLog | None = None,
        follow_up: AnswerFollowUp | None = None,
    ) -> None:
        """slugs: the categories. acts: lists each act. follow_up: predicts the merchant's others again."""
        self._events = events
        self._slugs = slugs
        self._acts = acts
        self._follow_up = follow_up

    def record(
        self, transaction_id: str, category: str, *, apply_to_similar: bool = False, at: datetime
    ) -> FeedbackOutcome:
        """Store one answer. Raises InvalidInput for an unknown category, NotFound, Unavailable."""
        [outcome] = self.record_many([Answer(transaction_id, category, apply_to_similar)], at=at)
        if isinstance(outcome, LedgerloopError):
            raise outcome
        return outcome

    def record_many(
        self, answers: Sequence[Answer], *, at: datetime, program: str = ""
    ) -> list[FeedbackOutcome | InvalidInput | NotFound]:
        """Store many answers as one act; returns an outcome or an error for each, in order.

        program: where they were given, if elsewhere; the act's id begins with it.
        Raises Unavailable; safe to retry with the same answers.
        """
        slugs = self._slugs()
        valid = [answer for answer in answers if answer.category in slugs]
        unknown = InvalidInput("There is no category with this name.", field="category")
        if not valid:
            return [unknown for _ in answers]
        act = self._begin(valid, at, prefix=f"{program}:" if program else "")
        events = [(answer.transaction_id, Feedback(answer.category, at, act)) for answer in valid]
        befores = self._events.add(events)
        outcomes = [
            self._outcome(answer, before, act, at) for answer, before in zip(valid, befores, strict=True)
        ]
        result = self._predict_others(befores, act, at)
        if result.complete and self._acts:
            self._acts.finish(act, rows=_changed_rows(outcomes) + result.rows)
        counted = iter(_with_follow_up(outcomes, befores, result))
        return [next(counted) if answer.category in slugs else unknown for answer in answers]

    def _begin(self, answers: Sequence[Answer], at: datetime, *, prefix: str) -> str:
        if self._acts is None:
            return prefix + secrets.token_hex(12)
        if len(answers) > 1:
            what = ActSummary("answered-many", {"answers": len(answers)})
        else:
            [answer] = answers
            what = ActSummary(
                "answered", {"transaction_id": answer.transaction_id, "category": answer.category}
            )
        return self._acts.begin(ActKind.FEEDBACK, what, at=at, prefix=prefix)

    def _predict_others(
        self, befores: Sequence[StoredTransaction | NotFound], act: str, at: datetime
    ) -> FollowUpResult:
        """The answers are stored by now, so without a model the rest is left to `catch_up`."""
        if self._follow_up is None:
            return FollowUpResult(complete=True)
        merchants = {row.transaction.merchant for row in befores if isinstance(row, StoredTransaction)}
        try:
            return self._follow_up.follow(merchants, act, at=at)
        except Unavailable:
            return FollowUpResult()

    def catch_up(self, *, at: datetime) -> int:
        """Continue acts that have been unfinished for a minute; returns how many are finished now.

        Raises Unavailable; what is done by then stays done.
        """
        if self._acts is None or self._follow_up is None:
            return 0
        finished = 0
        for act in self._acts.unfinished(ActKind.FEEDBACK, before=at - _UNFINISHED_AFTER):
            merchants, _ = self._events.answered_by(act.id)
            if any(self._follow_up.follow(merchants, act.id, at=at).complete for _ in range(_ROUNDS_PER_ACT)):
                self._acts.finish(act.id, rows=self._events.count_changed_by(act.id))
                finished += 1
        return finished

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

    def undo(self, act: str, at: datetime) -> UndoResult:
        """Undo one act: its answers and the predictions that followed. Raises Unavailable; safe to retry."""
        merchants, since = self._events.answered_by(act)
        undone = self._events.undo(act, at=at)
        if self._follow_up is None or since is None:
            return undone
        return self._follow_up.undo(act, undone, merchants, since=since, at=at)


def _changed_rows(outcomes: Sequence[FeedbackOutcome | NotFound]) -> int:
    recorded = [outcome for outcome in outcomes if isinstance(outcome, FeedbackOutcome)]
    answered = {outcome.transaction_id for outcome in recorded}
    return len(answered) + sum(outcome.similar_updated for outcome in recorded)


def _with_follow_up(
    outcomes: Sequence[FeedbackOutcome | NotFound],
    befores: Sequence[StoredTransaction | NotFound],
    result: FollowUpResult,
) -> list[FeedbackOutcome | NotFound]:
    """The outcomes with the transactions that followed: counted once, at a merchant's last answer."""
    last = {
        row.transaction.merchant: position
        for position, row in enumerate(befores)
        if isinstance(row, StoredTransaction)
    }
    counted = list(outcomes)
    for merchant, position in last.items():
        outcome = counted[position]
        if isinstance(outcome, FeedbackOutcome):
            counted[position] = replace(
                outcome,
                also_updated=result.changed[merchant, outcome.category],
                more_follow=bool(merchant) and not result.complete,
            )
    return counted
