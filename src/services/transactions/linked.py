"""Transactions that are linked to others: after each change of one, its links must be settled again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.transactions import Direction
from src.services.mongo.client import Database, Document
from src.services.transactions.documents import stored_of

CARRIED = ("transfer", "refund_of", "refund_parts")
"""The fields by which a transaction carries its links in effect. Only `Settlement` sets them."""

UNLINKED: Document = {"transfer": None, "refund_of": None}


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


def ends_of_transfers(query: Document) -> list[Document]:
    """The ends of own transfers among the rows of `query`. One whose other end, in the same currency, is
    among them too is marked `again` if it is the income."""
    names = (
        *("currency", "date", "category", "mode", "direction", "amount", "needs_review", "transfer"),
        *("account", "merchant"),
    )
    again = {"$and": [{"$gt": ["$count", 1]}, {"$eq": ["$ends.direction", Direction.INCOME.value]}]}
    return [
        {"$match": {**query, "transfer": {"$exists": True}}},
        {
            "$group": {
                "_id": {"transfer": "$transfer", "currency": "$currency"},
                "count": {"$sum": 1},
                "ends": {"$push": {name: f"${name}" for name in names}},
            }
        },
        {"$unwind": "$ends"},
        {"$replaceWith": {"$mergeObjects": ["$ends", {"again": again}]}},
    ]


def linked_refunds(query: Document) -> list[Document]:
    """The linked refunds among the rows of `query`, with what counts of their purchases; one of a split
    purchase by the parts that it lowers.

    Category and merchant are null for a moment if the purchase is being deleted.
    """
    names = ("category", "merchant", "needs_review")
    of_purchase = {name: {"$ifNull": [f"$purchase.{name}", None]} for name in names}
    category = {"$arrayElemAt": ["$purchase.splits.category", "$lowered.part"]}
    of_part = {"category": {"$ifNull": [category, None]}, "needs_review": False, "amount": "$lowered.amount"}
    lowered = {"$ifNull": ["$refund_parts", [None]]}
    return [
        {"$match": {**query, "refund_of": {"$exists": True}}},
        {
            "$lookup": {
                "from": "transactions",
                "localField": "refund_of",
                "foreignField": "_id",
                "pipeline": [{"$project": {**dict.fromkeys(names, 1), "splits.category": 1}}],
                "as": "purchase",
            }
        },
        {"$set": {"purchase": {"$first": "$purchase"}, "lowered": lowered}},
        {"$set": of_purchase},
        {"$unwind": {"path": "$lowered", "includeArrayIndex": "part"}},
        {"$set": {name: {"$cond": ["$lowered", value, f"${name}"]} for name, value in of_part.items()}},
    ]
