"""Optimistic updates of transactions: read, derive, and write only if nobody else wrote in between."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bson import ObjectId
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from src.domain import LOCAL_OWNER
from src.domain.transactions import StoredTransaction
from src.errors import Conflict, NotFound
from src.services.mongo.client import unconfirmed
from src.services.transactions.documents import OPTIONAL_FIELDS, Document, stored_of

Derive = Callable[[StoredTransaction], Document]
"""The fields to set, from the transaction as it is; an optional field of None is removed.

It may be called again for one it has changed.
"""

_BATCH = 1000
_TRIES = 50
_DUPLICATE = 11000
BUSY = "Others are changing this transaction at the same time; try again."


def update_one(collection: Any, transaction_id: str, derive: Derive) -> StoredTransaction:
    """Returns the transaction as it was. Raises NotFound, and Conflict if too many others write."""
    for _ in range(_TRIES):
        document = collection.find_one(by_id(transaction_id))
        if document is None:
            raise not_found()
        before = stored_of(document)
        if collection.update_one(_unchanged(document), _update(derive(before))).matched_count:
            return before
    raise Conflict(BUSY)


def update_many(
    collection: Any, transaction_ids: Sequence[str], derive: Derive
) -> dict[str, StoredTransaction]:
    """Update in batches; returns the existing transactions as they were, by id."""
    befores: dict[str, StoredTransaction] = {}
    ids = object_ids(transaction_ids)
    for start in range(0, len(ids), _BATCH):
        batch, batch_id, updates = ids[start : start + _BATCH], secrets.token_hex(8), []
        for document in collection.find({"_id": {"$in": batch}, "owner": LOCAL_OWNER}):
            before = befores[str(document["_id"])] = stored_of(document)
            fields = {**derive(before), "change": batch_id}
            updates.append(UpdateOne(_unchanged(document), _update(fields)))
        if updates and collection.bulk_write(updates, ordered=False).matched_count < len(updates):
            # Somebody else wrote some of these in between: they are updated one by one.
            missed = collection.find({"_id": {"$in": batch}, "change": {"$ne": batch_id}}, {"_id": 1})
            for transaction_id in [str(document["_id"]) for document in missed]:
                befores[transaction_id] = update_one(collection, transaction_id, derive)
    return befores


def insert_new(collection: Any, documents: Sequence[Document]) -> int:
    """Insert the documents whose key does not exist yet; returns their number. Safe to repeat."""
    try:
        return len(collection.insert_many(documents, ordered=False).inserted_ids)
    except BulkWriteError as error:
        if unconfirmed(error) or any(write["code"] != _DUPLICATE for write in error.details["writeErrors"]):
            raise
        return int(error.details["nInserted"])


def _update(fields: Document) -> Document:
    removed = {name: "" for name in OPTIONAL_FIELDS if fields.get(name, "") is None}
    kept = {name: value for name, value in fields.items() if name not in removed}
    return {"$set": kept, "$unset": removed, "$inc": {"revision": 1}}


def _unchanged(document: Document) -> Document:
    return {"_id": document["_id"], "revision": document["revision"]}


def by_id(transaction_id: str) -> Document:
    """The query for one transaction. Raises NotFound for a text that is no id."""
    if not ObjectId.is_valid(transaction_id):
        raise not_found()
    return {"_id": ObjectId(transaction_id), "owner": LOCAL_OWNER}


def object_ids(transaction_ids: Iterable[str]) -> list[ObjectId]:
    """Without those that are no ids."""
    return [ObjectId(id_) for id_ in transaction_ids if ObjectId.is_valid(id_)]


def not_found() -> NotFound:
    return NotFound("There is no transaction with this id.")
