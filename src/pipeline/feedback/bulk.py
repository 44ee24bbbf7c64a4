"""Change or delete many transactions as one act, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.bulk import AT_ONCE, MOST_ROWS, BulkChange, BulkSummary, BulkWork, Selection
from src.domain.feedback import Feedback, LabelSource, active_answers, is_answered_since
from src.domain.transactions import Edit, Status, StoredTransaction, Transaction, active_edits
from src.errors import InvalidInput
from src.pipeline.accounts.names import canonical_name, known_account
from src.pipeline.feedback.edit import UNSEEN_BY_THE_MODEL, can_change_prediction, changed_fields
from src.pipeline.prediction.predict import Predictor, prepare

if TYPE_CHECKING:
    from src.pipeline.feedback.feedback import FeedbackLoop
    from src.pipeline.rules.apply import RuleApplication
    from src.services.accounts.repository import Accounts
    from src.services.bulk.alike import AlikeChanges
    from src.services.bulk.work import BulkQueue
    from src.services.transactions.acts import ActLog
    from src.services.transactions.bulk import BulkRows
    from src.services.transactions.deleted import DeletedTransactions
    from src.services.transfers.links import Links

WithCanonicalAccounts = Callable[[Sequence[Transaction]], list[Transaction]]
"""`Predictor.with_canonical_accounts`."""

_BATCH = 1000
_ROUNDS = 20
_ABANDONED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class BulkChanges:
    """The transactions are chosen once, at the start. Those that somebody else changes meanwhile are changed
    as they are by then, except in what was changed; new ones that match the filter too are not.

    If it is interrupted, another process finishes it.
    """

    rows: BulkRows
    alike: AlikeChanges
    queue: BulkQueue
    holder: str
    """Names this process."""
    deleted: DeletedTransactions
    predictor: Predictor
    acts: ActLog
    feedback: FeedbackLoop
    links: Links
    accounts: Accounts
    rules: RuleApplication
    slugs: Callable[[], set[str]]
    """Returns the categories."""

    def preview(self, selection: Selection, change: BulkChange) -> BulkSummary:
        """What `apply` would do. Raises InvalidInput, Unavailable."""
        return self.rows.summary(selection, self._checked(change))

    def apply(
        self, selection: Selection, change: BulkChange, *, at: datetime
    ) -> tuple[BulkSummary, str | None]:
        """Returns what was done, with the id of the act; None if nothing changed.

        More than `AT_ONCE` are only counted: the scheduler changes them.
        Raises InvalidInput for an unknown category or too many transactions, Unavailable.
        """
        summary, act = self.begin(selection, change, at=at)
        if act is None or summary.changed > AT_ONCE:
            return summary, act
        work = self.queue.claim(holder=self.holder, act=act)
        if work is None:  # the scheduler was quicker and does it
            return summary, act
        changed = self._run(work)
        return replace(summary, changed=changed), act if changed else None

    def begin(
        self, selection: Selection, change: BulkChange, *, at: datetime
    ) -> tuple[BulkSummary, str | None]:
        """Queue the change; the scheduler does it. Returns and raises the same as `apply`."""
        account, change = change.fields.get("account"), self._checked(change)
        summary = self.rows.summary(selection, change)
        if summary.changed > MOST_ROWS:
            raise InvalidInput(
                f"This would change {summary.changed} transactions, and {MOST_ROWS} can be changed at once. "
                "Choose fewer, for example with a period."
            )
        ids = self.rows.ids(selection, change, limit=MOST_ROWS)
        if not ids:
            return replace(summary, changed=0), None
        if account:  # an unknown name makes an account, in the most frequent currency
            name = canonical_name(account, self.accounts, currency=summary.amounts[0][0])
            change = replace(change, fields={**change.fields, "account": name})
        act = self.acts.begin(ActKind.BULK, _what(change), at=at)
        self.queue.add(act, ids, change, at=at)
        return replace(summary, changed=len(ids)), act

    def run_next(self) -> bool:
        """Do or continue the oldest change that nobody works on; False if there is none.

        Raises LeaseLost, Unavailable.
        """
        work = self.queue.claim(holder=self.holder)
        if work is None:
            return False
        self._run(work, rounds=_ROUNDS)
        return True

    def finish_abandoned(self, *, at: datetime) -> None:
        """Count the transactions of acts that nobody continues, because they were never queued."""
        for act in self.acts.unfinished(ActKind.BULK, before=at - _ABANDONED_AFTER):
            if self.queue.progress(act.id) is None:
                self.acts.finish(act.id, rows=self.rows.count_changed_by(act.id))

    def _run(self, work: BulkWork, *, rounds: int = 1) -> int:
        """Returns how many transactions the act has changed.

        rounds: how often a thousand other transactions of the merchants are predicted again. If some are left
        then, the scheduler continues.
        """
        done, act = work.done, work.act
        with self.queue.keep_lease(work):
            for batch in _batches(work.ids[done:]):
                self._change(batch, work.change, act, work.at)
                done += len(batch)
                self.queue.record(work, done=done)
            if work.change.rule:
                changed = self.rules.finish(act)
                self.queue.remove(act)
                return changed
            changed = self.rows.count_changed_by(act)
            if not work.change.answers_others:
                self.acts.finish(act, rows=changed)
            follows = work.change.category and work.change.source is not LabelSource.ONCE
            is_complete = not follows or self.feedback.follow(act, at=work.at, rounds=rounds)
        if is_complete:
            if work.change.answers_others:
                self.acts.finish(act, rows=self.feedback.events.count_changed_by(act))
            self.queue.remove(act)
        else:
            self.queue.release(work)
        return changed

    def _change(self, ids: Sequence[str], change: BulkChange, act: str, at: datetime) -> None:
        """Safe to repeat. Pairs that no longer fit come apart."""
        if change.rule:
            self.rules.change(change.rule, ids, act, at)
            return
        if change.delete:
            self.deleted.delete_many(ids, act=act, at=at)
            self.links.settle(ids)
            return
        self.links.unsettle(ids, at=at)
        predicts = not change.category and not change.fields.keys() <= set(UNSEEN_BY_THE_MODEL)
        left = self.alike.change(ids, change, act, at=at, only_answered=predicts)
        self.rows.change(left, partial(self._changed, change, act, at))
        self.links.settle(ids, but=set(ids).difference(left))

    def _checked(self, change: BulkChange) -> BulkChange:
        """With masked texts, and the account's name of today."""
        if change.category and change.category not in self.slugs():
            raise InvalidInput("There is no category with this name.", field="category")
        example = Transaction("", Decimal(1), "", date.min)
        masked = prepare(replace(example, **change.fields))
        fields = {name: getattr(masked, name) for name in change.fields}
        if masked.account:
            known = known_account(change.fields["account"], self.accounts)
            fields["account"] = known.name if known else " ".join(masked.account.split())
        return replace(change, fields=fields)

    def _changed(
        self, change: BulkChange, act: str, at: datetime, rows: Sequence[StoredTransaction]
    ) -> list[StoredTransaction | None]:
        edited = self._edited(change, act, at, rows)
        if change.category:
            answer = Feedback(change.category, at, act, change.source)
            edited = [
                row if change.answers_others and active_answers(row.feedback) else _answered(row, answer)
                for row in edited
            ]
        return [after if after != before else None for before, after in zip(rows, edited, strict=True)]

    def _edited(
        self, change: BulkChange, act: str, at: datetime, rows: Sequence[StoredTransaction]
    ) -> list[StoredTransaction]:
        """Unanswered ones are predicted again, unless the category is set too."""
        edited = [_with_edit(row, change, act, at) for row in rows]
        repredicted = [
            position
            for position, (before, after) in enumerate(zip(rows, edited, strict=True))
            if not change.category
            and after.status is Status.PREDICTED
            and can_change_prediction(before.transaction, after.transaction)
        ]
        if repredicted:
            inputs = [edited[position].transaction for position in repredicted]
            predicted = self.predictor.predict(inputs, at=at, with_shadow=True)
            for position, (_, prediction) in zip(repredicted, predicted, strict=True):
                row = edited[position]
                predictions = (*row.predictions, replace(prediction, act=act))
                edited[position] = replace(row, predictions=predictions)
        return edited

    def undo_answers(self, act: Act, at: datetime) -> UndoResult:
        """Undo an act of answers: those that nobody has changed since by the database itself.

        Raises Conflict while it is still running, Unavailable; safe to repeat.
        """
        self.queue.cancel(act.id, holder=self.holder)
        ids = self.rows.changed_by(act.id)
        alike = self.alike.undo(ids, act.id, at=at) if len(ids) > AT_ONCE else 0
        others = self.feedback.undo(act.id, at)
        return UndoResult(alike + others.rows, others.kept)

    def undo(self, act: Act, at: datetime) -> UndoResult:
        """Restore the transactions. Those answered or edited later keep that.

        Raises Conflict while it is still running, Unavailable.
        """
        self.queue.cancel(act.id, holder=self.holder)
        deleted = self.deleted.restore(act.id, at=at)
        ids = self.rows.changed_by(act.id)
        self.links.unsettle(ids, at=at)
        alike = self.alike.undo(ids, act.id, at=at)
        others = undo_changes(self.rows, act.id, at, self.predictor.with_canonical_accounts)
        self.links.settle_unsettled()
        self.feedback.undo(act.id, at)  # what followed from the answers
        return UndoResult(deleted.rows + alike + others.rows, deleted.kept + others.kept)


