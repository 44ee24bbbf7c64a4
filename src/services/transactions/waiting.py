"""The `waiting_transactions` collection: transactions that were added before there was a model."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.transactions import Transaction, WaitingTransaction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import transaction_fields, transaction_of
from src.services.transactions.optimistic_update import object_ids
from src.services.transactions.query import same_input


class WaitingTransactions:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def add(self, transaction: Transaction, *, at: datetime) -> None:
        """transaction: prepared, because its text is stored. Raises Unavailable."""
        document = {"owner": LOCAL_OWNER, "at": at, **transaction_fields(transaction)}
        self._database.waiting_transactions.insert_one(document)

    @guarded
    def includes(self, transaction: Transaction) -> bool:
        """Whether one with the same text, amount, direction, account and day waits. transaction: prepared."""
        return self._database.waiting_transactions.find_one(same_input(transaction), {}) is not None

    @guarded
    def oldest(self, limit: int) -> list[WaitingTransaction]:
        """In the order they were added. Raises Unavailable."""
        documents = self._database.waiting_transactions.find({"owner": LOCAL_OWNER}).sort("_id").limit(limit)
        return [_waiting(document) for document in documents]

    @guarded
    def remove(self, ids: Collection[str]) -> None:
        query = {"_id": {"$in": object_ids(ids)}, "owner": LOCAL_OWNER}
        self._database.waiting_transactions.delete_many(query)


def _waiting(document: Document) -> WaitingTransaction:
    identity: ObjectId = document["_id"]
    return WaitingTransaction(str(identity), transaction_of(document), document["at"])
