"""The transactions of a category: count them, relabel them with another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.feedback import active_answers
from src.domain.predictions import Alternative, Prediction
from src.domain.transactions import Edit, HistoryFilter, Status, StoredTransaction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import (
    IS_SPLIT,
    current_fields,
    edit_document,
    feedback_fields,
    prediction_fields,
    replaced_fields,
)
from src.services.transactions.optimistic_update import update_many
from src.services.transactions.query import query_of

_BATCH = 1000


class CategoryTransactions:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def counts(self) -> dict[str, int]:
        """The number of transactions by category, of themselves or of a part of them."""
        by_category = {"$group": {"_id": "$category", "rows": {"$sum": 1}}}
        of_parts = {"$setDifference": ["$splits.category", ["$category"]]}
        split = [
            {"$match": {"owner": LOCAL_OWNER, **IS_SPLIT}},
            {"$project": {"category": of_parts}},
            {"$unwind": "$category"},
            by_category,
        ]
        union = {"$unionWith": {"coll": "transactions", "pipeline": split}}
        counts: Counter[str] = Counter()
        for group in self._database.transactions.aggregate(
            [{"$match": {"owner": LOCAL_OWNER}}, by_category, union]
        ):
            counts[group["_id"]] += group["rows"]
        del counts[None]
        return dict(counts)

    @guarded
    def count(self, slug: str) -> int:
        """Transactions that have this category, or a part of them has."""
        return int(self._database.transactions.count_documents(query_of(HistoryFilter(category=slug))))

    @guarded
    def names(self, slug: str) -> bool:
        """Whether a transaction has this category, or a part of one."""
        return any(
            self._database.transactions.find_one(query, {"_id": 1}) for query in (_of(slug), _with_part(slug))
        )

    @guarded
    def count_named(self, slug: str, *, but: str | None = None) -> int:
        """The transactions that have this category, or would have it again by an undo.

        That is, by an earlier answer, prediction or edit, also those that are deleted or of an undone import.
        but: an act; those that have it only by its prediction, which is the newest, do not count.
        """
        deleted = self._database.deleted_transactions
        aside = {"owner": LOCAL_OWNER, "feedback.category": {"$eq": slug}}
        return int(
            self._database.transactions.count_documents(
                {**_naming(slug), **({"$nor": [_only_by(but, slug)]} if but else {})}
            )
            + deleted.count_documents(_naming(slug, "document."))
            + self._database.answers_aside.count_documents(aside)
        )

    @guarded
    def relabel(self, slug: str, into: str, *, act: str) -> int:
        """Change the transactions of `slug` to `into`, by one more answer or prediction of `act`.

        The new answer has the time and the source of the one it replaces, so the order of answers stays.
        Returns their number. Raises Unavailable; a retry changes the rest.
        """

        def relabelled(row: StoredTransaction) -> Document:
            answers = active_answers(row.feedback)
            if answers and answers[-1].category == slug:
                answer = replace(answers[-1], category=into, act=act)
                return feedback_fields(row.predictions, (*row.feedback, answer))
            if not answers and row.prediction.category == slug:
                predictions = (*row.predictions, _renamed(row.prediction, slug, into, act))
                return prediction_fields(predictions, row.feedback)
            return current_fields(row.predictions, row.feedback)

        transactions, count, last = self._database.transactions, 0, ObjectId("0" * 24)
        while True:
            query = {**_of(slug), "_id": {"$gt": last}}
            batch = list(transactions.find(query, {"_id": 1}).sort("_id").limit(_BATCH))
            if not batch:
                return count
            count += len(update_many(transactions, [str(document["_id"]) for document in batch], relabelled))
            last = batch[-1]["_id"]

    @guarded
    def relabel_parts(self, slug: str, into: str, *, act: str, at: datetime) -> int:
        """Change the parts of `slug` to `into`, by an edit of `act`; returns the number of transactions.

        Raises Unavailable; a retry changes the rest.
        """

        def relabelled(row: StoredTransaction) -> Document:
            splits = [
                replace(split, category=into) if split.category == slug else split for split in row.splits
            ]
            after = replace(row.transaction, splits=tuple(splits))
            edits = (*row.edits, Edit(act, at, row.transaction, after))
            return {**replaced_fields(after), "edits": [edit_document(edit) for edit in edits]}

        transactions, count = self._database.transactions, 0
        while batch := list(transactions.find(_with_part(slug), {"_id": 1}).limit(_BATCH)):
            count += len(update_many(transactions, [str(document["_id"]) for document in batch], relabelled))
        return count


_NAMING = (
    *("category", "splits.category", "feedback.category", "predictions.category"),
    *("edits.before.splits.category", "edits.after.splits.category"),
)


def _of(slug: str) -> Document:
    return {"owner": LOCAL_OWNER, "category": {"$eq": slug}}


def _with_part(slug: str) -> Document:
    return {"owner": LOCAL_OWNER, "splits.category": {"$eq": slug}, **IS_SPLIT}


def _naming(slug: str, prefix: str = "") -> Document:
    """prefix: of the field names."""
    return {"owner": LOCAL_OWNER, "$or": [{f"{prefix}{field}": {"$eq": slug}} for field in _NAMING]}


def _only_by(act: str, slug: str) -> Document:
    others = [field for field in _NAMING if field not in ("category", "predictions.category")]
    return {
        "status": Status.PREDICTED.value,
        "$expr": {"$eq": [{"$last": "$predictions.act"}, {"$literal": act}]},
        "predictions": {"$not": {"$elemMatch": {"category": slug, "act": {"$ne": act}}}},
        **{field: {"$ne": slug} for field in others},
    }


def _renamed(prediction: Prediction, slug: str, into: str, act: str) -> Prediction:
    shares: dict[str, float] = {}
    for alternative in prediction.alternatives:
        name = into if alternative.category == slug else alternative.category
        shares[name] = shares.get(name, 0.0) + alternative.probability
    alternatives = sorted(
        (Alternative(*pair) for pair in shares.items()), key=lambda alternative: -alternative.probability
    )
    return replace(prediction, category=into, alternatives=tuple(alternatives), act=act)
