"""The sums of each month in MongoDB, by category and account, and by payment method, weekday, merchant or
day.

A month is always counted from all its transactions, never changed by a difference, so counting can be
repeated and interrupted. Each document has a version: it is replaced only if nobody else has replaced it
since before its transactions were read. What was counted is unmarked at the end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

from pymongo import DESCENDING, ReplaceOne
from pymongo.errors import BulkWriteError

from src.domain import LOCAL_OWNER
from src.domain.months import first_day, last_day, month_of
from src.domain.preferences import Preferences
from src.services.mongo.client import Database, Document, guarded, midnight, unconfirmed
from src.services.mongo.marking import IS_MARKED
from src.services.totals.rows import contributions
from src.services.totals.stale import Month, Stale, count_stale, forget_stale, read_stale
from src.services.totals.tables import ACCOUNT, KINDS, columns_of, tables_of

_STATE = "month_totals"
_FORMAT = 2
"""Of the documents; with another one, everything is counted anew."""
_TRIES = 20


class MonthTotals:
    """One for each process, whose threads count one after the other; several processes may count at once."""

    def __init__(self, database: Database, preferences: Callable[[], Preferences]) -> None:
        """preferences: the first day of months."""
        self.database = database
        self._preferences = preferences
        self._counting = threading.Lock()

    @property
    def starts(self) -> int:
        """The day that months begin with."""
        return self._preferences().month_starts

    @guarded
    def refresh(self, *, at_most: int | None = None) -> bool:
        """Count what has changed; returns whether everything is counted. Raises Unavailable.

        at_most: if more transactions were to be read, leave it to the scheduler.
        """
        with self._counting:
            for _ in range(_TRIES):
                starts = self.starts
                is_complete, is_stale = self._state(starts)
                if is_complete and not is_stale:
                    return True
                if not is_complete and not self._may_count_all(at_most):
                    return False
                stale = read_stale(self.database, starts)
                if not is_complete:
                    stale.months |= set(self._all_months(starts))
                elif at_most is not None and self._rows_of(stale, starts) > at_most:
                    return False
                if self._count(stale, starts):
                    if not is_complete:
                        self._set_complete(starts)
                    if stale.is_all:
                        return True
            return False

    @guarded
    def revision(self) -> int:
        """Grows when something was counted, also if everything was erased before. Raises Unavailable."""
        state = self.database.states.find_one({"_id": _STATE}) or {}
        return int(state.get("revision", 0))

    @guarded
    def uncounted(self) -> int:
        """The transactions that are not counted as they are now, about. Raises Unavailable."""
        starts = self.starts
        is_complete, is_stale = self._state(starts)
        if not is_complete:
            counted = sum(int(head["rows"]) for head in self.heads(starts))
            return max(0, int(self.database.transactions.estimated_document_count()) - counted)
        return count_stale(self.database) if is_stale else 0

    @guarded
    def rebuild(self) -> None:
        """Count everything anew. Raises Unavailable."""
        self.database.states.update_one({"_id": _STATE}, {"$unset": {"complete": ""}}, upsert=True)
        self.refresh()

    def heads(self, starts: int, kind: str = ACCOUNT, currency: str | None = None) -> list[Document]:
        """`currency`, `period`, `version`, `rows`, and `first` and `last` day of the months with any."""
        query = {"owner": LOCAL_OWNER, "starts": starts, "kind": kind, "rows": {"$gt": 0}}
        names = ("currency", "period", "version", "rows", "first", "last")
        chosen = {"currency": currency} if currency else {}
        return list(
            self.database.month_totals.find({**query, **chosen}, {"_id": 0, **dict.fromkeys(names, 1)})
        )

    def _state(self, starts: int) -> tuple[bool, bool]:
        """Whether all months were ever counted, and whether some are to be counted again."""
        any_note = [{"$limit": 1}, {"$project": {"_id": 0, "stale": {"$literal": True}}}]
        any_mark = [{"$match": IS_MARKED}, *any_note]
        states = self.database.states.aggregate(
            [
                {"$match": {"_id": _STATE}},
                {"$project": {"complete": 1}},
                {"$unionWith": {"coll": "stale_months", "pipeline": any_note}},
                {"$unionWith": {"coll": "transactions", "pipeline": any_mark}},
            ]
        )
        documents = list(states)
        complete = {"starts": starts, "format": _FORMAT}
        is_complete = any(document.get("complete") == complete for document in documents)
        return is_complete, any("stale" in document for document in documents)

    def _may_count_all(self, at_most: int | None) -> bool:
        """Else the scheduler is asked for it."""
        if at_most is None or self.database.transactions.estimated_document_count() <= at_most:
            return True
        note: Document = {"months": [], "rows": 0}
        self.database.stale_months.update_one({"_id": "all"}, {"$setOnInsert": note}, upsert=True)
        return False

    def _set_complete(self, starts: int) -> None:
        complete = {"complete": {"starts": starts, "format": _FORMAT}}
        self.database.states.update_one({"_id": _STATE}, {"$set": complete}, upsert=True)
        others = {"owner": LOCAL_OWNER, "starts": {"$ne": starts}}
        self.database.month_totals.delete_many(others)

    def _all_months(self, starts: int) -> Iterator[Month]:
        """Of the transactions, and of what was counted before."""
        for head in self.heads(starts):
            yield head["currency"], head["period"]
        for currency in self.database.transactions.distinct("currency", {"owner": LOCAL_OWNER}):
            query: Document = {"owner": LOCAL_OWNER, "currency": {"$eq": currency}}
            newest_first = [("date", DESCENDING)]
            while newest := self.database.transactions.find_one(query, {"date": 1}, sort=newest_first):
                month = month_of(newest["date"].date(), starts)
                yield currency, month
                query["date"] = {"$lt": midnight(first_day(month, starts))}

    def _rows_of(self, stale: Stale, starts: int) -> int:
        """The transactions of these months, about."""
        marked = sum(len(ids) for ids in stale.marks.values())
        months = (head for head in self.heads(starts) if (head["currency"], head["period"]) in stale.months)
        return marked + sum(int(head["rows"]) for head in months)

    def _count(self, stale: Stale, starts: int) -> bool:
        counted = [self._count_month(*month, starts) for month in sorted(stale.months)]
        if stale.months:
            # Before the marks are gone: a process that is killed in between counts again.
            self.database.states.update_one({"_id": _STATE}, [{"$set": {"revision": _next()}}], upsert=True)
        if all(counted):
            forget_stale(self.database, stale)
        return all(counted)

    def _count_month(self, currency: str, month: str, starts: int) -> bool:
        """False if others were quicker each time."""
        days = {
            "$gte": midnight(first_day(month, starts)),
            "$lt": midnight(last_day(month, starts) + timedelta(days=1)),
        }
        ids = {kind: document_id(starts, currency, kind, month) for kind in KINDS}
        for _ in range(_TRIES):
            counted = self.database.month_totals.find({"_id": {"$in": list(ids.values())}}, {"version": 1})
            versions = {document["_id"]: document["version"] for document in counted}
            query = {"currency": {"$eq": currency}, "date": days}
            tables, first, last = tables_of(contributions(self.database, query))
            if first is None and not versions:
                return True
            about = {
                "owner": LOCAL_OWNER,
                "starts": starts,
                "currency": currency,
                "period": month,
                "rows": sum(rows for _, _, rows in tables[ACCOUNT].values()),
                "first": midnight(first) if first else None,
                "last": midnight(last) if last else None,
            }
            new = [
                {**about, "_id": ids[kind], "kind": kind, "version": versions.get(ids[kind], 0) + 1}
                | columns_of(table)
                for kind, table in tables.items()
            ]
            if self._replace(new):
                return True
        return False

    def _replace(self, new: list[Document]) -> bool:
        """False if one was replaced since; then the others may be replaced all the same."""
        replacements = [
            ReplaceOne(
                {"_id": document["_id"], "version": document["version"] - 1},
                document,
                upsert=document["version"] == 1,
            )
            for document in new
        ]
        try:
            result = self.database.month_totals.bulk_write(replacements, ordered=False)
        except BulkWriteError as error:
            if unconfirmed(error):
                raise
            return False  # another process has inserted it
        return bool(result.matched_count + result.upserted_count == len(new))


def document_id(starts: int, currency: str, kind: str, period: str) -> str:
    return f"{LOCAL_OWNER} {starts} {currency} {kind} {period}"


def _next() -> Document:
    """The next revision. It is at least the time in milliseconds, so none comes again after an erasure."""
    following = {"$add": [{"$ifNull": ["$revision", 0]}, 1]}
    return {"$max": [following, {"$toLong": "$$NOW"}]}
