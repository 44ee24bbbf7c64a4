"""Predictions made anew of transactions that no person has answered, and taken back by their act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import DESCENDING

from src.domain.owners import LOCAL_OWNER
from src.domain.predictions import Prediction
from src.domain.transactions import Status, StoredTransaction, Transaction
from src.services.database import Database, Document, guarded
from src.services.transaction_changes import change_many
from src.services.transaction_documents import holding, predicted, transaction_of

_UNANSWERED = {"owner": LOCAL_OWNER, "status": Status.PREDICTED.value}
_AT_ONCE = 1000


class Repredictions:
    """In the `transactions` collection. Each is one more prediction in a transaction's life."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.collection("transactions")

    @guarded
    def outdated(self, version: str, limit: int) -> dict[str, Transaction]:
        """By id, what was given of the unanswered that another model spoke of last, newest first."""
        newest = self._rows.find(_outdated(version), {"predictions": 0, "feedback": 0})
        documents = newest.sort([("date", DESCENDING), ("_id", DESCENDING)]).limit(limit)
        return {str(document["_id"]): transaction_of(document) for document in documents}

    @guarded
    def count_outdated(self, version: str) -> int:
        return self._rows.count_documents(_outdated(version))

    @guarded
    def append(self, new: Mapping[str, tuple[Transaction, Prediction]]) -> None:
        """Add to each row the prediction that was made of what was given.

        A row that a person has answered, edited or deleted meanwhile stays as it is, and so does one that
        has a prediction of this model by now: to try again adds nothing twice. Raises Unavailable.
        """

        def renewed(row: StoredTransaction) -> Document:
            given, prediction = new[row.id]
            stale = row.prediction.model_version != prediction.model_version
            if row.status is Status.PREDICTED and stale and row.transaction == given:
                return _with(row, (*row.predictions, prediction))
            return _with(row, row.predictions)

        change_many(self._rows, list(new), renewed)

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


def _with(row: StoredTransaction, predictions: tuple[Prediction, ...]) -> Document:
    return {**predicted(predictions), **holding(predictions, row.feedback)}


def _outdated(version: str) -> Document:
    return {**_UNANSWERED, "$expr": {"$ne": [_newest("model_version"), _as(version)]}}


def _newest(field: str) -> Document:
    """A field of the newest prediction, in an expression."""
    return {"$let": {"vars": {"newest": {"$last": "$predictions"}}, "in": f"$$newest.{field}"}}


def _as(value: str) -> Document:
    return {"$literal": value}