def undo_changes(
    rows: BulkRows, act: str, at: datetime, with_canonical_accounts: WithCanonicalAccounts
) -> UndoResult:
    """Undo the answers and edits of `act`, except where a later one counts. Raises Unavailable."""
    restored, is_kept = 0, dict[str, bool]()

    def undone(befores: Sequence[StoredTransaction]) -> list[StoredTransaction | None]:
        is_kept.update({row.id: _is_changed_since(row, act) for row in befores})
        return _undone(act, at, with_canonical_accounts, befores)

    for batch in _batches(rows.changed_by(act)):
        restored += sum(not is_kept[row.id] for row in rows.change(batch, undone))
    return UndoResult(restored, sum(is_kept.values()))


def _what(change: BulkChange) -> ActSummary:
    if change.delete:
        return ActSummary("bulk-deleted")
    return ActSummary("bulk-changed", {"fields": ",".join(change.fields), "category": change.category})


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))


def _with_edit(row: StoredTransaction, change: BulkChange, act: str, at: datetime) -> StoredTransaction:
    """Without the fields that were edited later: the change may have been interrupted since."""
    later = [edit for edit in active_edits(row.edits) if edit.at > at]
    changed_later = {name for edit in later for name in changed_fields(edit.before, edit.after)}
    fields = {name: value for name, value in change.fields.items() if name not in changed_later}
    after = prepare(replace(row.transaction, **fields))
    after = replace(after, merchant=row.transaction.merchant)  # no text that names it changes
    if not changed_fields(row.transaction, after) or any(edit.act == act for edit in row.edits):
        return row
    edit = Edit(act, at, row.transaction, after)
    return replace(row, transaction=after, edits=(*row.edits, edit))


