"""Record an answer: store it with its transaction, and predict the merchant's other unanswered ones again.

The merchant memory reads the answers where they are stored: there is no second store to synchronize. No list
of remaining work is stored either: it is every unanswered transaction that the act has not looked at yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

from src.domain.acts import ActKind, ActSummary, UndoResult
from src.domain.bulk import AT_ONCE, MOST_ROWS, BulkChange
from src.domain.feedback import Feedback, FeedbackOutcome, LabelSource
from src.domain.predictions import Prediction
from src.domain.transactions import StoredTransaction
from src.errors import InvalidInput, LedgerloopError, NotFound, Unavailable

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.services.bulk.work import BulkQueue
    from src.services.transactions.acts import ActLog
    from src.services.transactions.feedback import FeedbackEvents
    from src.services.transactions.unanswered import Unanswered

LIMIT = 1000
"""Transactions that are predicted again while a person waits; it takes about a second."""
_TRIES = 5
_UNFINISHED_AFTER = timedelta(minutes=1)
_ROUNDS_PER_ACT = 20
"""Of `LIMIT` transactions each, so that one act does not hold up the others."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A category for one transaction, and for the merchant's unanswered ones if `apply_to_similar`."""

    transaction_id: str
    category: str
    apply_to_similar: bool = False


@dataclass(frozen=True)
class FeedbackLoop:
    """An answer is stored first, then the merchant's other unanswered transactions are predicted again.

    They stay unanswered. Each new prediction names the act of the answer, so undoing the act removes it. If
    that is interrupted, or there are many, the act stays unfinished and `resume_unfinished` continues.
    """

    events: FeedbackEvents
    unanswered: Unanswered
    acts: ActLog
    predictor: Predictor
    slugs: Callable[[], set[str]]
    """Returns the categories."""
    queue: BulkQueue
    """Of answers that are given apart from the request, because they are many."""

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
        slugs = self.slugs()
        valid = [answer for answer in answers if answer.category in slugs]
        unknown = InvalidInput("There is no category with this name.", field="category")
        if not valid:
            return [unknown for _ in answers]
        what = ActSummary("answered-many", {"answers": len(valid)})
        if len(valid) == 1:
            [one] = valid
            what = ActSummary("answered", {"transaction_id": one.transaction_id, "category": one.category})
        act = self.acts.begin(ActKind.FEEDBACK, what, at=at, prefix=f"{program}:" if program else "")
        outcomes = iter(self._store(valid, act, at))
        return [next(outcomes) if answer.category in slugs else unknown for answer in answers]

    def _store(self, answers: Sequence[Answer], act: str, at: datetime) -> list[FeedbackOutcome | NotFound]:
        queued = self._queue_similar(answers, act, at)
        rows = self.events.add(
            [(answer.transaction_id, Feedback(answer.category, at, act)) for answer in answers]
        )
        answered = [
            (answer, row)
            for answer, row in zip(answers, rows, strict=True)
            if isinstance(row, StoredTransaction)
        ]
        similar = [
            (queued.get(answer) or self._answer_similar(answer, row, act, at))
            if answer.apply_to_similar and row.transaction.merchant
            else 0
            for answer, row in answered
        ]
        last_answers = {row.transaction.merchant: number for number, (_, row) in enumerate(answered)}
        rows_answered = len({row.id for _, row in answered}) + sum(similar)
        changed, complete = self.predict_others(last_answers, act, rows_answered, at=at)
        outcomes = []
        for number, (answer, row) in enumerate(answered):
            merchant = row.transaction.merchant
            is_last = last_answers[merchant] == number  # the others are counted once
            outcome = FeedbackOutcome(
                transaction_id=row.id,
                previous=row.category,
                category=answer.category,
                was_correct=row.prediction.category == answer.category,
                similar_updated=similar[number],
                act=act,
                also_updated=changed[merchant, answer.category] if is_last else 0,
                more_follow=is_last and bool(merchant) and not complete,
            )
            outcomes.append(outcome)
        remaining = iter(outcomes)
        return [row if isinstance(row, NotFound) else next(remaining) for row in rows]

    def _queue_similar(self, answers: Sequence[Answer], act: str, at: datetime) -> dict[Answer, int]:
        """The first answer that is for many others, and for how many."""
        for answer in answers:
            if answer.apply_to_similar and (merchant := self.events.merchant_of(answer.transaction_id)):
                ids = [answer.transaction_id, *self.events.similar(merchant, but=answer.transaction_id)]
                if self.queues(ids, Feedback(answer.category, at, act, LabelSource.SIMILAR)):
                    return {answer: len(ids) - 1}
        return {}

    def _answer_similar(self, answer: Answer, row: StoredTransaction, act: str, at: datetime) -> int:
        ids = self.events.similar(row.transaction.merchant, but=row.id)
        event = Feedback(answer.category, at, act, LabelSource.SIMILAR)
        return self.events.answer_unanswered(ids, event)

    def queues(self, ids: Sequence[str], answer: Feedback) -> bool:
        """If these are many, let the scheduler answer those that are unanswered; else returns False.

        To be called before the act's first answer, for all of its transactions: so one that is interrupted is
        finished.
        """
        if len(ids) <= AT_ONCE:
            return False
        change = BulkChange(category=answer.category, source=answer.source)
        self.queue.add(answer.act, ids[:MOST_ROWS], change, at=answer.at)
        return True

    def predict_others(
        self, merchants: Collection[str], act: str, answered: int, *, at: datetime
    ) -> tuple[Counter[tuple[str, str | None]], bool]:
        """Predict other transactions of `merchants` again, and finish the act if none are left. While the
        scheduler answers some of them, it does that too, at the end.

        answered: how many transactions the act answered. Returns what `predict_again` does; if the database
        or the model is away, `resume_unfinished` does it later, because the answers are stored by now.
        """
        try:
            if self.queue.progress(act):
                return Counter(), False
            changed, complete = self.predict_again(merchants, act, at=at)
        except Unavailable:
            return Counter(), False
        if complete:
            self.acts.finish(act, rows=answered + changed.total())
        return changed, complete

    def predict_again(
        self, merchants: Collection[str], act: str, *, at: datetime, undone_since: datetime | None = None
    ) -> tuple[Counter[tuple[str, str | None]], bool]:
        """Predict up to `LIMIT` unanswered transactions of `merchants` again.

        A transaction is written only if nobody wrote it since it was read, and it is read before the answers
        are. So of two simultaneous answers, the one written last was predicted from both.

        undone_since: after an undo, only those whose newest prediction is not older; the new predictions name
        no act. Returns (merchant, predicted category) -> changed transactions, and whether none are left for
        a later call. Raises Unavailable; safe to retry.
        """
        changed: Counter[tuple[str, str | None]] = Counter()
        names, left = {merchant for merchant in merchants if merchant}, LIMIT
        if not names:
            return changed, True
        for _ in range(_TRIES):
            rows = self.unanswered.not_repredicted_for(names, act, limit=left, since=undone_since)
            if not rows:
                return changed, True
            predicted = self.predictor.predict([row.transaction for row in rows], at=at)
            new = [
                (row, _visible_change(row.prediction, prediction, None if undone_since else act))
                for row, (_, prediction) in zip(rows, predicted, strict=True)
            ]
            stored = self.unanswered.store_repredictions(new, act, at=at)
            changed.update(
                (row.transaction.merchant, prediction.category)
                for row, prediction in new
                if prediction and row.id in stored
            )
            left -= len(stored)
            if left <= 0:
                break
        return changed, False

    def resume_unfinished(self, *, at: datetime) -> int:
        """Continue acts that have been unfinished for a minute; returns how many are finished now.

        Raises Unavailable; what is done by then stays done.
        """
        finished = 0
        for act in self.acts.unfinished(ActKind.FEEDBACK, before=at - _UNFINISHED_AFTER):
            if not self.queue.progress(act.id) and self.follow(act.id, at=at):
                self.acts.finish(act.id, rows=self.events.count_changed_by(act.id))
                finished += 1
        return finished

    def follow(self, act: str, *, at: datetime, rounds: int = _ROUNDS_PER_ACT) -> bool:
        """Predict the unanswered transactions of the merchants that `act` answered, `LIMIT` in each round.

        Returns whether none are left. Raises Unavailable; safe to retry.
        """
        merchants, _ = self.events.answered_by(act)
        return any(self.predict_again(merchants, act, at=at)[1] for _ in range(rounds))

    def undo(self, act: str, at: datetime) -> UndoResult:
        """Undo one act: its answers and the predictions that followed. Raises Unavailable; safe to retry.

        The merchants' unanswered transactions that were predicted since then are predicted without them.
        """
        merchants, since = self.events.answered_by(act)
        answers = self.events.undo(act, at=at)
        if since is None:
            return answers
        rows = answers.rows + self.unanswered.undo(act)
        kept = answers.kept + (self.unanswered.count_answered(act) if rows or answers.kept else 0)
        self.predict_without(merchants, f"undo:{act}", since, at)
        return UndoResult(rows, kept)

    def undo_one(self, act: str, transaction_id: str, at: datetime) -> UndoResult:
        """Undo the answer that `act` gave to one transaction. Raises Unavailable; safe to retry."""
        merchants, since = self.events.answered_by(act, only=transaction_id)
        undone = self.events.undo(act, at=at, only=transaction_id)
        if since is not None:
            self.predict_without(merchants, f"undo:{act}:{transaction_id}", since, at)
        return undone

    def predict_without(self, merchants: Collection[str], undo: str, since: datetime, at: datetime) -> None:
        while not self.predict_again(merchants, undo, at=at, undone_since=since)[1]:
            continue


def _visible_change(old: Prediction, new: Prediction, act: str | None) -> Prediction | None:
    """The new prediction, of `act`; None if a person would see no difference."""
    shown = attrgetter("category", "band", "decided_by", "model_version")
    if shown(new) == shown(old) and round(new.confidence, 2) == round(old.confidence, 2):
        return None
    return replace(new, act=act, shadow=old.shadow if new.model_version == old.model_version else None)
