"""The answers inside the `transactions` collection: appended, never rewritten, and taken back by an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.acts import UndoResult
from src.domain.feedback import Feedback, active_answers
from src.domain.transactions import Status, StoredTransaction, current_state
from src.errors import NotFound
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import feedback_document, said
from src.services.transactions.optimistic_update import change_many, not_found


class FeedbackEvents:
    """What people said of each transaction. The newest answer that was not taken back holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @guarded
    def add_many(self, events: Sequence[tuple[str, Feedback]]) -> list[StoredTransaction | NotFound]:
        """Append each event to its transaction, in order, and let it hold.

        Returns each transaction as it was before its event; NotFound in the place of one there is not.
        Raises Unavailable.
        """
        of_row: dict[str, list[Feedback]] = defaultdict(list)
        for transaction_id, event in events:
            of_row[transaction_id].append(event)

        def answered(row: StoredTransaction) -> Document:
            known = {event.act for event in row.feedback}  # a second try adds nothing twice
            new = [event for event in of_row[row.id] if event.act not in known]
            return said(row.predictions, (*row.feedback, *new))

        befores = change_many(self._rows, list(of_row), answered)
        answers: list[StoredTransaction | NotFound] = []
        for transaction_id, event in events:
            if (before := befores.get(transaction_id)) is None:
                answers.append(not_found())
                continue
            answers.append(before)
            befores[transaction_id] = _after(before, event)
        return answers

    @guarded
    def answer_similar(self, merchant: str, event: Feedback, *, but: str) -> int:
        """Give `event` to every row of `merchant` that no answer holds; how many. Raises Unavailable."""
        label = {"category": event.category, "at": event.at, "source": event.source.value}
        holds = {"category": event.category, "needs_review": False, "label": label}
        changed = 0
        for comparison, status in (("$eq", Status.CONFIRMED), ("$ne", Status.CORRECTED)):
            update = {
                "$push": {"feedback": feedback_document(event)},
                "$set": {**holds, "status": status.value},
                "$inc": {"revision": 1},
            }
            rows = {**_untouched(merchant, but), "category": {comparison: event.category}}
            changed += self._rows.update_many(rows, update).modified_count
        return changed

    @guarded
    def count_similar(self, merchant: str, *, but: str) -> int:
        """How many rows `answer_similar` would change."""
        return self._rows.count_documents(_untouched(merchant, but)) if merchant else 0

    @guarded
    def of_act(self, act: str) -> tuple[set[str], datetime | None]:
        """The merchants that `act` answered, and when; None where it is unknown."""
        answered = self._rows.aggregate(
            [
                {"$match": {"owner": LOCAL_OWNER, "feedback.act": {"$eq": act}}},
                {"$project": {"merchant": 1, "feedback": 1}},
                {"$unwind": "$feedback"},
                {"$match": {"feedback.act": {"$eq": act}, "feedback.category": {"$ne": None}}},
                {"$group": {"_id": "$merchant", "at": {"$min": "$feedback.at"}}},
            ]
        )
        moments = {group["_id"]: group["at"] for group in answered}
        return set(moments), min(moments.values(), default=None)

    @guarded
    def count_of_act(self, act: str) -> int:
        """Rows that `act` answered or predicted anew."""
        of_act = [{"feedback.act": {"$eq": act}}, {"predictions.act": {"$eq": act}}]
        return self._rows.count_documents({"owner": LOCAL_OWNER, "$or": of_act})

    @guarded
    def take_back(self, act: str, *, at: datetime) -> int:
        """Take back every answer of `act`; of how many rows."""
        undone = self.withdraw(act, at=at)
        return undone.rows + undone.kept

    @guarded
    def withdraw(self, act: str, *, at: datetime) -> UndoResult:
        """Take back every answer of `act`; what stood before holds again, or what was answered since.

        Raises Unavailable; to try again changes no row twice.
        """
        withdrawal = Feedback(category=None, at=at, act=act)

        def withdrawn(row: StoredTransaction) -> Document:
            new = () if _is_taken_back(row, act) else (withdrawal,)
            return said(row.predictions, (*row.feedback, *new))

        answered = self._rows.find({"owner": LOCAL_OWNER, "feedback.act": {"$eq": act}}, {"_id": 1})
        befores = change_many(self._rows, [str(document["_id"]) for document in answered], withdrawn)
        withdrawn_now = [row for row in befores.values() if not _is_taken_back(row, act)]
        answered_since = sum(active_answers(row.feedback)[-1].act != act for row in withdrawn_now)
        return UndoResult(rows=len(withdrawn_now) - answered_since, kept=answered_since)


def _untouched(merchant: str, but: str) -> Document:
    return {"owner": LOCAL_OWNER, "merchant": merchant, "label": None, "_id": {"$ne": ObjectId(but)}}


def _is_taken_back(row: StoredTransaction, act: str) -> bool:
    return any(event.act == act and event.category is None for event in row.feedback)


def _after(before: StoredTransaction, event: Feedback) -> StoredTransaction:
    feedback = (*before.feedback, event)
    state = current_state(before.predictions, feedback)
    return replace(before, feedback=feedback, category=state.category, status=state.status)
