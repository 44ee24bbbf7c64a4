"""The collection `transactions`, whose every write marks what the month totals must count again.

A write that changes sums sets `uncounted`, a token of its own, in the same operation. That is not possible
for rows that leave a month (they are deleted, or get another date or currency), and costly for many new rows;
then their days are noted in `stale_months` before the write, and the note is closed after it. A note that
stays open, because its process was killed, expires.

A write that changes texts removes `words`, so that the transaction is searched in its texts until its words
are stored again (`services/search/`).

A write that changes what the answers of a merchant say is also noted for the processes that keep them in
memory, as `basis_changes.py` says.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from itertools import product
from typing import Any

from bson import ObjectId
from pymongo import DeleteOne, UpdateMany, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from src.domain import LOCAL_OWNER
from src.services.mongo.basis_changes import BasisChanges

Document = dict[str, Any]
Update = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Change = tuple[Mapping[str, Any], Update | None]
"""A query, and the update of its rows; None if they are deleted."""

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
_TEACH = frozenset(("label", "merchant", "value"))
"""The fields of an answered transaction that the memory of answers reads."""
SEARCHED = ("description", "merchant", "counterparty", "notes", "subcategory", "tags")
"""The fields with the texts that are searched."""
WORDS = "words"
"""The field with the words of these, if they are stored."""
_KNOWN = _COUNTED | _TEACH | set(SEARCHED)
_ANSWERED = {"label.at": {"$exists": True}}

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

    def __init__(
        self, rows: Collection[Document], notes: Collection[Document], changes: BasisChanges
    ) -> None:
        self._rows, self._notes, self._changes = rows, notes, changes

    def __getattr__(self, name: str) -> Any:
        if name not in _READS:
            raise AttributeError(f"{name} is not among the operations on transactions that are counted.")
        return getattr(self._rows, name)

    def insert_one(self, document: Document) -> Any:
        document.setdefault("_id", ObjectId())
        with self._inserting([document]):
            return self._rows.insert_one({**document, MARK: _token()})

    def insert_many(self, documents: Sequence[Document], *, ordered: bool = True) -> Any:
        for document in documents:
            document.setdefault("_id", ObjectId())
        if len(documents) < _MANY:
            token = _token()
            with self._inserting(documents):
                return self._rows.insert_many(
                    [{**document, MARK: token} for document in documents], ordered=ordered
                )
        with self._inserting(documents), self._noted(_days_of(documents), len(documents)):
            return self._rows.insert_many(documents, ordered=ordered)

    def update_one(self, query: Mapping[str, Any], update: Update) -> Any:
        with self._changing([(query, update)]):
            return self._rows.update_one(query, _marked(update))

    def update_many(self, query: Mapping[str, Any], update: Update, *, index: str | None = None) -> Any:
        """index: the name of the one that `query` uses; None: MongoDB chooses."""
        with self._changing([(query, update)]):
            return self._rows.update_many(query, _marked(update), hint=index)

    def delete_many(self, query: Mapping[str, Any]) -> int:
        """Returns how many. What somebody moves to a day that is not noted is deleted in the next round."""
        deleted = 0
        with self._teaching([(query, None)]):
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
        changes: list[Change] = []
        marked = []
        for operation in operations:
            if isinstance(operation, DeleteOne):
                changes.append((operation._filter, None))
            elif isinstance(operation, UpdateOne | UpdateMany) and not operation._upsert:
                changes.append((operation._filter, operation._doc))
                operation = type(operation)(operation._filter, _marked(operation._doc))
            else:
                raise TypeError(f"{type(operation).__name__} is not among the operations that are counted.")
            marked.append(operation)
        with self._changing(changes):
            return self._rows.bulk_write(marked, ordered=ordered)

    @contextmanager
    def _changing(self, changes: Sequence[Change]) -> Iterator[None]:
        """Around a write of these changes."""
        leaving = [query for query, update in changes if update is None or _moves(update)]
        with self._teaching(changes), self._leaving(leaving):
            yield

    def _inserting(self, documents: Sequence[Document]) -> AbstractContextManager[None]:
        merchants = {document["merchant"] for document in documents if document.get("label")}
        return self._changes.noted(merchants) if merchants else nullcontext()

    def _teaching(self, changes: Sequence[Change]) -> AbstractContextManager[None]:
        """Note the merchants whose answers these change, if any."""
        teaching = [(query, update) for query, update in changes if _teaches(update)]
        if not teaching:
            return nullcontext()
        merchants = [_merchants_set(update) for _, update in teaching]
        # Of a row that others may change before it is written, the merchant is not known yet.
        if None in merchants or not all("revision" in query or _merchant_in(query) for query, _ in teaching):
            return self._changes.noted(None)
        known = self._merchants_of(teaching)
        return self._changes.noted(known.union(*filter(None, merchants))) if known else nullcontext()

    def _merchants_of(self, teaching: Sequence[Change]) -> set[str]:
        """The merchants of the rows that have an answer, or get one."""
        known = set(filter(None, (_merchant_in(query) for query, _ in teaching)))
        read = [(query, update) for query, update in teaching if not _merchant_in(query)]
        answering = [query for query, update in read if _sets_label(update)]
        others = [query for query, update in read if not _sets_label(update)]
        if answering:
            known.update(self._rows.distinct("merchant", _any_of(answering)))
        if others:
            known.update(self._rows.distinct("merchant", {"$and": [_any_of(others), _ANSWERED]}))
        return known

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
    """The same update, which also marks the rows if it changes sums, and removes their words if texts."""
    changed = _changed(update)
    mark = {MARK: _token()} if changed & _COUNTED else {}
    outdated = {WORDS: ""} if changed & set(SEARCHED) else {}
    if not isinstance(update, Mapping):
        return [*update, *([{"$set": mark}] if mark else []), *([{"$unset": WORDS}] if outdated else [])]
    more = {"$set": mark, "$unset": outdated}
    return {**update, **{name: {**update.get(name, {}), **of} for name, of in more.items() if of}}


def _moves(update: Update) -> bool:
    """Whether a row may be in another month afterwards."""
    return bool(_changed(update) & _DECIDE_THE_MONTH)


def _changed(update: Update) -> frozenset[str]:
    """The fields that `update` may change, of those that count, teach or are searched."""
    stages = [update] if isinstance(update, Mapping) else update
    names: set[str] = set()
    for stage in stages:
        for operator, fields in stage.items():
            if operator == "$unset" and not isinstance(fields, Mapping):
                names.update([fields] if isinstance(fields, str) else fields)
            elif isinstance(fields, Mapping) and not operator.startswith("$replace"):
                names.update(fields)
            else:  # it may replace the whole document
                return _KNOWN
    return _KNOWN & {name.partition(".")[0] for name in names}


def _teaches(update: Update | None) -> bool:
    return update is None or bool(_changed(update) & _TEACH)


def _merchant_in(query: Mapping[str, Any]) -> str | None:
    """The one merchant whose rows it matches, if it names one."""
    merchant = query.get("merchant")
    return merchant if isinstance(merchant, str) else None


def _merchants_set(update: Update | None) -> set[str] | None:
    """The merchants that rows get; None if that is not known before."""
    if update is None or "merchant" not in _changed(update):
        return set()
    merchant = update.get("$set", {}).get("merchant") if isinstance(update, Mapping) else None
    return {merchant} if isinstance(merchant, str) else None


def _sets_label(update: Update | None) -> bool:
    """Whether rows without an answer may have one afterwards."""
    if update is None or "label" not in _changed(update):
        return False
    return not isinstance(update, Mapping) or update.get("$set", {}).get("label", "") is not None


def _days_of(rows: Iterable[Document]) -> Iterator[tuple[Any, Any]]:
    return ((row.get("currency"), row.get("date")) for row in rows)


def _any_of(queries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Rows of any of `queries`; by their ids alone if they have these, because a long `$or` is slow."""
    if len(queries) == 1:
        return queries[0]
    if all(isinstance(query.get("_id"), ObjectId) for query in queries):
        return {"_id": {"$in": [query["_id"] for query in queries]}}
    return {"$or": list(queries)}
