"""The answers in the `transactions` collection: appended, never rewritten; an undo is another event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.acts import UndoResult
from src.domain.feedback import Feedback, LabelSource, is_answered_since
from src.domain.transactions import StoredTransaction, current_state
from src.errors import NotFound
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import feedback_fields, first_answer
from src.services.transactions.optimistic_update import not_found, object_ids, update_many

_BATCH = 1000


class FeedbackEvents:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def add(self, events: Sequence[tuple[str, Feedback]]) -> list[StoredTransaction | NotFound]:
        """Append each event to the transaction of its id, in order.

        Returns each transaction as it was before its event, or NotFound. Raises Unavailable.
        """
        by_id: dict[str, list[Feedback]] = defaultdict(list)
        for transaction_id, event in events:
            by_id[transaction_id].append(event)

        def answered(row: StoredTransaction) -> Document:
            acts = {event.act for event in row.feedback}  # a retry adds nothing twice
            new = [event for event in by_id[row.id] if event.act not in acts]
            return feedback_fields(row.predictions, (*row.feedback, *new))

        befores = update_many(self._database.transactions, list(by_id), answered)
        results: list[StoredTransaction | NotFound] = []
        for transaction_id, event in events:
            before = befores.get(transaction_id)
            results.append(before or not_found())
            if before:
                feedback = (*before.feedback, event)
                state = current_state(before.predictions, feedback)
                befores[transaction_id] = replace(
                    before, feedback=feedback, category=state.category, status=state.status
                )
        return results

    @guarded
    def answer_unanswered(self, ids: Sequence[str], event: Feedback) -> int:
        """Add `event` to those of these transactions that are unanswered; returns their number.

        Raises Unavailable.
        """
        query = {"owner": LOCAL_OWNER, "_id": {"$in": object_ids(ids)}, "label": None}
        return int(self._database.transactions.update_many(query, first_answer(event)).modified_count)

    @guarded
    def merchant_of(self, transaction_id: str) -> str | None:
        """None or "" if it has none, or does not exist. Raises Unavailable."""
        query = {"_id": {"$in": object_ids([transaction_id])}, "owner": LOCAL_OWNER}
        document = self._database.transactions.find_one(query, {"merchant": 1})
        return document.get("merchant") if document else None

    @guarded
    def similar(self, merchant: str, *, but: str) -> list[str]:
        """The ids of the unanswered transactions of `merchant`. Raises Unavailable."""
        documents = self._database.transactions.find(_unanswered(merchant, but), {"_id": 1})
        return [str(document["_id"]) for document in documents]

    @guarded
    def unanswered_of(self, query: Document, *, but: Collection[str]) -> list[str]:
        """The ids of the unanswered transactions of `query` except `but`, the newest first.

        Raises Unavailable.
        """
        query = {"$and": [query, {"label": None, "_id": {"$nin": object_ids(but)}}]}
        documents = list(self._database.transactions.find(query, {"_id": 1, "date": 1}))
        documents.sort(key=lambda document: (document["date"], document["_id"]), reverse=True)
        return [str(document["_id"]) for document in documents]

    @guarded
    def count_similar(self, merchant: str, *, but: str) -> int:
        """How many transactions `similar` has."""
        if not merchant:
            return 0
        return int(self._database.transactions.count_documents(_unanswered(merchant, but)))

    @guarded
    def answered_by(self, act: str, *, only: str | None = None) -> tuple[set[str], datetime | None]:
        """The merchants that `act` answered, and when; None if the act is unknown.

        only: the id of the transaction whose answer counts.
        """
        remembered = {"feedback.source": {"$ne": LabelSource.ONCE.value}}
        groups = self._database.transactions.aggregate(
            [
                {"$match": _answered(act, only)},
                {"$project": {"merchant": 1, "feedback": 1}},
                {"$unwind": "$feedback"},
                {"$match": {"feedback.act": {"$eq": act}, "feedback.category": {"$ne": None}, **remembered}},
                {"$group": {"_id": "$merchant", "at": {"$min": "$feedback.at"}}},
            ]
        )
        times = {group["_id"]: group["at"] for group in groups}
        return set(times), min(times.values(), default=None)

    @guarded
    def count_changed_by(self, act: str) -> int:
        """Transactions that `act` answered or predicted again."""
        query = {"$or": [{"feedback.act": {"$eq": act}}, {"predictions.act": {"$eq": act}}]}
        return int(self._database.transactions.count_documents({"owner": LOCAL_OWNER, **query}))

    @guarded
    def undo(self, act: str, *, at: datetime, only: str | None = None) -> UndoResult:
        """Undo every answer of `act`, or that of one transaction; an earlier or a newer one then counts.

        Raises Unavailable; a retry changes no transaction twice.
        """

        def undone(row: StoredTransaction) -> Document | None:
            if _is_undone(row, act):
                return None
            return feedback_fields(row.predictions, (*row.feedback, Feedback(category=None, at=at, act=act)))

        transactions = self._database.transactions
        is_undone = {"$elemMatch": {"act": {"$eq": act}, "category": None}}
        answered = transactions.find({**_answered(act, only), "feedback": {"$not": is_undone}}, {"_id": 1})
        ids, rows, kept = [str(document["_id"]) for document in answered], 0, 0
        for start in range(0, len(ids), _BATCH):
            changed = update_many(transactions, ids[start : start + _BATCH], undone).values()
            answered_since = sum(is_answered_since(row.feedback, act) for row in changed)
            rows, kept = rows + len(changed) - answered_since, kept + answered_since
        return UndoResult(rows, kept)


def _answered(act: str, only: str | None) -> Document:
    query = {"owner": LOCAL_OWNER, "feedback.act": {"$eq": act}}
    return {**query, "_id": {"$in": object_ids([only])}} if only is not None else query


def _unanswered(merchant: str, but: str) -> Document:
    return {"owner": LOCAL_OWNER, "merchant": merchant, "label": None, "_id": {"$ne": ObjectId(but)}}


def _is_undone(row: StoredTransaction, act: str) -> bool:
    return any(event.act == act and event.category is None for event in row.feedback)
