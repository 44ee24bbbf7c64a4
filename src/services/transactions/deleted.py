"""The `deleted_transactions` collection: the document of each transaction that a person deleted, by its id.

An import or another program does not add such a transaction again, and undoing the deletion restores it with
all its predictions and answers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from src.domain import LOCAL_OWNER
from src.domain.acts import UndoResult
from src.domain.transactions import StoredTransaction
from src.errors import Conflict
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import stored_of
from src.services.transactions.linked import unsettle
from src.services.transactions.optimistic_update import BUSY, by_id, insert_new, not_found, object_ids

_TRIES = 50
SAME_ROW = ("revision", "import", "also_in")
"""Fields that must be unchanged when a transaction is deleted: else its copy would be out of date."""


class DeletedTransactions:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def delete(self, transaction_id: str, *, act: str, at: datetime) -> None:
        """Copy the transaction, then delete it. Raises NotFound, Conflict, Unavailable."""
        transactions = self._database.transactions
        for _ in range(_TRIES):
            document = transactions.find_one(by_id(transaction_id))
            if document is None:
                raise not_found()
            copy = {"owner": LOCAL_OWNER, "at": at, "document": document}
            if "key" in document:
                copy["key"] = document["key"]
            # Two may delete it at once; whichever is first, both acts restore it.
            update = {"$set": copy, "$addToSet": {"acts": act}}
            self._database.deleted_transactions.update_one({"_id": document["_id"]}, update, upsert=True)
            unsettle(self._database, [document["_id"]], at=at)
            unchanged = {"_id": document["_id"], **{name: document.get(name) for name in SAME_ROW}}
            if transactions.delete_one(unchanged).deleted_count:
                return
        raise Conflict(BUSY)

    @guarded
    def get_many(self, transaction_ids: Collection[str]) -> list[StoredTransaction]:
        """The deleted ones, as they were. Raises Unavailable."""
        query = {"_id": {"$in": object_ids(transaction_ids)}, "owner": LOCAL_OWNER}
        return [stored_of(copy["document"]) for copy in self._database.deleted_transactions.find(query)]

    @guarded
    def keys(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` that belong to deleted transactions. Raises Unavailable."""
        return {copy["key"] for copy in deleted_keys(self._database, {"key": {"$in": list(keys)}})}

    @guarded
    def restore(self, act: str, *, at: datetime) -> UndoResult:
        """Restore the transactions of an act. Raises Unavailable; safe to repeat.

        One whose key another transaction has by now stays deleted, and counts as kept.
        """
        deleted = self._database.deleted_transactions
        copies = list(deleted.find({"owner": LOCAL_OWNER, "acts": {"$eq": act}}))
        for copy in copies:
            insert_new(self._database.transactions, [copy["document"]])
        ids = {"$in": [copy["_id"] for copy in copies]}
        restored = [document["_id"] for document in self._database.transactions.find({"_id": ids}, {})]
        unsettle(self._database, restored, at=at)
        deleted.delete_many({"_id": {"$in": restored}})
        return UndoResult(rows=len(restored), kept=len(copies) - len(restored))


def deleted_keys(database: Database, query: Document) -> list[Document]:
    """`_id` and `key` of the transactions of `query` that a person deleted.

    Without those that still exist, because their deletion was interrupted.
    """
    copies = list(database.deleted_transactions.find({"owner": LOCAL_OWNER, **query}, {"key": 1}))
    if not copies:
        return []
    existing = database.transactions.find({"_id": {"$in": [copy["_id"] for copy in copies]}}, {"_id": 1})
    ids = {document["_id"] for document in existing}
    return [copy for copy in copies if copy["_id"] not in ids]
