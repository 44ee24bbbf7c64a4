"""Transactions that are linked to others: after each change of one, its links must be settled again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.services.mongo.client import Database, Document
from src.services.transactions.documents import stored_of

CARRIED = ("transfer", "refund_of", "refund_parts")
"""The fields by which a transaction carries its links in effect. Only `Settlement` sets them."""


def is_linked(document: Document) -> bool:
    return any(name in document for name in CARRIED)


def without_links(document: Document) -> Document:
    """A transaction's document as if it had no links."""
    if not is_linked(document):
        return document
    free = {name: value for name, value in document.items() if name not in CARRIED}
    return {**free, "needs_review": stored_of(free).needs_review}


def touching(ids: Collection[ObjectId]) -> Document:
    """The query for the links of these transactions."""
    return {"owner": LOCAL_OWNER, "$or": [{end: {"$in": list(ids)}} for end in ("out", "in")]}


def unsettle(database: Database, ids: Collection[ObjectId], *, at: datetime) -> None:
    """Note that the links of these transactions may no longer agree with them; `settle_unsettled`
    of `Settlement` checks them.

    Before a deletion, so that a job finds them if the process is killed right after it.
    """
    if ids:
        database.transfers.update_many(touching(ids), {"$set": {"unsettled_at": at}, "$inc": {"revision": 1}})
