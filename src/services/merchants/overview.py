"""The merchants with their sums, read from one index."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.merchants import MerchantAmounts, MerchantPage, MerchantSort, MerchantSummary
from src.domain.money import decimal_places
from src.domain.preferences import Preferences
from src.domain.transactions import Direction
from src.errors import InvalidInput
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.cursors import decode_cursor, encode_cursor
from src.services.search.text import searched_words, word_pattern
from src.services.transactions.documents import FOR_OTHERS, HAS_LABEL

_INDEX = "merchant_payments"
"""It contains all fields that are summed."""
_PARTIES = "merchants_of_a_party"
_MOST_OF_ONE_PARTY = 5
"""A party with more merchants is a bank or a payment processor."""


class MerchantOverview:
    def __init__(self, database: Database, preferences: Callable[[], Preferences]) -> None:
        """preferences: the currency of the order by amount."""
        self._database = database
        self._preferences = preferences

    @guarded
    def page(
        self,
        words: str,
        names: Mapping[str, str],
        *,
        sort: MerchantSort = "-count",
        limit: int = 50,
        cursor: str | None = None,
    ) -> MerchantPage:
        """words: each is in the key or the name. names: of renamed merchants, by key.

        Raises InvalidInput for a cursor that no page gave, Unavailable.
        """
        query: Document = {"owner": LOCAL_OWNER, "merchant": {"$gt": ""}}
        if patterns := [re.compile(word_pattern(word), re.IGNORECASE) for word in searched_words(words)]:
            query["merchant"]["$in"] = self._matching(patterns, names)
        ranked: Sequence[tuple[str, str | float]] = (
            self._by_name(query, names, limit, cursor)
            if sort == "name"
            else self._by_value(query, sort, limit, cursor)
        )
        shown = [key for key, _ in ranked[:limit]]
        more = len(ranked) > limit
        next_cursor = encode_cursor(sort, ranked[limit - 1][1], shown[-1]) if more else None
        summaries = self.summaries(shown)
        return MerchantPage(tuple(summaries[key] for key in shown if key in summaries), next_cursor)

    def _matching(self, patterns: Sequence[re.Pattern[str]], names: Mapping[str, str]) -> list[str]:
        """Far fewer than transactions, and their keys alone are read one by one from the index."""
        keys = self._database.transactions.distinct("merchant", {"owner": LOCAL_OWNER})
        texts = ((key, (key, names.get(key, ""))) for key in keys)
        return [key for key, of in texts if all(any(map(pattern.search, of)) for pattern in patterns)]

    def _by_name(
        self, query: Document, names: Mapping[str, str], limit: int, cursor: str | None
    ) -> list[tuple[str, str]]:
        after = _read(cursor, "name", str) if cursor else ("", "")
        keys = self._database.transactions.distinct("merchant", query)
        ranked = sorted((names.get(key, key).casefold(), key) for key in keys)
        return [(key, name) for name, key in ranked if (name, key) > after][: limit + 1]

    def _by_value(
        self, query: Document, sort: MerchantSort, limit: int, cursor: str | None
    ) -> list[tuple[str, float]]:
        group = {"_id": "$merchant", "value": self._value(sort)}
        stages: list[Document] = [{"$match": query}, {"$group": group}]
        if cursor:
            least, key = _read(cursor, sort, float)
            follows = [{"value": {"$lt": least}}, {"value": least, "_id": {"$gt": key}}]
            stages.append({"$match": {"$or": follows}})
        stages += [{"$sort": {"value": -1, "_id": 1}}, {"$limit": limit + 1}]
        groups = self._database.transactions.aggregate(stages, hint=_INDEX, allowDiskUse=True)
        return [(group["_id"], float(group["value"])) for group in groups]

    def _value(self, sort: MerchantSort) -> Document:
        if sort == "-last_seen":
            return {"$max": {"$toLong": "$date"}}
        if sort == "-amount":
            is_own = {"$eq": ["$currency", self._preferences().currency]}
            return {"$sum": {"$cond": [is_own, "$amount", 0]}}
        return {"$sum": 1}

    @guarded
    def summaries(self, keys: Collection[str]) -> dict[str, MerchantSummary]:
        """Of those that have transactions. Raises Unavailable."""
        group = {name: f"${name}" for name in ("merchant", "currency", "direction", "category")}
        sums = {"amount": {"$sum": "$amount"}, "rows": {"$sum": 1}, "last": {"$max": "$date"}}
        query = {"owner": LOCAL_OWNER, "merchant": {"$in": sorted(keys)}}
        stages = [{"$match": query}, {"$group": {"_id": group, **sums}}]
        cells: dict[str, list[Document]] = defaultdict(list)
        for cell in self._database.transactions.aggregate(stages, hint=_INDEX):
            cells[cell["_id"]["merchant"]].append({**cell, **cell["_id"]})
        return {key: _summary(key, of_merchant) for key, of_merchant in cells.items()}

    @guarded
    def answered(
        self, *, limit: int, cursor: str | None = None
    ) -> tuple[list[tuple[str, int, datetime]], str | None]:
        """(merchant, answers, when the last one was given), the most answers first; and the next cursor.

        Raises InvalidInput for a cursor that no page gave, Unavailable.
        """
        stages: list[Document] = [
            {"$match": {"owner": LOCAL_OWNER, "merchant": {"$gt": ""}, **HAS_LABEL, **FOR_OTHERS}},
            {"$group": {"_id": "$merchant", "rows": {"$sum": 1}, "at": {"$max": "$label.at"}}},
        ]
        if cursor:
            rows, key = _read(cursor, "answers", int)
            follows = [{"rows": {"$lt": rows}}, {"rows": rows, "_id": {"$gt": key}}]
            stages.append({"$match": {"$or": follows}})
        stages += [{"$sort": {"rows": -1, "_id": 1}}, {"$limit": limit + 1}]
        groups = list(self._database.transactions.aggregate(stages, allowDiskUse=True))
        shown = [(group["_id"], group["rows"], group["at"]) for group in groups[:limit]]
        more = len(groups) > limit
        return shown, encode_cursor("answers", shown[-1][1], shown[-1][0]) if more else None

    @guarded
    def counts(self) -> dict[str, int]:
        """The number of transactions by merchant, the most frequent first."""
        stages = [{"$match": {"owner": LOCAL_OWNER, "merchant": {"$gt": ""}}}, {"$sortByCount": "$merchant"}]
        return {
            group["_id"]: group["count"]
            for group in self._database.transactions.aggregate(stages, hint=_INDEX, allowDiskUse=True)
        }

    @guarded
    def of_one_party(self) -> list[list[str]]:
        """The merchants of each other party that has several."""
        query = {"owner": LOCAL_OWNER, "counterparty": {"$gt": ""}, "merchant": {"$gt": ""}}
        parties = self._database.transactions.aggregate(
            [
                {"$match": query},
                {"$group": {"_id": "$counterparty", "merchants": {"$addToSet": "$merchant"}}},
                {"$match": {"merchants.1": {"$exists": True}}},
            ],
            hint=_PARTIES,
            allowDiskUse=True,
        )
        several = (party["merchants"] for party in parties)
        return [sorted(merchants) for merchants in several if len(merchants) <= _MOST_OF_ONE_PARTY]


def _read(cursor: str, sort: str, kind: Callable[[Any], Any]) -> tuple[Any, str]:
    """The value and the key of the last merchant. Raises InvalidInput."""
    order, value, key = decode_cursor(cursor, str, kind, str)
    if order != sort:
        raise InvalidInput(f"This cursor belongs to the order {order!r}.", field="cursor")
    return value, key


def _summary(key: str, cells: Sequence[Document]) -> MerchantSummary:
    categories: Counter[str | None] = Counter()
    for cell in cells:
        categories[cell["category"]] += cell["rows"]
    last: datetime = max(cell["last"] for cell in cells)
    return MerchantSummary(
        key=key,
        rows=categories.total(),
        last_seen=last.date(),
        amounts=_amounts(cells),
        categories=tuple(sorted(categories.items(), key=lambda item: (-item[1], item[0] or ""))),
    )


def _amounts(cells: Iterable[Document]) -> tuple[MerchantAmounts, ...]:
    rows: Counter[str] = Counter()
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        rows[cell["currency"]] += cell["rows"]
        sums[cell["currency"]][cell["direction"]] += int(cell["amount"])

    def exact(currency: str, units: int) -> Decimal:
        return Decimal(units).scaleb(-decimal_places(currency))

    return tuple(
        MerchantAmounts(
            currency,
            total=exact(currency, sums[currency].total()),
            spent=exact(currency, sums[currency][Direction.EXPENSE]),
            received=exact(currency, sums[currency][Direction.INCOME]),
        )
        for currency, _ in sorted(rows.items(), key=lambda item: (-item[1], item[0]))
    )
