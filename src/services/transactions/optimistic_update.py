"""Optimistic updates of transactions: read, derive, and write only if nobody else wrote in between."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence, Set
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

DeriveMany = Callable[[Sequence[StoredTransaction]], Sequence[Document | None]]
"""The same for many at once, in their order; None for one that stays as it is."""

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
        if collection.update_one(_unchanged(document), _update(before, derive(before))).matched_count:
            return before
    raise Conflict(BUSY)


def update_many(
    collection: Any, transaction_ids: Sequence[str], derive: Callable[[StoredTransaction], Document | None]
) -> dict[str, StoredTransaction]:
    """Update in batches; returns the updated transactions as they were, by id. Without fields, none is."""
    befores: dict[str, StoredTransaction] = {}
    ids = object_ids(transaction_ids)
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        updated = update_batch(collection, batch, lambda rows: [derive(row) for row in rows])
        befores |= {row.id: row for row in updated}
    return befores


def update_batch(collection: Any, ids: Sequence[ObjectId], derive: DeriveMany) -> list[StoredTransaction]:
    """Update at most about a thousand transactions; returns the updated ones as they were.

    Raises Conflict if too many others write.
    """
    updated: list[StoredTransaction] = []
    remaining = set(ids)
    for _ in range(_TRIES):
        documents = list(collection.find({"_id": {"$in": list(remaining)}, "owner": LOCAL_OWNER}))
        befores = [stored_of(document) for document in documents]
        derived = zip(documents, befores, derive(befores), strict=True)
        new = {document["_id"]: (document, before, fields) for document, before, fields in derived if fields}
        updated_ids = _write(collection, list(new.values()))
        updated += [before for id_, (_, before, _) in new.items() if id_ in updated_ids]
        remaining = new.keys() - updated_ids  # somebody else wrote these in between
        if not remaining:
            return updated
    raise Conflict(BUSY)


def _write(collection: Any, new: Sequence[tuple[Document, StoredTransaction, Document]]) -> Set[ObjectId]:
    """new: documents and transactions as they were read, with the fields to set.

    Returns the ids of those still unchanged.
    """
    batch_id, ids = secrets.token_hex(8), {document["_id"] for document, _, _ in new}
    updates = [
        UpdateOne(_unchanged(document), _update(before, {**fields, "change": batch_id}))
        for document, before, fields in new
    ]
    if not updates or collection.bulk_write(updates, ordered=False).matched_count == len(updates):
        return ids
    documents = collection.find({"_id": {"$in": list(ids)}, "change": batch_id}, {"_id": 1})
    return {document["_id"] for document in documents}


def insert(collection: Any, documents: Sequence[Document]) -> None:
    """Insert them all with one operation."""
    if len(documents) == 1:  # the driver takes half as long again for a list of one
        collection.insert_one(documents[0])
    elif documents:
        collection.insert_many(documents, ordered=True)


def insert_new(collection: Any, documents: Sequence[Document]) -> int:
    """Insert the documents whose key does not exist yet; returns their number. Safe to repeat."""
    try:
        return len(collection.insert_many(documents, ordered=False).inserted_ids)
    except BulkWriteError as error:
        if unconfirmed(error) or any(write["code"] != _DUPLICATE for write in error.details["writeErrors"]):
            raise
        return int(error.details["nInserted"])


def _update(before: StoredTransaction, fields: Document) -> Document:
    if before.is_linked and "needs_review" in fields:
        fields = {**fields, "needs_review": False}
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
