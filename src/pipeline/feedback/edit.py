"""Edit or delete a transaction: acts that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.money import decimal_places
from src.domain.predictions import Prediction
from src.domain.transactions import Edit, Status, StoredTransaction, Transaction, active_edits
from src.errors import Conflict, LedgerloopError, NotFound

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.services.transactions.acts import ActLog
    from src.services.transactions.deleted import DeletedTransactions
    from src.services.transactions.repository import Amendment, Transactions
    from src.services.transfers.links import Links

FIELDS = (
    *("date", "amount", "currency", "direction", "description", "subcategory", "mode"),
    *("account", "counterparty", "notes", "mcc", "tags", "splits"),
)
"""The fields that a person may change."""
UNSEEN_BY_THE_MODEL = ("notes", "tags", "splits")

Changes = Callable[[Transaction], Mapping[str, Any]]
"""The fields to change in a transaction as it is now. May raise, if they do not fit its other fields."""


def changed_fields(before: Transaction, after: Transaction) -> list[str]:
    return [name for name in FIELDS if getattr(before, name) != getattr(after, name)]


def can_change_prediction(before: Transaction, after: Transaction) -> bool:
    return any(name not in UNSEEN_BY_THE_MODEL for name in changed_fields(before, after))


def check_splits(transaction: Transaction) -> None:
    """Raises Conflict if the parts do not add up to the amount, or have more decimals than the currency."""
    if not (parts := [split.amount for split in transaction.splits]):
        return
    total, currency = sum(parts), transaction.currency
    if total != transaction.amount:
        raise Conflict(
            f"The parts of this transaction add up to {total:f}, not to {transaction.amount:f} {currency}. "
            "Change or remove the parts first."
        )
    if any(part != round(part, decimal_places(currency)) for part in parts):
        raise Conflict(f"The parts of this transaction have more decimals than {currency}.")


@dataclass(frozen=True)
class TransactionEditor:
    transactions: Transactions
    deleted: DeletedTransactions
    predictor: Predictor
    acts: ActLog
    links: Links

    def delete(self, transaction_id: str, *, at: datetime) -> str:
        """Returns the id of the act. Raises NotFound, Conflict, Unavailable."""
        what = ActSummary("deleted", {"transaction_id": transaction_id})
        act = self.acts.begin(ActKind.DELETE, what, at=at)
        try:
            self.deleted.delete(transaction_id, act=act, at=at)
        except NotFound:
            self.acts.finish(act, rows=0)
            raise
        self.links.settle([transaction_id])
        self.acts.finish(act, rows=1)
        return act

    def undo_delete(self, act: Act, at: datetime) -> UndoResult:
        """Restore the transactions, and the pairs they were in. Raises Unavailable; safe to retry."""
        restored = self.deleted.restore(act.id, at=at)
        self.links.settle_unsettled()
        return restored

    def edit(
        self, transaction_id: str, changes: Changes, *, at: datetime, revision: int | None = None
    ) -> tuple[StoredTransaction, str | None]:
        """Change the transaction, and predict it again unless it is answered.

        changes: called again if somebody else edits the transaction meanwhile, so that it can check the
        result. revision: the one that the caller saw; another one is a Conflict. Returns the transaction with
        the id of the act, None if nothing changes. Raises NotFound, Conflict, Unavailable, and what `changes`
        raises.
        """
        row = self.transactions.get(transaction_id)
        _check_revision(row, revision)
        fields = changed_fields(row.transaction, self._prepared(self._changed(row.transaction, changes)))
        if not fields:
            return row, None
        what = ActSummary("edited", {"transaction_id": row.id, "fields": ",".join(fields)})
        act = self.acts.begin(ActKind.EDIT, what, at=at)

        def edited(now: StoredTransaction) -> Amendment:
            _check_revision(now, revision)
            after, prediction = self._predicted(now, self._changed(now.transaction, changes), at)
            return after, prediction, (*now.edits, Edit(act, at, now.transaction, after))

        try:
            amended = self._amend(row.id, edited, at)
        except LedgerloopError:
            self.acts.finish(act, rows=0)
            raise
        self.acts.finish(act, rows=1)
        return amended, act

    def undo_edit(self, act: Act, at: datetime) -> UndoResult:
        """Restore the fields from before the edit; answers stay.

        Raises NotFound if the transaction is deleted, Conflict if a later edit is not undone, Unavailable;
        safe to retry.
        """
        row = self.transactions.get(str(act.what.values["transaction_id"]))
        if _edit_to_undo(row, act.id) is None:
            return UndoResult(rows=0)

        def restored(now: StoredTransaction) -> Amendment:
            edit = _edit_to_undo(now, act.id)
            if edit is None:
                raise Conflict("This change is already undone.")
            before, prediction = self._predicted(now, edit.before, at)
            undone = replace(edit, undone_at=at)
            return before, prediction, [undone if other is edit else other for other in now.edits]

        self._amend(row.id, restored, at)
        return UndoResult(rows=1)

    def _changed(self, transaction: Transaction, changes: Changes) -> Transaction:
        [changed] = self.predictor.with_canonical_accounts([replace(transaction, **changes(transaction))])
        return changed

    def _prepared(self, transaction: Transaction) -> Transaction:
        [prepared] = self.predictor.prepare([transaction])
        return prepared

    def _amend(
        self, transaction_id: str, change: Callable[[StoredTransaction], Amendment], at: datetime
    ) -> StoredTransaction:
        """A pair that no longer fits comes apart, and is restored with the earlier fields."""
        self.links.unsettle([transaction_id], at=at)
        self.transactions.amend(transaction_id, change)
        self.links.settle([transaction_id])
        self.predictor.match_saved([self.transactions.get(transaction_id)])
        return self.transactions.get(transaction_id)

    def _predicted(
        self, row: StoredTransaction, transaction: Transaction, at: datetime
    ) -> tuple[Transaction, Prediction | None]:
        check_splits(transaction)
        prepared = self._prepared(transaction)
        if row.status is not Status.PREDICTED or not can_change_prediction(row.transaction, prepared):
            return prepared, None
        [(_, prediction)] = self.predictor.predict([transaction], at=at, with_shadow=True)
        return prepared, prediction  # rules tag new transactions only


def _check_revision(row: StoredTransaction, revision: int | None) -> None:
    if revision is None or row.revision == revision:
        return
    names = ", ".join(_changed_since(row, revision))
    raise Conflict(
        f"This transaction was edited since revision {revision}{f' ({names})' if names else ''}: "
        f"it is now at revision {row.revision}. GET /api/v1/transactions/{row.id} has both values of each "
        f"field under `edits`; to change it anyhow, send revision {row.revision}."
    )


def _changed_since(row: StoredTransaction, revision: int) -> list[str]:
    """The fields that edits and undos changed since then."""
    changes = [(edit.at, edit) for edit in row.edits]
    changes += [(edit.undone_at, edit) for edit in row.edits if edit.undone_at]
    changes.sort(key=lambda change: change[0])
    since = changes[max(revision - 1, 0) :]
    return list(dict.fromkeys(name for _, edit in since for name in changed_fields(edit.before, edit.after)))


def _edit_to_undo(row: StoredTransaction, act: str) -> Edit | None:
    """The edit of `act`; None if it is undone. Raises Conflict if a later edit is not undone."""
    active = active_edits(row.edits)
    if all(edit.act != act for edit in active):
        return None
    if active[-1].act != act:
        raise Conflict("This transaction was edited again later. Undo the later edit first.")
    return active[-1]