def _answered(row: StoredTransaction, answer: Feedback) -> StoredTransaction:
    """Unless this category is already its answer, or a later answer is."""
    answers = active_answers(row.feedback)
    if answers and (answers[-1].category == answer.category or answers[-1].at > answer.at):
        return row
    if any(event.act == answer.act for event in row.feedback):
        return row
    return replace(row, feedback=(*row.feedback, answer))


def _undone(
    act: str, at: datetime, with_canonical_accounts: WithCanonicalAccounts, rows: Sequence[StoredTransaction]
) -> list[StoredTransaction | None]:
    undone = [_without(row, act, at) or row for row in rows]
    # The earlier account may have another name by now.
    transactions = with_canonical_accounts([row.transaction for row in undone])
    return [
        replace(after, transaction=transaction) if after is not before else None
        for before, after, transaction in zip(rows, undone, transactions, strict=True)
    ]


def _without(row: StoredTransaction, act: str, at: datetime) -> StoredTransaction | None:
    """Without the answer and the newest edit, if they are of `act`; None if there is nothing to undo."""
    answers, edits = active_answers(row.feedback), active_edits(row.edits)
    after = row
    if any(answer.act == act for answer in answers):
        after = replace(after, feedback=(*row.feedback, Feedback(None, at, act)))
    if edits and edits[-1].act == act:
        undone = replace(edits[-1], undone_at=at)
        others = tuple(undone if other is edits[-1] else other for other in row.edits)
        after = replace(after, transaction=edits[-1].before, edits=others)
        if row.predictions[-1].act == act and not active_answers(after.feedback):
            after = replace(after, predictions=row.predictions[:-1])
    return after if after is not row else None


def _is_changed_since(row: StoredTransaction, act: str) -> bool:
    """Whether a later answer or edit hides that of `act`."""
    edits = [edit.act for edit in active_edits(row.edits)]
    return is_answered_since(row.feedback, act) or (act in edits and edits[-1] != act)
