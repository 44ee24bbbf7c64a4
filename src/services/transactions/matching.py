"""How many transactions a filter matches, and a page of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bson import ObjectId
from pymongo.errors import ExecutionTimeout

from src.domain.transactions import HistoryFilter, HistoryPage
from src.services.mongo.client import Database, Document
from src.services.mongo.marking import WORDS
from src.services.totals.counting import MonthTotals
from src.services.totals.reading import Wanted, rows_by_currency, sums_of
from src.services.totals.transaction_total import TransactionTotal
from src.services.transactions.analytics import COUNTED_AT_ONCE
from src.services.transactions.documents import stored_of
from src.services.transactions.query import (
    Count,
    Cursor,
    disjoint_queries,
    query_of,
    texts_query,
    without_text,
)

MOST_FOUND = 10_000
"""More of a search in texts are not counted."""
_MOST_COMPARED = 5000
"""Transactions whose texts are read to count."""
_ATTEMPTS = 3
"""To count a search while others change texts."""
_LARGE = 50_000
"""In a larger ledger, counting ends after a while."""
_MOST_MS = 50
_ALL = HistoryFilter()
_IN_MONTH_TOTALS = ("since", "until", "account", "currency", "mode", "direction", "weekdays", "without")


class Matching:
    def __init__(self, database: Database, month_totals: MonthTotals | None = None) -> None:
        """month_totals: know the number for some filters."""
        self._database = database
        self._month_totals = month_totals
        self._total = TransactionTotal(database)

    def count(self, where: HistoryFilter) -> Count:
        """Not exact for very many that a search in texts finds, and where a large ledger has no index.

        Raises PyMongoError.
        """
        if where == _ALL:
            return Count(self._total.count())
        if where.q and where.q.split():
            return _Search(self._database, where).count()
        known = self._from_month_totals(where)
        return self._counted(where) if known is None else Count(known)

    def total(self) -> int:
        """Of all transactions. Raises PyMongoError."""
        return self._total.count()

    def _from_month_totals(self, where: HistoryFilter) -> int | None:
        totals, others = self._month_totals, {name: getattr(_ALL, name) for name in _IN_MONTH_TOTALS}
        by = {name for name, value in (("mode", where.mode), ("weekday", where.weekdays)) if value}
        by |= set(where.without)
        if totals is None or replace(where, **others) != _ALL:
            return None
        is_twice = any(getattr(where, name) for name in where.without)
        # A refund is in the sums of its purchase's merchant.
        if is_twice or len(by - {"account"}) > 1 or "merchant" in by:
            return None
        if not totals.refresh(at_most=COUNTED_AT_ONCE):
            return None
        by_currency = rows_by_currency(totals, where.since, where.until)
        currencies = [where.currency] if where.currency else list(by_currency)
        if not (by or where.account or where.direction):
            return sum(by_currency.get(currency, 0) for currency in currencies)
        sums = (
            one
            for currency in currencies
            for one in sums_of(totals, Wanted(currency, where.since, where.until, where.account, by=by))
        )
        return sum(
            one.rows
            for one in sums
            if where.direction in (None, one.group.direction)
            and where.mode in (None, one.values.get("mode"))
            and (not where.weekdays or one.values["weekday"] in where.weekdays)
            and not any(one.values[name] for name in where.without)
        )

    def _counted(self, where: HistoryFilter) -> Count:
        transactions, queries = self._database.transactions, disjoint_queries(where)
        limit = {"maxTimeMS": _MOST_MS} if transactions.estimated_document_count() > _LARGE else {}
        try:
            return Count(sum(transactions.count_documents(query, **limit) for query in queries))
        except ExecutionTimeout:
            return Count(0, is_exact=False)


class _Search:
    def __init__(self, database: Database, where: HistoryFilter) -> None:
        self._transactions = database.transactions
        self._where = where
        self._others = query_of(without_text(where))
        self._texts: Document = {"$and": texts_query(where)}

    def count(self) -> Count:
        if not self._where.stored_words:
            return self._among(self._others, self._texts, _MOST_COMPARED)
        unread, is_all = self._without_words()
        for _ in range(_ATTEMPTS):
            indexed = self._indexed(unread)
            before = unread
            unread, is_all = self._without_words()
            if unread <= before:
                return Count(indexed.rows + len(before), indexed.is_exact and is_all)
        return Count(indexed.rows + len(before), is_exact=False)  # many are being changed

    def _without_words(self) -> tuple[set[ObjectId], bool]:
        """Those whose words are not stored yet, which are few, and whether they are all."""
        candidates = {"$and": [self._others, {WORDS: None}]}
        read = int(self._transactions.count_documents(candidates, limit=_MOST_COMPARED + 1))
        if not read:
            return set(), True
        stages = [{"$match": candidates}, {"$limit": _MOST_COMPARED}, {"$match": self._texts}]
        matching = self._transactions.aggregate([*stages, {"$project": {"_id": 1}}])
        return {row["_id"] for row in matching}, read <= _MOST_COMPARED

    def _indexed(self, counted: Collection[ObjectId]) -> Count:
        """Those whose words are stored, except these."""
        rarest, *others = ({WORDS: {"$in": list(words)}} for words in self._where.stored_words)
        candidates = {
            "$and": [self._others, rarest, *([{"_id": {"$nin": list(counted)}}] if counted else [])]
        }
        if self._where.words_are_equal:
            return self._among(candidates, {"$and": others} if others else None, MOST_FOUND)
        return self._among(candidates, self._texts, _MOST_COMPARED)

    def _among(self, candidates: Document, condition: Document | None, most: int) -> Count:
        """Those of the candidates, at most so many, that meet the condition."""
        read = int(self._transactions.count_documents(candidates, limit=most + 1))
        if not read or condition is None:
            return Count(min(read, most), read <= most)
        limited: list[Document] = [{"$match": candidates}, {"$limit": most}]
        counted = list(self._transactions.aggregate([*limited, {"$match": condition}, {"$count": "rows"}]))
        return Count(int(counted[0]["rows"]) if counted else 0, read <= most)


def page_of(
    documents: list[Document], limit: int, sort: str, total: Count, start: int = 0, *, more: bool = False
) -> HistoryPage:
    """documents: the rows of the page, and one more if another page follows. more: it follows anyhow."""
    shown = documents[:limit]
    after = before = None
    if more or len(documents) > limit:
        after = str(Cursor.at(shown[-1], sort, total=total, start=start + len(shown)))
    if start and shown:
        before = str(Cursor.at(shown[0], sort, total=total, start=start, backward=True))
    if not total.is_exact:
        is_all = not start and not after
        total = Count(max(total.rows, start + len(documents)), is_all)
    return HistoryPage(tuple(map(stored_of, shown)), after, *total, before, start)
