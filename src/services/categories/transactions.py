"""The transactions of a category, moved to another one and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.feedback import active_answers
from src.domain.predictions import Alternative, Prediction
from src.domain.transactions import StoredTransaction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import current_fields, predicted, said
from src.services.transactions.optimistic_update import change_many

_AT_ONCE = 1000


class CategoryRows:
    """In the `transactions` collection. What was answered and predicted before stays in each row's life."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @guarded
    def counts(self) -> dict[str, int]:
        """How many transactions each category has."""
        groups = self._rows.aggregate(
            [{"$match": {"owner": LOCAL_OWNER}}, {"$group": {"_id": "$category", "rows": {"$sum": 1}}}]
        )
        return {group["_id"]: group["rows"] for group in groups if group["_id"]}

    @guarded
    def count(self, slug: str) -> int:
        return int(self._rows.count_documents({"owner": LOCAL_OWNER, "category": {"$eq": slug}}))

    @guarded
    def move(self, slug: str, into: str, *, act: str) -> int:
        """Give the rows of `slug` the category `into`, by one more answer or prediction of `act`; how many.

        The new answer has the time and the source of the one it replaces, so the order of answers stays.
        Raises Unavailable; to try again moves the rest.
        """

        def moved(row: StoredTransaction) -> Document:
            answers = active_answers(row.feedback)
            if answers and answers[-1].category == slug:
                return said(row.predictions, (*row.feedback, replace(answers[-1], category=into, act=act)))
            if not answers and row.prediction.category == slug:
                predictions = (*row.predictions, _renamed(row.prediction, slug, into, act))
                return {**predicted(predictions), **current_fields(predictions, row.feedback)}
            return dict(current_fields(row.predictions, row.feedback))

        count, last = 0, ObjectId("0" * 24)
        while True:
            query = {"owner": LOCAL_OWNER, "category": {"$eq": slug}, "_id": {"$gt": last}}
            ids = [row["_id"] for row in self._rows.find(query, {"_id": 1}).sort("_id").limit(_AT_ONCE)]
            if not ids:
                return count
            count += len(change_many(self._rows, [str(row_id) for row_id in ids], moved))
            last = ids[-1]


def _renamed(prediction: Prediction, slug: str, into: str, act: str) -> Prediction:
    shares: dict[str, float] = {}
    for alternative in prediction.alternatives:
        name = into if alternative.category == slug else alternative.category
        shares[name] = shares.get(name, 0.0) + alternative.probability
    alternatives = sorted((Alternative(*pair) for pair in shares.items()), key=lambda one: -one.probability)
    return replace(prediction, category=into, alternatives=tuple(alternatives), act=act)
