"""Possible mistakes: marks on transactions whose answer a person should review. The answers stay untouched.

A mark names the time of the answer in doubt. A newer answer is not in doubt; undoing it makes the mark valid
again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from bson import ObjectId
from pymongo import DESCENDING, UpdateOne

from src.domain import LOCAL_OWNER
from src.domain.transactions import CategoryRelabel, DoubtfulLabel, LabelledTransaction, StoredTransaction
from src.errors import NotFound
from src.services.mongo.client import Database, Document, guarded, guarded_stream
from src.services.transactions.documents import labelled_of, stored_of
from src.services.transactions.optimistic_update import by_id

_MARKED: Document = {"owner": LOCAL_OWNER, "doubt.label_at": {"$exists": True}}
_OPEN: Document = {
    **_MARKED,
    "doubt.vouched_at": None,
    "$expr": {"$eq": ["$doubt.label_at", "$label.at"]},
}
# A relabelled category is one question for all its transactions.
_SINGLE: Document = {**_OPEN, "doubt.wholesale": False}
_SAME_CATEGORY = {"$eq": ["$doubt.category", "$label.category"]}
_ANSWERED_AGAIN = {"$lt": ["$doubt.label_at", "$label.at"]}
_WITHOUT_HISTORY = {"predictions": 0, "feedback": 0}


class Doubts:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def replace(self, doubts: Sequence[DoubtfulLabel], *, at: datetime) -> None:
        """Mark these, and remove every other open mark. Raises Unavailable."""
        ids = [ObjectId(doubt.transaction_id) for doubt in doubts]
        self._database.transactions.update_many({**_OPEN, "_id": {"$nin": ids}}, {"$unset": {"doubt": ""}})
        marks = [UpdateOne(_doubted(doubt), {"$set": {"doubt": _mark(doubt, at)}}) for doubt in doubts]
        if marks:
            self._database.transactions.bulk_write(marks, ordered=False)

    @guarded
    def confirmed(self) -> set[str]:
        """The ids of answers that a person confirmed, in the review or by the same answer again."""
        again = {"$or": [{"$gt": ["$doubt.vouched_at", None]}, _ANSWERED_AGAIN]}
        query = {**_MARKED, "$expr": {"$and": [_SAME_CATEGORY, again]}}
        return {str(document["_id"]) for document in self._database.transactions.find(query, {"_id": 1})}

    @guarded
    def open(self, limit: int) -> list[StoredTransaction]:
        """The transactions with an open mark, newest first. Raises Unavailable."""
        newest = self._database.transactions.find(_SINGLE).sort("_id", DESCENDING).limit(limit)
        return [stored_of(document) for document in newest]

    @guarded
    def get(self, transaction_id: str) -> StoredTransaction:
        """The transaction, if its mark is open. Raises NotFound, Unavailable."""
        document = self._database.transactions.find_one({**_SINGLE, **by_id(transaction_id)})
        if document is None:
            raise _not_marked()
        return stored_of(document)

    @guarded_stream
    def labelled(self, merchants: Collection[str]) -> Iterator[LabelledTransaction]:
        """Every labelled transaction of `merchants` that may train a model."""
        query = {
            "owner": LOCAL_OWNER,
            "merchant": {"$in": sorted(merchants)},
            "label.at": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)},
            "holdout": False,
        }
        for document in self._database.transactions.find(query, _WITHOUT_HISTORY):
            yield labelled_of(document)

    @guarded
    def confirm(self, transaction_id: str, *, at: datetime) -> None:
        """Confirm the answer. Raises NotFound if it is not in doubt, Unavailable."""
        if not self._database.transactions.update_one(
            {**_SINGLE, **by_id(transaction_id)}, _confirmation(at)
        ).matched_count:
            raise _not_marked()

    @guarded
    def moves(self) -> list[CategoryRelabel]:
        """The open marks of relabelled categories, grouped, those with the most answers first."""
        groups = self._database.transactions.aggregate(
            [
                {"$match": {**_OPEN, "doubt.wholesale": True}},
                {"$sort": {"_id": 1}},
                {
                    "$group": {
                        "_id": {"earlier": "$doubt.others", "category": "$doubt.category"},
                        "ids": {"$push": "$_id"},
                        "merchants": {"$addToSet": "$merchant"},
                    }
                },
            ]
        )
        moves = [
            CategoryRelabel(
                **group["_id"],
                transaction_ids=tuple(map(str, group["ids"])),
                merchants=len(group["merchants"]),
            )
            for group in groups
        ]
        return sorted(moves, key=lambda move: (-len(move.transaction_ids), move.earlier, move.category))

    @guarded
    def confirm_move(self, move: CategoryRelabel, *, at: datetime) -> None:
        """Confirm all its answers. Raises Unavailable."""
        ids = [ObjectId(id_) for id_ in move.transaction_ids]
        self._database.transactions.update_many(
            {**_OPEN, "doubt.wholesale": True, "_id": {"$in": ids}}, _confirmation(at)
        )


def _doubted(doubt: DoubtfulLabel) -> Document:
    """The transaction, if its answer is still the one in doubt: a person may have answered in between."""
    return {"_id": ObjectId(doubt.transaction_id), "owner": LOCAL_OWNER, "label.at": doubt.labelled_at}


def _mark(doubt: DoubtfulLabel, at: datetime) -> Document:
    return {
        "category": doubt.category,
        "others": doubt.others,
        "wholesale": doubt.wholesale,
        "label_at": doubt.labelled_at,
        "found_at": at,
        "vouched_at": None,
    }


def _confirmation(at: datetime) -> Document:
    return {"$set": {"doubt.vouched_at": at}}


def _not_marked() -> NotFound:
    return NotFound("No transaction with this id is marked as a possible mistake.")
