"""The `deleted_transactions` collection: the document of each transaction that a person deleted, by its id.

An import or another program does not add such a transaction again, and undoing the deletion restores it with
all its predictions and answers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo import DeleteOne, UpdateOne

from src.domain import LOCAL_OWNER
from src.domain.acts import UndoResult
from src.domain.transactions import StoredTransaction
from src.errors import Conflict
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import stored_of
from src.services.transactions.linked import unsettle, without_links
from src.services.transactions.optimistic_update import BUSY, by_id, insert_new, not_found, object_ids

_BATCH = 1000
_TRIES = 50
SAME_ROW = ("revision", "import", "also_in")
"""Fields that must be unchanged when a transaction is deleted: else its copy would be out of date."""


class DeletedTransactions:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def delete(self, transaction_id: str, *, act: str, at: datetime) -> None:
        """Copy the transaction, then delete it. Raises NotFound, Conflict, Unavailable."""
        by_id(transaction_id)
        if not self.delete_many([transaction_id], act=act, at=at):
            raise not_found()

    @guarded
    def delete_many(self, transaction_ids: Sequence[str], *, act: str, at: datetime) -> int:
        """Delete at most about a thousand transactions; returns how many there were.

        Raises Conflict, Unavailable; safe to repeat.
        """
        transactions, deleted = self._database.transactions, 0
        query = {"_id": {"$in": object_ids(transaction_ids)}, "owner": LOCAL_OWNER}
        for _ in range(_TRIES):
            documents = list(transactions.find(query))
            if not documents:
                return deleted
            copies = [_copy(document, act, at) for document in documents]
            self._database.deleted_transactions.bulk_write(copies, ordered=False)
            unsettle(self._database, [document["_id"] for document in documents], at=at)
            # One that changed since it was read stays, and is copied again.
            unchanged = [
                DeleteOne({"_id": document["_id"], **{name: document.get(name) for name in SAME_ROW}})
                for document in documents
            ]
            deleted += transactions.bulk_write(unchanged, ordered=False).deleted_count
        raise Conflict(BUSY)

    @guarded
    def get_many(self, transaction_ids: Collection[str]) -> list[StoredTransaction]:
        """The deleted ones, as they were. Raises Unavailable."""
        query = {"_id": {"$in": object_ids(transaction_ids)}, "owner": LOCAL_OWNER}
        return [stored_of(copy["document"]) for copy in self._database.deleted_transactions.find(query)]

    @guarded
    def count_changed_by(self, act: str) -> int:
        """Deleted transactions that `act` answered or edited. Raises Unavailable."""
        named = [{f"document.{field}": {"$eq": act}} for field in ("feedback.act", "edits.act")]
        query = {"owner": LOCAL_OWNER, "$or": named}
        return int(self._database.deleted_transactions.count_documents(query))

    @guarded
    def keys(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` that belong to deleted transactions. Raises Unavailable."""
        return {copy["key"] for copy in deleted_keys(self._database, {"key": {"$in": list(keys)}})}

    @guarded
    def restore(self, act: str, *, at: datetime) -> UndoResult:
        """Restore the transactions of an act. Raises Unavailable; safe to repeat.

        Without their links, which may have changed meanwhile: they are to be settled again. One whose key
        another transaction has by now stays deleted, and counts as kept.
        """
        copies, rows, kept = self._database.deleted_transactions, 0, 0
        deleted = copies.find({"owner": LOCAL_OWNER, "acts": {"$eq": act}}, {"_id": 1})
        ids = [copy["_id"] for copy in deleted]
        for start in range(0, len(ids), _BATCH):
            batch = {"_id": {"$in": ids[start : start + _BATCH]}}
            documents = [without_links(copy["document"]) for copy in copies.find(batch)]
            insert_new(self._database.transactions, documents)
            restored = [document["_id"] for document in self._database.transactions.find(batch, {"_id": 1})]
            unsettle(self._database, restored, at=at)
            copies.delete_many({"_id": {"$in": restored}})
            rows, kept = rows + len(restored), kept + len(documents) - len(restored)
        return UndoResult(rows, kept)


def _copy(document: Document, act: str, at: datetime) -> UpdateOne:
    """Two acts may delete a transaction at once; whichever is first, both restore it."""
    key = {"key": document["key"]} if "key" in document else {}
    copy = {"owner": LOCAL_OWNER, "at": at, "document": document, **key}
    update = {"$set": copy, "$addToSet": {"acts": act}}
    return UpdateOne({"_id": document["_id"]}, update, upsert=True)


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
