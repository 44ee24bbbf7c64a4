"""Many transactions at once: what a change would do, the change, and its undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.bulk import BulkChange, BulkSummary, Selection
from src.domain.money import decimal_places
from src.domain.transactions import HistoryFilter, StoredTransaction
from src.services.mongo.client import Database, Document, guarded, midnight
from src.services.transactions.documents import (
    current_fields,
    edit_document,
    feedback_document,
    prediction_document,
    replaced_fields,
    stored_of,
)
from src.services.transactions.optimistic_update import object_ids, update_batch
from src.services.transactions.query import plan_of, query_of

Change = Callable[[Sequence[StoredTransaction]], Sequence[StoredTransaction | None]]
"""Each transaction as it shall be, None if it shall stay as it is. Called again for those that somebody else
has changed meanwhile."""


class BulkRows:
    """In the `transactions` collection. Of a selection, only the ids are read at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def summary(self, selection: Selection, change: BulkChange) -> BulkSummary:
        """Raises Unavailable."""
        groups = self._database.transactions.aggregate(
            [
                {"$match": _query(selection)},
                {
                    "$group": {
                        "_id": "$currency",
                        "rows": {"$sum": 1},
                        "amount": {"$sum": "$amount"},
                        "same": {"$sum": {"$cond": [is_so(change), 1, 0]}},
                    }
                },
                {"$sort": {"rows": -1, "_id": 1}},
            ],
            **(plan_of(selection) if isinstance(selection, HistoryFilter) else {}),
        )
        sums = list(groups)
        matched = sum(group["rows"] for group in sums)
        return BulkSummary(
            matched=matched,
            changed=matched - sum(group["same"] for group in sums),
            amounts=tuple(
                (group["_id"], Decimal(group["amount"]).scaleb(-decimal_places(group["_id"])))
                for group in sums
            ),
        )

    @guarded
    def ids(self, selection: Selection, change: BulkChange, *, limit: int) -> list[str]:
        """Of the transactions that the change changes, at most `limit`. Raises Unavailable."""
        query = {"$and": [_query(selection), {"$expr": {"$not": [is_so(change)]}}]}
        return self._ids(query, limit)

    @guarded
    def changed_by(self, act: str) -> list[str]:
        """The ids of the transactions that `act` answered or edited, if not undone. Raises Unavailable."""
        return self._ids(changed_by(act))

    @guarded
    def count_changed_by(self, act: str) -> int:
        """Transactions that `act` answered, edited or deleted. Raises Unavailable."""
        deleted = {"owner": LOCAL_OWNER, "acts": {"$eq": act}}
        return int(
            self._database.transactions.count_documents(changed_by(act))
            + self._database.deleted_transactions.count_documents(deleted)
        )

    def _ids(self, query: Document, limit: int = 0) -> list[str]:
        documents = self._database.transactions.find(query, {"_id": 1}).limit(limit)
        return [str(document["_id"]) for document in documents]

    @guarded
    def examples(self, selection: Selection, limit: int) -> list[StoredTransaction]:
        """The newest of the selection. Raises Unavailable."""
        newest = self._database.transactions.find(_query(selection)).sort([("date", -1), ("_id", -1)])
        return [stored_of(document) for document in newest.limit(limit)]

    @guarded
    def change(self, ids: Sequence[str], change: Change) -> list[StoredTransaction]:
        """Change up to a batch of transactions; returns the changed ones as they were.

        Raises Unavailable, and Conflict if others keep changing one of them; safe to repeat.
        """

        def derive(befores: Sequence[StoredTransaction]) -> list[Document | None]:
            pairs = zip(befores, change(befores), strict=True)
            return [_changed_fields(before, after) if after else None for before, after in pairs]

        return update_batch(self._database.transactions, object_ids(ids), derive)


def changed_by(act: str) -> Document:
    """The query for the transactions that `act` answered or edited, and where that is not undone."""
    undone = {"$elemMatch": {"act": {"$eq": act}, "category": None}}
    answered = {"feedback.act": {"$eq": act}, "feedback": {"$not": undone}}
    # `edits.act` alone makes MongoDB use its index, which contains only edited transactions.
    edited = {"edits.act": {"$eq": act}, "edits": {"$elemMatch": {"act": {"$eq": act}, "undone_at": None}}}
    return {"owner": LOCAL_OWNER, "$or": [answered, edited]}


def _query(selection: Selection) -> Document:
    if isinstance(selection, HistoryFilter):
        return query_of(selection)
    return {"owner": LOCAL_OWNER, "_id": {"$in": object_ids(selection)}}


def is_so(change: BulkChange) -> Any:
    """Whether a transaction is already as the change makes it, as an expression."""
    if change.delete:
        return False
    same: list[Document] = [
        {
            "$eq": [
                {"$ifNull": [f"${name}", stored_value(name, None)]},
                {"$literal": stored_value(name, value)},
            ]
        }
        for name, value in change.fields.items()
    ]
    if change.category:
        same.append({"$eq": ["$label.category", {"$literal": change.category}]})
    return {"$and": same}


def stored_value(name: str, value: Any) -> Any:
    """As documents have it; without a value, the value of a missing field."""
    if name == "tags":
        return list(value or ())
    return midnight(value) if name == "date" and value else value


def _changed_fields(before: StoredTransaction, after: StoredTransaction) -> Document:
    """Only those that differ: fewer are quicker to write."""
    fields: Document = {}
    if (after.predictions, after.feedback) != (before.predictions, before.feedback):
        fields = current_fields(after.predictions, after.feedback)
    if after.transaction != before.transaction:
        old, new = replaced_fields(before.transaction), replaced_fields(after.transaction)
        fields |= {name: value for name, value in new.items() if value != old[name]}
    if after.feedback != before.feedback:
        fields["feedback"] = [feedback_document(event) for event in after.feedback]
    if after.predictions != before.predictions:
        fields["predictions"] = [prediction_document(prediction) for prediction in after.predictions]
    if after.edits != before.edits:
        fields["edits"] = [edit_document(edit) for edit in after.edits]
    return fields
