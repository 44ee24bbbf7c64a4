"""The sums of each day and month in MongoDB: of a day by everything at once, of a month by category and
account, and by payment method, weekday or merchant.

A day is always counted from all its transactions, and a month from all its days, never changed by a
difference, so counting can be repeated and interrupted. Each document has a version: it is replaced only if
nobody else has replaced it since before its transactions or days were read. What was counted is unmarked at
the end.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date

from pymongo import DESCENDING, ReplaceOne
from pymongo.errors import BulkWriteError

from src.domain import LOCAL_OWNER
from src.domain.months import days_of, first_day, last_day, month_of
from src.domain.preferences import Preferences
from src.services.mongo.client import Database, Document, guarded, midnight, unconfirmed
from src.services.mongo.marking import IS_MARKED
from src.services.totals.days import entries_of_days
from src.services.totals.rows import entries_of_rows
from src.services.totals.stale import Month, Stale, count_stale, forget_stale, read_stale
from src.services.totals.tables import (
    ACCOUNT,
    DAY,
    KINDS,
    Table,
    columns_of,
    columns_of_day,
    tables_of,
    tables_of_days,
)

_STATE = "month_totals"
_FORMAT = 3
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
                    for currency, month in self._all_months(starts):
                        stale.days[currency, month] |= set(days_of(month, starts))
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

    def heads(
        self,
        starts: int,
        kind: str = ACCOUNT,
        currency: str | None = None,
        periods: Document | None = None,
    ) -> list[Document]:
        """`currency`, `period`, `version`, `rows`, and `first` and `last` day of the months with any.

        kind: `DAY` for days. periods: a condition.
        """
        query = {"owner": LOCAL_OWNER, "starts": starts, "kind": kind, "rows": {"$gt": 0}}
        names = ("currency", "period", "version", "rows", "first", "last")
        chosen = {"currency": currency, "period": periods}
        query |= {name: value for name, value in chosen.items() if value}
        return list(self.database.month_totals.find(query, {"_id": 0, **dict.fromkeys(names, 1)}))

    def last_days(self, starts: int) -> dict[str, dict[str | None, date]]:
        """The last day with transactions of each account, by currency."""
        months = {"owner": LOCAL_OWNER, "starts": starts, "kind": ACCOUNT, "rows": {"$gt": 0}}
        last: dict[str, dict[str | None, date]] = defaultdict(dict)
        for document in self.database.month_totals.find(months, {"currency": 1, "accounts": 1}):
            of_currency = last[document["currency"]]
            for account, newest in document["accounts"]:
                of_currency[account] = max(newest.date(), of_currency.get(account, date.min))
        return last

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
        note: Document = {"days": [], "rows": 0}
        self.database.stale_months.update_one({"_id": "all"}, {"$setOnInsert": note}, upsert=True)
        return False

    def _set_complete(self, starts: int) -> None:
        complete = {"complete": {"starts": starts, "format": _FORMAT}}
        self.database.states.update_one({"_id": _STATE}, {"$set": complete}, upsert=True)
        others = [{"starts": {"$ne": starts}}, {"kind": {"$nin": [*KINDS, DAY]}}]
        self.database.month_totals.delete_many({"owner": LOCAL_OWNER, "$or": others})

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
        """The transactions of these days, about."""
        marked = sum(len(ids) for ids in stale.marks.values())
        days: dict[str, list[str]] = defaultdict(list)
        for (currency, _), of_month in stale.days.items():
            days[currency] += [day.isoformat() for day in of_month]
        return marked + sum(
            int(head["rows"])
            for currency, of in days.items()
            for head in self.heads(starts, DAY, currency, {"$in": of})
        )

    def _count(self, stale: Stale, starts: int) -> bool:
        counted = [
            self._count_days(currency, days, starts) and self._sum_up(currency, month, starts)
            for (currency, month), days in sorted(stale.days.items())
        ]
        if counted:
            # Before the marks are gone: a process that is killed in between counts again.
            self.database.states.update_one({"_id": _STATE}, [{"$set": {"revision": _next()}}], upsert=True)
        if all(counted):
            forget_stale(self.database, stale)
        return all(counted)

    def _count_days(self, currency: str, days: Collection[date], starts: int) -> bool:
        """False if others were quicker each time."""
        periods = [day.isoformat() for day in days]
        for _ in range(_TRIES):
            versions = self._versions(starts, currency, [DAY], periods)
            query = {"currency": {"$eq": currency}, "date": {"$in": [midnight(day) for day in days]}}
            tables = tables_of_days(entries_of_rows(self.database, query))
            counted = {day for day in days if day in tables or (DAY, day.isoformat()) in versions}
            new = [
                _about(starts, currency, DAY, day.isoformat(), versions, tables[day], {day})
                | columns_of_day(tables[day])
                for day in counted
            ]
            if not new or self._replace(new):
                return True
        return False

    def _sum_up(self, currency: str, month: str, starts: int) -> bool:
        """The days of a month. False if others were quicker each time."""
        first, last = first_day(month, starts), last_day(month, starts)
        for _ in range(_TRIES):
            versions = self._versions(starts, currency, KINDS, [month])
            tables, by_account = tables_of(entries_of_days(self.database, starts, currency, first, last))
            if not by_account and not versions:
                return True
            days = set[date]().union(*by_account.values())
            new = [
                _about(starts, currency, kind, month, versions, table, days) | columns_of(table)
                for kind, table in tables.items()
            ]
            new[0]["accounts"] = [[account, midnight(max(of))] for account, of in by_account.items()]
            if self._replace(new):
                return True
        return False

    def _versions(
        self, starts: int, currency: str, kinds: Sequence[str], periods: Sequence[str]
    ) -> dict[tuple[str, str], int]:
        """By kind and period."""
        query = {"owner": LOCAL_OWNER, "starts": starts, "currency": currency}
        query |= {"kind": {"$in": list(kinds)}, "period": {"$in": list(periods)}}
        fields = {"_id": 0, "kind": 1, "period": 1, "version": 1}
        heads = self.database.month_totals.find(query, fields)
        return {(head["kind"], head["period"]): head["version"] for head in heads}

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


def _about(
    starts: int,
    currency: str,
    kind: str,
    period: str,
    versions: Mapping[tuple[str, str], int],
    table: Table,
    days: Collection[date],
) -> Document:
    """versions: those that the document replaces. days: those with transactions."""
    return {
        "_id": document_id(starts, currency, kind, period),
        "owner": LOCAL_OWNER,
        "starts": starts,
        "currency": currency,
        "kind": kind,
        "period": period,
        "version": versions.get((kind, period), 0) + 1,
        "rows": sum(rows for _, _, rows in table.values()),
        "first": midnight(min(days)) if days else None,
        "last": midnight(max(days)) if days else None,
    }


def _next() -> Document:
    """The next revision. It is at least the time in milliseconds, so none comes again after an erasure."""
    following = {"$add": [{"$ifNull": ["$revision", 0]}, 1]}
    return {"$max": [following, {"$toLong": "$$NOW"}]}
