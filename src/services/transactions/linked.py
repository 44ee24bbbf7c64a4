"""Transactions that are linked to others: after each change of one, its links must be settled again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.services.mongo.client import Database, Document

CARRIED = ("transfer", "refund_of")
"""The fields by which a transaction carries its links in effect. Only `Settlement` sets them."""


def without_links(document: Document) -> Document:
    """A transaction's document as if it had no links."""
    return {name: value for name, value in document.items() if name not in CARRIED}


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
