"""The unanswered transactions: list them, predict them again, and undo that by its act.

Read without their predictions where possible, which are most of a document.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from bson import ObjectId
from pymongo import DESCENDING, UpdateOne

from src.domain import LOCAL_OWNER
from src.domain.predictions import Prediction
from src.domain.transactions import Status, StoredTransaction, Transaction, UnansweredTransaction
from src.services.mongo.client import Database, Document, guarded, guarded_stream
from src.services.transactions.documents import (
    FOR_OTHERS,
    HAS_LABEL,
    INPUT_FIELDS,
    current_fields,
    prediction_document,
    prediction_fields,
    prediction_of,
    transaction_of,
)
from src.services.transactions.linked import is_linked
from src.services.transactions.optimistic_update import object_ids, update_many

_UNANSWERED = {"owner": LOCAL_OWNER, "status": Status.PREDICTED.value}
_NEWEST_FIRST = [("date", DESCENDING), ("_id", DESCENDING)]
_BATCH = 1000
_MOST_MERCHANTS = 200


def _newest(field: str) -> Document:
    """A field of the newest prediction, in an expression."""
    return {"$let": {"vars": {"newest": {"$last": "$predictions"}}, "in": f"$$newest.{field}"}}


_LOOKED_AT = {"$max": [_newest("at"), "$followed.at"]}
"""When the newest prediction was made, or last confirmed without a change."""


class Unanswered:
    """In the `transactions` collection; the earlier predictions of a transaction stay."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded_stream
    def newest(self, limit: int) -> Iterator[tuple[str, Transaction]]:
        """Each with its id, newest first, in batches of a thousand from the server."""
        newest = self._database.transactions.find(_UNANSWERED, INPUT_FIELDS).sort(_NEWEST_FIRST)
        for document in newest.limit(limit).batch_size(1000):
            yield str(document["_id"]), transaction_of(document)

    @guarded
    def waiting(self, limit: int) -> dict[str, Transaction]:
        """The newest that need review, by id."""
        query = {**_UNANSWERED, "needs_review": True}
        newest = self._database.transactions.find(query, INPUT_FIELDS).sort(_NEWEST_FIRST).limit(limit)
        return {str(document["_id"]): transaction_of(document) for document in newest}

    @guarded
    def count(self) -> int:
        return int(self._database.transactions.count_documents(_UNANSWERED))

    @guarded
    def by_id(self, ids: Collection[str]) -> dict[str, Transaction]:
        """By id, also those that are answered by now; deleted ones are absent."""
        query = {"_id": {"$in": object_ids(ids)}, "owner": LOCAL_OWNER}
        documents = self._database.transactions.find(query, INPUT_FIELDS)
        return {str(document["_id"]): transaction_of(document) for document in documents}

    @guarded
    def outdated(self, version: str, limit: int) -> dict[str, Transaction]:
        """The newest ones, by id, whose prediction is out of date.

        Another model predicted them last, or a person has answered for their merchant since.
        """
        newest = self._newest_answers()
        merchants = {merchant for merchant, _, at, _ in self._groups() if at < newest.get(merchant, at)}
        answered = [
            {**_UNANSWERED, "merchant": merchant, "$expr": {"$lt": [_LOOKED_AT, newest[merchant]]}}
            for merchant in sorted(merchants)[:_MOST_MERCHANTS]
        ]
        other_model = {**_UNANSWERED, "$expr": {"$ne": [_newest("model_version"), {"$literal": version}]}}
        documents = self._database.transactions.find({"$or": [other_model, *answered]}, INPUT_FIELDS)
        return {
            str(document["_id"]): transaction_of(document)
            for document in documents.sort(_NEWEST_FIRST).limit(limit)
        }

    @guarded
    def count_outdated(self, version: str) -> int:
        newest = self._newest_answers()
        return sum(
            rows
            for merchant, predicted_by, at, rows in self._groups()
            if predicted_by != version or at < newest.get(merchant, at)
        )

    def _newest_answers(self) -> dict[str, datetime]:
        """Merchant -> time of its newest answer; read from the index alone."""
        groups = self._database.transactions.aggregate(
            [
                {"$match": {"owner": LOCAL_OWNER, "merchant": {"$gt": ""}, **HAS_LABEL, **FOR_OTHERS}},
                {"$group": {"_id": "$merchant", "at": {"$max": "$label.at"}}},
            ]
        )
        return {group["_id"]: group["at"] for group in groups}

    def _groups(self) -> Iterator[tuple[str, str | None, datetime, int]]:
        """(merchant, model version, when predicted, number). Transactions of one import share the time."""
        key = {"merchant": "$merchant", "version": _newest("model_version"), "at": _LOOKED_AT}
        groups = self._database.transactions.aggregate(
            [{"$match": _UNANSWERED}, {"$group": {"_id": key, "rows": {"$sum": 1}}}], allowDiskUse=True
        )
        for group in groups:
            yield group["_id"]["merchant"], group["_id"].get("version"), group["_id"]["at"], group["rows"]

    @guarded
    def append(self, new: Mapping[str, tuple[Transaction, Prediction]]) -> None:
        """Add to each transaction, by its id, the prediction that was made of this input.

        One that was answered, edited or deleted meanwhile stays as it is, and so does one that has a newer
        prediction of this model: a retry adds nothing twice. Raises Unavailable.
        """

        def repredicted(row: StoredTransaction) -> Document:
            transaction, prediction = new[row.id]
            newest = row.prediction
            outdated = newest.model_version != prediction.model_version or newest.at < prediction.at
            same = row.status is Status.PREDICTED and row.transaction == transaction
            predictions = (*row.predictions, prediction) if outdated and same else row.predictions
            return prediction_fields(predictions, row.feedback)

        update_many(self._database.transactions, list(new), repredicted)

    @guarded
    def not_repredicted_for(
        self, merchants: Collection[str], act: str, *, limit: int, since: datetime | None
    ) -> list[UnansweredTransaction]:
        """Those of `merchants` that `act` has not looked at yet. Raises Unavailable.

        since: only those whose newest prediction is not older.
        """
        conditions: list[Document] = [{"$ne": [_newest("act"), {"$literal": act}]}]
        if since:
            conditions.append({"$gte": [_newest("at"), since]})
        query = {
            **_UNANSWERED,
            "merchant": {"$in": sorted(merchants)},
            "label.at": None,
            "followed.act": {"$ne": act},
            "$expr": {"$and": conditions},
        }
        documents = self._database.transactions.find(query, {"feedback": 0, "predictions": {"$slice": -1}})
        return [
            UnansweredTransaction(
                id=str(document["_id"]),
                revision=document["revision"],
                transaction=transaction_of(document),
                prediction=prediction_of(document["predictions"][-1]),
                is_linked=is_linked(document),
            )
            for document in documents.limit(limit)
        ]

    @guarded
    def store_repredictions(
        self, new: Sequence[tuple[UnansweredTransaction, Prediction | None]], act: str, *, at: datetime
    ) -> set[str]:
        """Add its new prediction, if any, to each transaction, and note that `act` has looked at it.

        new: not empty. Returns the ids of those written; one that changed since it was read is not. Raises
        Unavailable.
        """
        transactions, batch_id, updates = self._database.transactions, secrets.token_hex(8), []
        for row, prediction in new:
            update: Document = {"$set": {"followed": {"act": act, "at": at}, "change": batch_id}}
            if prediction:
                update["$push"] = {"predictions": prediction_document(prediction)}
                update["$set"] |= current_fields((prediction,), ())
                update["$set"]["needs_review"] &= not row.is_linked
                update["$inc"] = {"revision": 1}
            updates.append(UpdateOne({"_id": ObjectId(row.id), "revision": row.revision}, update))
        ids = {row.id for row, _ in new}
        if transactions.bulk_write(updates, ordered=False).matched_count == len(updates):
            return ids
        query = {"_id": {"$in": object_ids(ids)}, "change": batch_id}
        return {str(document["_id"]) for document in transactions.find(query, {"_id": 1})}

    @guarded
    def leave(self, ids: Collection[str], act: str, *, at: datetime) -> None:
        """Keep the predictions of these transactions, although `act` answers for their merchant."""
        query = {**_UNANSWERED, "_id": {"$in": object_ids(ids)}}
        self._database.transactions.update_many(query, {"$set": {"followed": {"act": act, "at": at}}})

    @guarded
    def count_answered(self, act: str) -> int:
        """Transactions that `act` predicted again and a person has answered since."""
        answered = {"owner": LOCAL_OWNER, "predictions.act": {"$eq": act}, "label.at": {"$ne": None}}
        query = {**answered, "feedback.act": {"$ne": act}}
        return int(self._database.transactions.count_documents(query))

    @guarded
    def count_repredicted(self, act: str) -> tuple[int, int]:
        """How many transactions `act` predicted again, and how many of them changed category by it."""
        others = {"$filter": {"input": "$predictions", "cond": {"$ne": ["$$this.act", {"$literal": act}]}}}
        changed = {"$ne": ["$newest.category", {"$last": "$others.category"}]}
        groups = self._database.transactions.aggregate(
            [
                {"$match": {"owner": LOCAL_OWNER, "predictions.act": {"$eq": act}}},
                {"$project": {"newest": {"$last": "$predictions"}, "others": others}},
                {"$match": {"newest.act": {"$eq": act}}},
                {"$group": {"_id": changed, "rows": {"$sum": 1}}},
            ]
        )
        rows = {group["_id"]: group["rows"] for group in groups}
        return sum(rows.values()), rows.get(True, 0)

    @guarded
    def undo(self, act: str) -> int:
        """Remove the predictions of `act`; returns the number of transactions.

        A merge of categories repeats a prediction with the new category, at the same time: that goes with it.
        One that was answered meanwhile keeps its own. Raises Unavailable; safe to retry.
        """

        def restored(row: StoredTransaction) -> Document:
            predictions = row.predictions
            while row.status is Status.PREDICTED and len(predictions) > 1:
                of_act = [
                    position
                    for position, prediction in enumerate(predictions)
                    if prediction.act == act and prediction.at == predictions[-1].at
                ]
                if not of_act:
                    break
                predictions = predictions[: max(1, of_act[0])]
            return prediction_fields(predictions, row.feedback)

        transactions, undone = self._database.transactions, 0
        of_act = {"$filter": {"input": "$predictions", "cond": {"$eq": ["$$this.act", {"$literal": act}]}}}
        query = {
            **_UNANSWERED,
            "predictions.act": {"$eq": act},
            "predictions.1": {"$exists": True},
            "$expr": {"$in": [_newest("at"), {"$map": {"input": of_act, "in": "$$this.at"}}]},
        }
        while ids := [
            str(document["_id"]) for document in transactions.find(query, {"_id": 1}).limit(_BATCH)
        ]:
            undone += len(update_many(transactions, ids, restored))
        return undone
