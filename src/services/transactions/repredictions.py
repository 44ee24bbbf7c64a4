"""Predictions made anew of transactions that no person has answered, and taken back by their act."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from pymongo import DESCENDING, UpdateOne

from src.domain import LOCAL_OWNER
from src.domain.predictions import Prediction
from src.domain.transactions import Status, StoredTransaction, Transaction, UnansweredTransaction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import (
    current_fields,
    predicted,
    prediction_document,
    prediction_of,
    transaction_of,
)
from src.services.transactions.optimistic_update import change_many

_UNANSWERED = {"owner": LOCAL_OWNER, "status": Status.PREDICTED.value}
_AT_ONCE = 1000
_MERCHANTS = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Repredictions:
    """In the `transactions` collection. Each is one more prediction in a transaction's life."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @guarded
    def outdated(self, version: str, limit: int) -> dict[str, Transaction]:
        """By id, what was given of the unanswered that would be predicted otherwise now, newest first.

        Another model spoke of them last, or a person answered for their merchant since.
        """
        answered = [{"merchant": merchant, "$expr": _before(at)} for merchant, at in self._answered_since()]
        query = {"$or": [_outdated(version), *({**_UNANSWERED, **each} for each in answered[:_MERCHANTS])]}
        newest = self._rows.find(query, {"predictions": 0, "feedback": 0})
        documents = newest.sort([("date", DESCENDING), ("_id", DESCENDING)]).limit(limit)
        return {str(document["_id"]): transaction_of(document) for document in documents}

    @guarded
    def count_outdated(self, version: str) -> int:
        newest = self._newest_answers()
        return sum(
            rows
            for merchant, of_version, current, rows in self._unanswered_groups()
            if of_version != version or (merchant in newest and current < newest[merchant])
        )

    def _answered_since(self) -> list[tuple[str, datetime]]:
        """Merchants with unanswered rows that are older than the newest answer, and when that was given."""
        newest = self._newest_answers()
        merchants = {
            merchant
            for merchant, _, current, _ in self._unanswered_groups()
            if merchant in newest and current < newest[merchant]
        }
        return [(merchant, newest[merchant]) for merchant in sorted(merchants)]

    def _newest_answers(self) -> dict[str, datetime]:
        """Merchant -> when it was answered last; the index alone tells."""
        labelled = {"owner": LOCAL_OWNER, "merchant": {"$gt": ""}, "label.at": {"$gt": _EPOCH}}
        groups = self._rows.aggregate(
            [{"$match": labelled}, {"$group": {"_id": "$merchant", "at": {"$max": "$label.at"}}}]
        )
        return {group["_id"]: group["at"] for group in groups}

    def _unanswered_groups(self) -> Iterator[tuple[str, str | None, datetime, int]]:
        """(merchant, version of the model, when predicted, rows). Rows of one import share the moment."""
        alike = {"merchant": "$merchant", "version": _newest("model_version"), "current": _CURRENT}
        groups = self._rows.aggregate(
            [{"$match": _UNANSWERED}, {"$group": {"_id": alike, "rows": {"$sum": 1}}}], allowDiskUse=True
        )
        for group in groups:
            found = group["_id"]
            yield found["merchant"], found.get("version"), found["current"], group["rows"]

    @guarded
    def append(self, new: Mapping[str, tuple[Transaction, Prediction]]) -> None:
        """Add to each row the prediction that was made of what was given.

        A row that a person has answered, edited or deleted meanwhile stays as it is, and so does one that
        has a newer prediction of this model by now: to try again adds nothing twice. Raises Unavailable.
        """

        def renewed(row: StoredTransaction) -> Document:
            given, prediction = new[row.id]
            newest = row.prediction
            stale = newest.model_version != prediction.model_version or newest.at < prediction.at
            if row.status is Status.PREDICTED and stale and row.transaction == given:
                return _with(row, (*row.predictions, prediction))
            return _with(row, row.predictions)

        change_many(self._rows, list(new), renewed)

    @guarded
    def unfollowed(
        self, merchants: Collection[str], act: str, *, limit: int, since: datetime | None = None
    ) -> list[UnansweredTransaction]:
        """Unanswered rows of `merchants` that `act` has not looked at yet.

        since: only those whose newest prediction is not older than that. Raises Unavailable.
        """
        conditions: list[Document] = [{"$ne": [_newest("act"), _as(act)]}]
        if since:
            conditions.append({"$gte": [_newest("at"), since]})
        query = {
            **_UNANSWERED,
            "merchant": {"$in": sorted(merchants)},
            "label.at": None,
            "followed.act": {"$ne": act},
            "$expr": {"$and": conditions},
        }
        found = self._rows.find(query, {"feedback": 0, "predictions": {"$slice": -1}}).limit(limit)
        return [_unanswered(document) for document in found]

    @guarded
    def follow(
        self, new: Sequence[tuple[UnansweredTransaction, Prediction | None]], act: str, *, at: datetime
    ) -> set[str]:
        """Add to each row its new prediction, if any, and note that `act` has looked at it.

        Returns the ids of those written. A row that anybody wrote since it was read is left as it is.
        Raises Unavailable.
        """
        mark = secrets.token_hex(8)
        noted = {"followed": {"act": act, "at": at}, "change": mark}
        updates = [_followed(row, prediction, noted) for row, prediction in new]
        matched = self._rows.bulk_write(updates, ordered=False).matched_count if updates else 0
        ids = {row.id for row, _ in new}
        if matched == len(updates):
            return ids
        query = {"_id": {"$in": [ObjectId(each) for each in ids]}, "change": mark}
        return {str(document["_id"]) for document in self._rows.find(query, {"_id": 1})}

    @guarded
    def count_answered(self, act: str) -> int:
        """Rows that `act` predicted anew and a person has answered since."""
        answered = {"owner": LOCAL_OWNER, "predictions.act": {"$eq": act}, "label.at": {"$ne": None}}
        return self._rows.count_documents({**answered, "feedback.act": {"$ne": act}})

    @guarded
    def told(self, act: str) -> tuple[int, int]:
        """How many rows `act` predicted anew, and how many of them changed category by it."""
        others = {"$filter": {"input": "$predictions", "as": "one", "cond": {"$ne": ["$$one.act", _as(act)]}}}
        counted = self._rows.aggregate(
            [
                {"$match": {"owner": LOCAL_OWNER, "predictions.act": {"$eq": act}}},
                {"$project": {"newest": {"$last": "$predictions"}, "others": others}},
                {"$match": {"newest.act": {"$eq": act}}},
                {"$project": {"changed": {"$ne": ["$newest.category", {"$last": "$others.category"}]}}},
                {
                    "$group": {
                        "_id": None,
                        "rows": {"$sum": 1},
                        "changed": {"$sum": {"$cond": ["$changed", 1, 0]}},
                    }
                },
            ]
        )
        found = next(iter(counted), {"rows": 0, "changed": 0})
        return found["rows"], found["changed"]

    @guarded
    def take_back(self, act: str) -> int:
        """Let every unanswered row stand as before `act`; how many. Raises Unavailable; safe to try again.

        The predictions of the act go: nobody has answered them. A row answered meanwhile keeps its own.
        """

        def restored(row: StoredTransaction) -> Document:
            kept = row.predictions
            while row.status is Status.PREDICTED and len(kept) > 1 and kept[-1].act == act:
                kept = kept[:-1]
            return _with(row, kept)

        undone = 0
        query = {
            **_UNANSWERED,
            "predictions.act": {"$eq": act},
            "predictions.1": {"$exists": True},
            "$expr": {"$eq": [_newest("act"), _as(act)]},
        }
        while ids := [str(row["_id"]) for row in self._rows.find(query, {"_id": 1}).limit(_AT_ONCE)]:
            undone += len(change_many(self._rows, ids, restored))
        return undone


