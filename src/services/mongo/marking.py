"""The collection `transactions`, whose every write marks what the month totals must count again.

A write that changes sums sets `uncounted`, a token of its own, in the same operation. That is not possible
for rows that leave a month (they are deleted, or get another date or currency), and costly for many new rows;
then their days are noted in `stale_months` before the write, and the note is closed after it. A note that
stays open, because its process was killed, expires.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import product
from typing import Any

from bson import ObjectId
from pymongo import DeleteOne, UpdateMany, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from src.domain import LOCAL_OWNER

Document = dict[str, Any]
Update = Mapping[str, Any] | Sequence[Mapping[str, Any]]

MARK = "uncounted"
IS_MARKED: Document = {"owner": LOCAL_OWNER, MARK: {"$exists": True}}
WRITE_ENDED: Document = {"$lt": ["$open_until", "$$NOW"]}
"""Of a note, as an expression. A closed one has no `open_until`, which is less than any time."""

_COUNTED = frozenset(
    (
        *("account", "amount", "category", "currency", "date", "direction", "merchant", "mode"),
        *("needs_review", "refund_of", "refund_parts", "splits", "transfer"),
    )
)
"""The fields that decide where a transaction counts, and with how much."""
_DECIDE_THE_MONTH = frozenset(("currency", "date"))

_READS = frozenset(
    (
        *("aggregate", "count_documents", "database", "distinct", "drop_index"),
        *("estimated_document_count", "find", "find_one", "find_raw_batches", "full_name"),
        *("index_information", "list_indexes", "name"),
    )
)
_DAY = {"currency": 1, "date": 1}
_MANY = 100
"""From so many new rows, a note costs less than their marks."""
_MOST_DAYS = 1000
"""In a note."""
_OPEN_FOR_MS = 180_000
"""Longer than any write takes: the driver gives up after 60 seconds, and tries once more."""


class MarkedTransactions:
    """Reads like the collection, and has those of its writes that the services use."""

    def __init__(self, rows: Collection[Document], notes: Collection[Document]) -> None:
        self._rows, self._notes = rows, notes

    def __getattr__(self, name: str) -> Any:
        if name not in _READS:
            raise AttributeError(f"{name} is not among the operations on transactions that are counted.")
        return getattr(self._rows, name)

    def insert_one(self, document: Document) -> Any:
        document.setdefault("_id", ObjectId())
        return self._rows.insert_one({**document, MARK: _token()})

    def insert_many(self, documents: Sequence[Document], *, ordered: bool = True) -> Any:
        for document in documents:
            document.setdefault("_id", ObjectId())
        if len(documents) < _MANY:
            token = _token()
            return self._rows.insert_many(
                [{**document, MARK: token} for document in documents], ordered=ordered
            )
        with self._noted(_days_of(documents), len(documents)):
            return self._rows.insert_many(documents, ordered=ordered)

    def update_one(self, query: Mapping[str, Any], update: Update) -> Any:
        with self._leaving([query] if _changed(update) & _DECIDE_THE_MONTH else []):
            return self._rows.update_one(query, _marked(update))

    def update_many(self, query: Mapping[str, Any], update: Update) -> Any:
        with self._leaving([query] if _changed(update) & _DECIDE_THE_MONTH else []):
            return self._rows.update_many(query, _marked(update))

    def delete_many(self, query: Mapping[str, Any]) -> int:
        """Returns how many. What somebody moves to a day that is not noted is deleted in the next round."""
        deleted = 0
        while rows := list(self._rows.find(query, _DAY)):
            currencies, dates = ([row.get(name) for row in rows] for name in _DAY)
            noted = {"$and": [query, {"currency": {"$in": currencies}, "date": {"$in": dates}}]}
            with self._noted(product(set(currencies), set(dates)), len(rows)):
                deleted += int(self._rows.delete_many(noted).deleted_count)
        return deleted

    def bulk_write(
        self, operations: Sequence[UpdateOne | UpdateMany | DeleteOne], *, ordered: bool = True
    ) -> Any:
        """Raises TypeError for other operations, and for upserts."""
        leaving, marked = [], []
        for operation in operations:
            if isinstance(operation, DeleteOne):
                leaving.append(operation._filter)
            elif isinstance(operation, UpdateOne | UpdateMany) and not operation._upsert:
                if _changed(operation._doc) & _DECIDE_THE_MONTH:
                    leaving.append(operation._filter)
                operation = type(operation)(operation._filter, _marked(operation._doc))
            else:
                raise TypeError(f"{type(operation).__name__} is not among the operations that are counted.")
            marked.append(operation)
        with self._leaving(leaving):
            return self._rows.bulk_write(marked, ordered=ordered)

    @contextmanager
    def _leaving(self, queries: Sequence[Mapping[str, Any]]) -> Iterator[None]:
        """Around a write after which the rows of `queries` may be in another month, or nowhere."""
        if not queries:
            yield
            return
        rows = list(self._rows.find(_any_of(queries), _DAY))
        with self._noted(_days_of(rows), len(rows)):
            yield

    @contextmanager
    def _noted(self, currencies_and_days: Iterable[tuple[Any, Any]], rows: int) -> Iterator[None]:
        """Note these days, or their months if they are too many, while the block writes that many rows."""
        days: set[tuple[Any, str]] = {
            (currency, day.date().isoformat())
            for currency, day in currencies_and_days
            if isinstance(day, datetime)
        }
        if not days:
            yield
            return
        note = {"_id": ObjectId()}
        open_until = {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": _OPEN_FOR_MS}}
        if len(days) > _MOST_DAYS:
            days = {(currency, day[:7]) for currency, day in days}
        fields = {"days": [list(day) for day in sorted(days)], "rows": rows}
        opened = {**{name: {"$literal": value} for name, value in fields.items()}, "open_until": open_until}
        self._notes.update_one(note, [{"$set": opened}], upsert=True)
        try:
            yield
        except BulkWriteError:
            self._close(note)
            raise
        # After another error the write may still be done later.
        self._close(note)

    def _close(self, note: Document) -> None:
        self._notes.update_one(note, {"$unset": {"open_until": ""}})


def _token() -> str:
    return secrets.token_hex(8)


def _marked(update: Update) -> Any:
    """The same update, which also marks the rows if it changes sums."""
    if not _changed(update):
        return update
    mark = {MARK: _token()}
    if not isinstance(update, Mapping):
        return [*update, {"$set": mark}]
    return {**update, "$set": {**update.get("$set", {}), **mark}}


def _changed(update: Update) -> frozenset[str]:
    """The counted fields that `update` may change."""
    stages = [update] if isinstance(update, Mapping) else update
    names: set[str] = set()
    for stage in stages:
        for operator, fields in stage.items():
            if operator == "$unset" and not isinstance(fields, Mapping):
                names.update([fields] if isinstance(fields, str) else fields)
            elif isinstance(fields, Mapping) and not operator.startswith("$replace"):
                names.update(fields)
            else:  # it may replace the whole document
                return _COUNTED
    return _COUNTED & {name.partition(".")[0] for name in names}


def _days_of(rows: Iterable[Document]) -> Iterator[tuple[Any, Any]]:
    return ((row.get("currency"), row.get("date")) for row in rows)


def _any_of(queries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Rows of any of `queries`; by their ids alone if they have these, because a long `$or` is slow."""
    if len(queries) == 1:
        return queries[0]
    if all(isinstance(query.get("_id"), ObjectId) for query in queries):
        return {"_id": {"$in": [query["_id"] for query in queries]}}
    return {"$or": list(queries)}
