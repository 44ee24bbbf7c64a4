"""What the look for drift needs of the history: the time the champion learned from, and the time since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.feedback import LabelSource
from src.domain.quality import DriftPeriod, DriftRow
from src.domain.transactions import Status
from src.services.mongo.client import Database, Document, guarded

_OWN: Document = {"owner": LOCAL_OWNER}
_SINGLE: Document = {
    **_OWN,
    "label.source": LabelSource.FEEDBACK.value,
}  # 'and all similar' says little of each

_GLIMPSE: Document = {
    "created_at": 1,
    "merchant": 1,
    "value": 1,
    "currency": 1,
    "category": {"$first": "$predictions.category"},
}
_ENOUGH = 100
"""Rows, or answers, that the champion may have learned from, from which on they are what is compared with."""


class DriftPeriods:
    """Rows go by when they were stored, answers by when they were given; both are found by an index."""

    def __init__(
        self, database: Database, *, days: int = 30, rows: int = 1000, answers: int = 300, before: int = 300
    ) -> None:
        """days: how long ago "now" begins at most. rows, answers: the most of each that are looked at.

        before: how many rows right before each period are looked at for their merchants alone.
        """
        self._database = database
        self._recent = timedelta(days=days)
        self._most_rows = rows
        self._most_answers = answers
        self._before = before

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    def since(self, learned_at: datetime, now: datetime) -> datetime:
        """When "now" begins: with the champion, or `days` ago."""
        return max(learned_at, now - self._recent)

    @guarded
    def periods(self, learned_at: datetime, now: datetime) -> tuple[DriftPeriod, DriftPeriod]:
        """The time up to `learned_at`, and the newest since. Raises Unavailable.

        Where hardly anything was there for the champion to learn from, as on the first day, the first of the
        two ends where the second begins.
        """
        since = self.since(learned_at, now)
        rows_until = self._until("created_at", _OWN, learned_at, since)
        answers_until = self._until("label.at", _SINGLE, learned_at, since)
        return (
            DriftPeriod(*self._rows_of(until=rows_until), *self._answers({"$lt": answers_until})),
            DriftPeriod(*self._rows_of(since=since), *self._answers({"$gte": since})),
        )

    def _until(self, field: str, query: Document, learned_at: datetime, since: datetime) -> datetime:
        there = self._rows.count_documents({**query, field: {"$lt": learned_at}}, limit=_ENOUGH)
        return learned_at if there == _ENOUGH else since

    def _rows_of(
        self, *, until: datetime | None = None, since: datetime | None = None
    ) -> tuple[tuple[DriftRow, ...], tuple[str, ...]]:
        """The newest rows of a period, and the merchants of those right before them; oldest first."""
        query = {**_OWN, **({"created_at": {"$lt": until}} if until else {})}
        newest = self._rows.aggregate(
            [
                {"$match": query},
                {"$sort": {"created_at": DESCENDING, "_id": DESCENDING}},
                {"$limit": self._most_rows + self._before},
                {"$project": _GLIMPSE},
            ]
        )
        found = list(newest)
        inside = sum(since is None or each["created_at"] >= since for each in found)
        own = min(inside, self._most_rows)
        before = found[own : own + self._before]
        return (
            tuple(_glimpse(each) for each in reversed(found[:own])),
            tuple(each["merchant"] for each in reversed(before)),
        )

    def _answers(self, given: Document) -> tuple[int, int]:
        """How many of the newest answers, and how many of them agreed with the prediction."""
        newest = self._rows.find({**_SINGLE, "label.at": given}, {"_id": 0, "status": 1})
        found = list(newest.sort("label.at", DESCENDING).limit(self._most_answers))
        return len(found), sum(each["status"] == Status.CONFIRMED.value for each in found)

    @guarded
    def answered_since(self, at: datetime) -> bool:
        """Whether any answer was given after `at`."""
        return self._rows.find_one({**_OWN, "label.at": {"$gt": at}}, {"_id": 1}) is not None


def _glimpse(document: Document) -> DriftRow:
    return DriftRow(document["merchant"], document["value"], document["currency"], document["category"])
