"""Possible mistakes: marks on transactions whose answer a person should review. The answers stay untouched.

A mark names the time of the marked answer. A newer answer is not marked; undoing it makes the mark valid
again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from bson import ObjectId
from pymongo import DESCENDING, UpdateOne

from src.domain import LOCAL_OWNER
from src.domain.transactions import (
    CategoryRelabel,
    LabelledTransaction,
    MistakeMark,
    PossibleMistake,
    StoredTransaction,
)
from src.errors import NotFound
from src.services.mongo.client import Database, Document, guarded, guarded_stream
from src.services.transactions.documents import HAS_LABEL, labelled_of, stored_of
from src.services.transactions.optimistic_update import by_id, object_ids

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


class PossibleMistakes:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def replace(self, mistakes: Sequence[PossibleMistake], *, at: datetime) -> None:
        """Mark these, and remove every other open mark. Raises Unavailable."""
        ids = [ObjectId(mistake.transaction_id) for mistake in mistakes]
        self._database.transactions.update_many({**_OPEN, "_id": {"$nin": ids}}, {"$unset": {"doubt": ""}})
        marks = []
        for id_, mistake in zip(ids, mistakes, strict=True):
            unchanged = {"_id": id_, "owner": LOCAL_OWNER, "label.at": mistake.labelled_at}
            mark = MistakeMark(
                mistake.category, mistake.others, mistake.whole_category, mistake.labelled_at, at, None
            )
            marks.append(UpdateOne(unchanged, {"$set": {"doubt": asdict(mark)}}))
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
            **HAS_LABEL,
            "holdout": False,
        }
        for document in self._database.transactions.find(query, {"predictions": 0, "feedback": 0}):
            yield labelled_of(document)

    @guarded
    def confirm(self, transaction_ids: Collection[str], *, at: datetime) -> None:
        """Confirm these answers. Raises NotFound if none of them is marked, Unavailable."""
        query = {**_OPEN, "_id": {"$in": object_ids(transaction_ids)}}
        confirmation = {"$set": {"doubt.vouched_at": at}}
        if not self._database.transactions.update_many(query, confirmation).matched_count:
            raise _not_marked()

    @guarded
    def relabels(self) -> list[CategoryRelabel]:
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
        relabels = [
            CategoryRelabel(
                **group["_id"],
                transaction_ids=tuple(map(str, group["ids"])),
                merchants=len(group["merchants"]),
            )
            for group in groups
        ]
        return sorted(
            relabels, key=lambda relabel: (-len(relabel.transaction_ids), relabel.earlier, relabel.category)
        )


def _not_marked() -> NotFound:
    return NotFound("No transaction with this id is marked as a possible mistake.")
