"""What the month totals must count again: marked transactions, and notes of days that rows have left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pymongo import ASCENDING, UpdateMany

from src.domain import LOCAL_OWNER
from src.domain.months import days_of, month_of
from src.services.mongo.client import Database, Document
from src.services.mongo.marking import IS_MARKED, MARK, WRITE_ENDED

Month = tuple[str, str]
"""Currency and month."""

_MOST_MARKS = 50_000


@dataclass
class Stale:
    days: dict[Month, set[date]] = field(default_factory=lambda: defaultdict(set))
    """Those that are to be counted again, by month."""
    marks: dict[str, list[Any]] = field(default_factory=dict)
    """The ids of the marked transactions by the token of the mark."""
    notes: list[Any] = field(default_factory=list)
    """The ids of the notes whose write has ended."""
    is_all: bool = True
    """Whether these are all marks."""

    def __bool__(self) -> bool:
        return bool(self.days or self.marks or self.notes)

    def add_day(self, currency: str, day: date, starts: int) -> None:
        self.days[currency, month_of(day, starts)].add(day)


def read_stale(database: Database, starts: int) -> Stale:
    """To be read before the days are counted. starts: the day that months begin with."""
    stale = Stale()
    done = {"$addFields": {"done": WRITE_ENDED}}
    for note in database.stale_months.aggregate([done]):
        for currency, month_or_day in note.get("days", ()):
            is_month = len(month_or_day) == len("2026-03")
            days = days_of(month_or_day) if is_month else [date.fromisoformat(month_or_day)]
            for day in days:
                stale.add_day(currency, day, starts)
        if note["done"]:
            stale.notes.append(note["_id"])
    fields = {MARK: 1, "currency": 1, "date": 1, "transfer": 1}
    # In the order of the index, so that what is left is of other months.
    marked = database.transactions.find(IS_MARKED, fields).sort(
        [("currency", ASCENDING), ("date", ASCENDING)]
    )
    rows = list(marked.limit(_MOST_MARKS))
    stale.is_all = len(rows) < _MOST_MARKS
    marks = defaultdict(list)
    for row in rows:
        marks[row[MARK]].append(row["_id"])
    stale.marks = dict(marks)
    for row in [*rows, *_linked_to(database, rows)]:
        stale.add_day(row["currency"], row["date"].date(), starts)
    return stale


def _linked_to(database: Database, rows: Sequence[Document]) -> list[Document]:
    """The refunds of these transactions, and the other ends of own transfers, whose sums depend on them."""
    transfers = [row["transfer"] for row in rows if row.get("transfer")]
    linked: list[Document] = []
    for name, values in (("refund_of", [row["_id"] for row in rows]), ("transfer", transfers)):
        if values:
            query = {"owner": LOCAL_OWNER, name: {"$in": values}}
            linked += database.transactions.find(query, {"_id": 0, "currency": 1, "date": 1})
    return linked


def forget_stale(database: Database, stale: Stale) -> None:
    """After their days are counted. A transaction that was changed again meanwhile has another token."""
    cleared = [
        UpdateMany({"_id": {"$in": ids}, MARK: token}, {"$unset": {MARK: ""}})
        for token, ids in stale.marks.items()
    ]
    if cleared:
        database.collection("transactions").bulk_write(cleared, ordered=False)
    if stale.notes:
        database.stale_months.delete_many({"_id": {"$in": stale.notes}})


def count_stale(database: Database) -> int:
    """The transactions that are marked or noted."""
    noted: list[Document] = list(
        database.stale_months.aggregate([{"$group": {"_id": None, "rows": {"$sum": "$rows"}}}])
    )
    marked = database.transactions.count_documents(IS_MARKED)
    return int(marked) + sum(int(group["rows"]) for group in noted)
