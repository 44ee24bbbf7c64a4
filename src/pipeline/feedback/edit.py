"""Edit or delete a transaction: acts that can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from src.domain.acts import ActKind, ActSummary, UndoResult
from src.domain.predictions import Prediction
from src.domain.transactions import Edit, Status, StoredTransaction, Transaction, active_edits
from src.errors import Conflict, LedgerloopError, NotFound
from src.pipeline.prediction.predict import Predictor, prepare

if TYPE_CHECKING:
    from src.services.transactions.acts import ActLog
    from src.services.transactions.deleted import DeletedTransactions
    from src.services.transactions.repository import Transactions

FIELDS = ("date", "amount", "currency", "direction", "description", "subcategory", "mode")
"""The fields that a person may change."""
_TRIES = 5


def changed_fields(before: Transaction, after: Transaction) -> list[str]:
    return [name for name in FIELDS if getattr(before, name) != getattr(after, name)]


@dataclass(frozen=True)
class TransactionEditor:
    transactions: Transactions
    deleted: DeletedTransactions
    predictor: Predictor
    acts: ActLog

    def delete(self, transaction_id: str, *, at: datetime) -> str:
        """Returns the id of the act. Raises NotFound, Conflict, Unavailable."""
        what = ActSummary("deleted", {"transaction_id": transaction_id})
        act = self.acts.begin(ActKind.DELETE, what, at=at)
        try:
            self.deleted.delete(transaction_id, act=act, at=at)
        except NotFound:
            self.acts.finish(act, rows=0)
            raise
        self.acts.finish(act, rows=1)
        return act

    def edit(
        self, transaction_id: str, changes: Mapping[str, Any], *, at: datetime
    ) -> tuple[StoredTransaction, str | None]:
        """Change the transaction, and predict it again unless it is answered.

        An edit that another process makes at the same time keeps its other fields. Returns the transaction
        with the id of the act, None if nothing changes. Raises NotFound, Conflict, Unavailable.
        """
        row = self.transactions.get(transaction_id)
        prepared, prediction = self._predicted(row, replace(row.transaction, **changes), at)
        fields = changed_fields(row.transaction, prepared)
        if not fields:
            return row, None
        what = ActSummary("edited", {"transaction_id": row.id, "fields": ",".join(fields)})
        act = self.acts.begin(ActKind.EDIT, what, at=at)
        try:
            edited = self._amend(row, changes, (prepared, prediction), act, at)
        except LedgerloopError:
            self.acts.finish(act, rows=0)
            raise
        self.acts.finish(act, rows=1)
        return edited, act

    def _amend(
        self,
        row: StoredTransaction,
        changes: Mapping[str, Any],
        predicted: tuple[Transaction, Prediction | None],
        act: str,
        at: datetime,
    ) -> StoredTransaction:
        """Write the edit. If the transaction was edited since it was read, apply the changes to that."""
        for _ in range(_TRIES):
            after, prediction = predicted
            edits = partial(_with_edit, after=after, act=act, at=at)
            try:
                return self.transactions.amend(row.id, after, prediction, before=row.transaction, edits=edits)
            except Conflict:
                row = self.transactions.get(row.id)
                predicted = self._predicted(row, replace(row.transaction, **changes), at)
        raise Conflict("Others are editing this transaction at the same time; try again.")

    def undo_edit(self, act_id: str, at: datetime) -> UndoResult:
        """Restore the fields from before the edit; answers stay.

        Raises NotFound if the transaction is deleted, Conflict if a later edit is not undone, Unavailable;
        safe to retry.
        """
        act = self.acts.find(act_id)
        if act is None:
            raise NotFound("There is no act with this id.")
        row = self.transactions.get(str(act.what.values["transaction_id"]))
        edit = _edit_to_undo(row, act_id)
        if edit is None:
            return UndoResult(rows=0)
        before, prediction = self._predicted(row, edit.before, at)
        self.transactions.amend(
            row.id,
            before,
            prediction,
            before=row.transaction,
            edits=lambda now: _without_edit(now, act_id, at),
        )
        return UndoResult(rows=1)

    def _predicted(
        self, row: StoredTransaction, transaction: Transaction, at: datetime
    ) -> tuple[Transaction, Prediction | None]:
        if row.status is not Status.PREDICTED:
            return prepare(transaction), None
        [predicted] = self.predictor.predict([transaction], at=at, with_shadow=True)
        return predicted


def _with_edit(row: StoredTransaction, after: Transaction, act: str, at: datetime) -> tuple[Edit, ...]:
    """A retry adds nothing twice."""
    if any(edit.act == act for edit in row.edits):
        return row.edits
    return (*row.edits, Edit(act, at, row.transaction, after))


def _without_edit(row: StoredTransaction, act: str, at: datetime) -> tuple[Edit, ...]:
    _edit_to_undo(row, act)
    return tuple(
        replace(edit, undone_at=at) if edit.act == act and edit.undone_at is None else edit
        for edit in row.edits
    )


def _edit_to_undo(row: StoredTransaction, act: str) -> Edit | None:
    """The edit of `act`; None if it is undone. Raises Conflict if a later edit is not undone."""
    standing = active_edits(row.edits)
    if all(edit.act != act for edit in standing):
        return None
    if standing[-1].act != act:
        raise Conflict("This transaction was edited again later. Undo the later edit first.")
    return standing[-1]
