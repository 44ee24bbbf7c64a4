"""Which answers a person is asked to look at again: a mark on the transaction, beside its untouched answers.

A mark names the time of the answer it doubts. A newer answer, whatever it says, is in no doubt; taking that
answer back lets the mark hold again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING, UpdateOne

from src.domain import LOCAL_OWNER
from src.domain.labels import Doubt, LabelledTransaction, Move
from src.domain.transactions import StoredTransaction
from src.errors import NotFound
from src.services.mongo.client import Database, Document, guarded, guarded_stream
from src.services.transactions.documents import labelled, stored
from src.services.transactions.optimistic_update import this

_MARKED: Document = {"owner": LOCAL_OWNER, "doubt.label_at": {"$exists": True}}
_OPEN: Document = {
    **_MARKED,
    "doubt.vouched_at": None,
    "$expr": {"$eq": ["$doubt.label_at", "$label.at"]},
}
# A category that is called otherwise as a whole is asked about as a whole.
_ALONE: Document = {**_OPEN, "doubt.wholesale": False}
_SAME_NAME = {"$eq": ["$doubt.category", "$label.category"]}
_SAID_AGAIN = {"$lt": ["$doubt.label_at", "$label.at"]}
# Without the long parts that nobody here reads.
_SHORT = {"predictions": 0, "feedback": 0}


class Doubts:
    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @guarded
    def replace(self, doubts: Sequence[Doubt], *, at: datetime) -> None:
        """Mark these, and take the mark from every open one that is not among them. Raises Unavailable."""
        ids = [ObjectId(doubt.transaction_id) for doubt in doubts]
        self._rows.update_many({**_OPEN, "_id": {"$nin": ids}}, {"$unset": {"doubt": ""}})
        marks = [UpdateOne(_doubted(doubt), {"$set": {"doubt": _mark(doubt, at)}}) for doubt in doubts]
        if marks:
            self._rows.bulk_write(marks, ordered=False)

    @guarded
    def vouched(self) -> set[str]:
        """The ids of answers that a person has stood by, here or by giving the same answer again."""
        stood_by = {"$or": [{"$gt": ["$doubt.vouched_at", None]}, _SAID_AGAIN]}
        query = {**_MARKED, "$expr": {"$and": [_SAME_NAME, stood_by]}}
        return {str(document["_id"]) for document in self._rows.find(query, {"_id": 1})}

    @guarded
    def open(self, limit: int) -> list[StoredTransaction]:
        """The rows with an open mark, the newest first. Raises Unavailable."""
        return [stored(each) for each in self._rows.find(_ALONE).sort("_id", DESCENDING).limit(limit)]

    @guarded
    def one(self, transaction_id: str) -> StoredTransaction:
        """The row, if its mark is open. Raises NotFound, Unavailable."""
        document = self._rows.find_one({**_ALONE, **this(transaction_id)})
        if document is None:
            raise _nothing_asked()
        return stored(document)

    @guarded_stream
    def alike(self, merchants: Collection[str]) -> Iterator[LabelledTransaction]:
        """Every labelled row of `merchants` that may train."""
        query = {
            "owner": LOCAL_OWNER,
            "merchant": {"$in": sorted(merchants)},
            "label.at": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)},
            "holdout": False,
        }
        for document in self._rows.find(query, _SHORT):
            yield labelled(document)

    @guarded
    def vouch(self, transaction_id: str, *, at: datetime) -> None:
        """The answer stands. Raises NotFound where it is in no doubt, Unavailable."""
        if not self._rows.update_one({**_ALONE, **this(transaction_id)}, _vouched(at)).matched_count:
            raise _nothing_asked()

    @guarded
    def moves(self) -> list[Move]:
        """The open marks of whole categories, together, those of the most answers first."""
        groups = self._rows.aggregate(
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
        found = [
            Move(**group["_id"], transaction_ids=_texts(group["ids"]), merchants=len(group["merchants"]))
            for group in groups
        ]
        return sorted(found, key=lambda move: (-len(move.transaction_ids), move.earlier, move.category))

    @guarded
    def vouch_move(self, move: Move, *, at: datetime) -> None:
        """All its answers stand. Raises Unavailable."""
        ids = [ObjectId(each) for each in move.transaction_ids]
        self._rows.update_many({**_OPEN, "doubt.wholesale": True, "_id": {"$in": ids}}, _vouched(at))


def _doubted(doubt: Doubt) -> Document:
    """The row, as long as its answer is the doubted one: a person may have answered in between."""
    return {"_id": ObjectId(doubt.transaction_id), "owner": LOCAL_OWNER, "label.at": doubt.labelled_at}


def _mark(doubt: Doubt, at: datetime) -> Document:
    return {
        "category": doubt.category,
        "others": doubt.others,
        "wholesale": doubt.wholesale,
        "label_at": doubt.labelled_at,
        "found_at": at,
        "vouched_at": None,
    }


def _vouched(at: datetime) -> Document:
    return {"$set": {"doubt.vouched_at": at}}


def _texts(ids: Sequence[ObjectId]) -> tuple[str, ...]:
    return tuple(str(each) for each in ids)


def _nothing_asked() -> NotFound:
    return NotFound("There is no transaction with this id about which a second look is asked.")
