"""The data of drift detection: transactions and answers up to the champion's training, and since."""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.feedback import LabelSource
from src.domain.quality import DriftPeriod, DriftRow
from src.domain.transactions import Status
from src.services.mongo.client import Database, Document, guarded

_OWN: Document = {"owner": LOCAL_OWNER}
# Answers to one transaction: those to all similar ones say little about each.
_SINGLE: Document = {**_OWN, "label.source": LabelSource.FEEDBACK.value}

# In the order of DriftRow.
_FIELDS: Document = {
    "merchant": 1,
    "value": 1,
    "currency": 1,
    "category": {"$first": "$predictions.category"},
}
_ENOUGH = 100
"""Rows, or answers, before the champion's training from which on they are compared with."""
_LONGEST = timedelta(days=30)
"""Of the period "now"."""
_MOST_ANSWERS = 300


class DriftPeriods:
    """Rows count at the time they were stored, answers at the time they were given; both have an index."""

    def __init__(self, database: Database, *, rows: int = 1000, before: int = 300) -> None:
        """rows: the most of a period that are read. before: those just before it, for their merchants."""
        self._database = database
        self._most_rows = rows
        self._before = before

    def since(self, learned_at: datetime, now: datetime) -> datetime:
        """Start of the period "now": when the champion was trained, or 30 days ago."""
        return max(learned_at, now - _LONGEST)

    @guarded
    def periods(self, learned_at: datetime, now: datetime) -> tuple[DriftPeriod, DriftPeriod]:
        """The period up to `learned_at`, and the newest since. Raises Unavailable.

        With too little data before `learned_at`, as on the first day, the first period ends where the second
        begins.
        """
        since = self.since(learned_at, now)
        rows_until = self._until("created_at", _OWN, learned_at, since)
        answers_until = self._until("label.at", _SINGLE, learned_at, since)
        return (
            DriftPeriod(*self._newest_rows(until=rows_until), *self._answers({"$lt": answers_until})),
            DriftPeriod(*self._newest_rows(since=since), *self._answers({"$gte": since})),
        )

    def _until(self, field: str, query: Document, learned_at: datetime, since: datetime) -> datetime:
        count = self._database.transactions.count_documents(
            {**query, field: {"$lt": learned_at}}, limit=_ENOUGH
        )
        return learned_at if count == _ENOUGH else since

    def _newest_rows(
        self, *, until: datetime | None = None, since: datetime | None = None
    ) -> tuple[tuple[DriftRow, ...], tuple[str, ...]]:
        """The newest rows of a period, and the merchants of those just before them; oldest first."""
        documents = list(
            self._database.transactions.aggregate(
                [
                    {"$match": {**_OWN, **({"created_at": {"$lt": until}} if until else {})}},
                    {"$sort": {"created_at": DESCENDING, "_id": DESCENDING}},
                    {"$limit": self._most_rows + self._before},
                    {"$project": {**_FIELDS, "created_at": 1}},
                ]
            )
        )
        inside = sum(since is None or row["created_at"] >= since for row in documents)
        count = min(inside, self._most_rows)
        rows, before = documents[:count], documents[count : count + self._before]
        return (
            tuple(DriftRow(*(row[field] for field in _FIELDS)) for row in reversed(rows)),
            tuple(row["merchant"] for row in reversed(before)),
        )

    def _answers(self, at: Document) -> tuple[int, int]:
        """(the newest answers at these times, how many of them agreed with the prediction)."""
        newest = self._database.transactions.find({**_SINGLE, "label.at": at}, {"_id": 0, "status": 1})
        statuses = [row["status"] for row in newest.sort("label.at", DESCENDING).limit(_MOST_ANSWERS)]
        return len(statuses), statuses.count(Status.CONFIRMED.value)

    @guarded
    def answered_since(self, at: datetime) -> bool:
        return self._database.transactions.find_one({**_OWN, "label.at": {"$gt": at}}, {"_id": 1}) is not None
