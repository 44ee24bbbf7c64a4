"""The `deleted_transactions` collection: each transaction that a person deleted, whole, under its id.

An import or another program that brings such a row again does not add it, and undoing the deletion restores
it with its whole life.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.acts import UndoResult
from src.domain.transactions import StoredTransaction
from src.errors import Conflict
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import stored
from src.services.transactions.optimistic_update import insert_new, not_found, this

_TRIES = 50
SAME_ROW = ("revision", "import", "also_in")
"""What a row must still have when it is deleted: else what is kept of it would be out of date."""


class DeletedRows:
    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @property
    def _deleted(self) -> Any:
        return self._database.deleted_transactions

    @guarded
    def delete(self, transaction_id: str, *, act: str, at: datetime) -> None:
        """Keep the row aside, then delete it. Raises NotFound, Unavailable, and Conflict in a crowd."""
        for _ in range(_TRIES):
            document = self._rows.find_one(this(transaction_id))
            if document is None:
                raise not_found()
            kept = {"owner": LOCAL_OWNER, "at": at, "document": document}
            if "key" in document:
                kept["key"] = document["key"]
            # Two may delete it at once; whichever is first, both acts lead to the row.
            update = {"$set": kept, "$addToSet": {"acts": act}}
            self._deleted.update_one({"_id": document["_id"]}, update, upsert=True)
            unchanged = {"_id": document["_id"], **{name: document.get(name) for name in SAME_ROW}}
            if self._rows.delete_one(unchanged).deleted_count:
                return
        raise Conflict("This transaction is being changed by many at once; please try again.")

    @guarded
    def get_many(self, transaction_ids: Collection[str]) -> list[StoredTransaction]:
        """Those that are deleted, as they were. Raises Unavailable."""
        ids = [ObjectId(each) for each in transaction_ids if ObjectId.is_valid(each)]
        kept = self._deleted.find({"_id": {"$in": ids}, "owner": LOCAL_OWNER}) if ids else ()
        return [stored(each["document"]) for each in kept]

    @guarded
    def restore(self, act: str, at: datetime) -> UndoResult:
        """Put the rows of an act back. Raises Unavailable; doing it again is safe then.

        A row whose key another row has by now stays deleted, and is counted as kept.
        """
        kept = list(self._deleted.find({"owner": LOCAL_OWNER, "acts": {"$eq": act}}))
        for each in kept:
            insert_new(self._rows, [each["document"]])
        there = {
            each["_id"] for each in self._rows.find({"_id": {"$in": [each["_id"] for each in kept]}}, {})
        }
        self._deleted.delete_many({"_id": {"$in": list(there)}})
        return UndoResult(rows=len(there), kept=len(kept) - len(there))


def deleted_keys(database: Database, among: Document) -> list[Document]:
    """`_id` and `key` of the rows of `among` that a person deleted.

    One that is there nevertheless, because the deletion was cut short, is none of them.
    """
    kept = list(database.deleted_transactions.find({"owner": LOCAL_OWNER, **among}, {"key": 1}))
    ids: Collection[ObjectId] = [each["_id"] for each in kept]
    rows = database.transactions.find({"_id": {"$in": list(ids)}}, {"_id": 1}) if kept else ()
    there = {each["_id"] for each in rows}
    return [each for each in kept if each["_id"] not in there]
