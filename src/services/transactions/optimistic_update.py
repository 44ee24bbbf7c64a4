"""Changing rows that others may be changing too: read, derive, and write only if nobody wrote in between."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from bson import ObjectId
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from src.domain import LOCAL_OWNER
from src.domain.transactions import StoredTransaction
from src.errors import Conflict, NotFound
from src.services.mongo.client import unconfirmed
from src.services.transactions.documents import Document, stored

Derive = Callable[[StoredTransaction], Document]
"""From a row as it is, the fields to set. It may be asked again of a row it has changed already."""

_AT_ONCE = 1000
_TRIES = 50
_DUPLICATE = 11000


def change(rows: Any, transaction_id: str, derive: Derive) -> StoredTransaction:
    """Change one row of the collection; returns it as it was. Raises NotFound, and Conflict in a crowd."""
    for _ in range(_TRIES):
        document = rows.find_one(this(transaction_id))
        if document is None:
            raise not_found()
        before = stored(document)
        update = {"$set": derive(before), "$inc": {"revision": 1}}
        if rows.update_one(_unchanged(document), update).matched_count:
            return before
    raise Conflict("This transaction is being changed by many at once; please try again.")


def change_many(rows: Any, transaction_ids: Sequence[str], derive: Derive) -> dict[str, StoredTransaction]:
    """Change many rows in a few trips to the server; returns those there are, as they were, by id."""
    befores: dict[str, StoredTransaction] = {}
    for start in range(0, len(transaction_ids), _AT_ONCE):
        befores |= _change_at_once(rows, transaction_ids[start : start + _AT_ONCE], derive)
    return befores


def _change_at_once(
    rows: Any, transaction_ids: Sequence[str], derive: Derive
) -> dict[str, StoredTransaction]:
    ids = [ObjectId(each) for each in transaction_ids if ObjectId.is_valid(each)]
    documents = list(rows.find({"_id": {"$in": ids}, "owner": LOCAL_OWNER}))
    befores = {str(document["_id"]): stored(document) for document in documents}
    mark = secrets.token_hex(8)
    updates = [
        UpdateOne(
            _unchanged(document),
            {"$set": {**derive(befores[str(document["_id"])]), "change": mark}, "$inc": {"revision": 1}},
        )
        for document in documents
    ]
    if updates and rows.bulk_write(updates, ordered=False).matched_count < len(updates):
        # Somebody else wrote some of these in between: they are done one by one.
        missed = rows.find({"_id": {"$in": ids}, "change": {"$ne": mark}}, {"_id": 1})
        for transaction_id in [str(document["_id"]) for document in missed]:
            befores[transaction_id] = change(rows, transaction_id, derive)
    return befores


def insert_new(rows: Any, documents: Sequence[Document]) -> int:
    """Add those whose key is not there yet; how many were. Doing it again is safe."""
    try:
        return len(rows.insert_many(documents, ordered=False).inserted_ids)
    except BulkWriteError as error:
        if unconfirmed(error) or any(each["code"] != _DUPLICATE for each in error.details["writeErrors"]):
            raise
        return int(error.details["nInserted"])


def _unchanged(document: Document) -> Document:
    return {"_id": document["_id"], "revision": document["revision"]}


def this(transaction_id: str) -> Document:
    """The query for one row. Raises NotFound for what is no id."""
    if not ObjectId.is_valid(transaction_id):
        raise not_found()
    return {"_id": ObjectId(transaction_id), "owner": LOCAL_OWNER}


def not_found() -> NotFound:
    return NotFound("There is no transaction with this id.")