def _unanswered(document: Document) -> UnansweredTransaction:
    return UnansweredTransaction(
        id=str(document["_id"]),
        revision=document["revision"],
        transaction=transaction_of(document),
        prediction=prediction_of(document["predictions"][-1]),
    )


def _followed(row: UnansweredTransaction, prediction: Prediction | None, noted: Document) -> UpdateOne:
    unchanged = {"_id": ObjectId(row.id), "revision": row.revision}
    if prediction is None:
        return UpdateOne(unchanged, {"$set": noted})
    update = {
        "$push": {"predictions": prediction_document(prediction)},
        "$set": {**current_fields((prediction,), ()), **noted},
        "$inc": {"revision": 1},
    }
    return UpdateOne(unchanged, update)


def _with(row: StoredTransaction, predictions: tuple[Prediction, ...]) -> Document:
    return {**predicted(predictions), **current_fields(predictions, row.feedback)}


def _outdated(version: str) -> Document:
    return {**_UNANSWERED, "$expr": {"$ne": [_newest("model_version"), _as(version)]}}


def _newest(field: str) -> Document:
    """A field of the newest prediction, in an expression."""
    return {"$let": {"vars": {"newest": {"$last": "$predictions"}}, "in": f"$$newest.{field}"}}


_CURRENT = {"$max": [_newest("at"), "$followed.at"]}
"""When the newest prediction was made, or last found to be the same."""


def _before(at: datetime) -> Document:
    return {"$lt": [_CURRENT, at]}


def _as(value: str) -> Document:
    return {"$literal": value}
