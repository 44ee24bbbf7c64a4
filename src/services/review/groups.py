"""The waiting transactions as groups of merchant and direction, aggregated in MongoDB."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from decimal import Decimal

from pymongo import DESCENDING
from pymongo.errors import OperationFailure

from src.domain import LOCAL_OWNER
from src.domain.feedback import AnswerState
from src.domain.money import decimal_places
from src.domain.review import MOST_OTHERS, GroupCategory, GroupKey, GroupSums, ReviewOrder
from src.domain.transactions import Direction, HistoryFilter, Status, StoredTransaction
from src.errors import InvalidInput
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.cursors import decode_cursor, encode_cursor
from src.services.transactions.documents import HAS_LABEL, stored_of
from src.services.transactions.optimistic_update import object_ids
from src.services.transactions.query import plan_of, query_of

_PLAN: Document = {"hint": "groups_that_wait"}
"""Else MongoDB tries all indexes, which costs more than the groups themselves."""
_NO_SUCH_INDEX = 2
_NEWEST_ANSWERS = 300
_ROWS_COUNTED = 5000
_OTHERS: Document = {**query_of(HistoryFilter(answer=AnswerState.NO)), "needs_review": {"$ne": True}}
_GROUP: Document = {
    "merchant": "$merchant",
    "direction": "$direction",
    "id": {"$cond": [{"$eq": ["$merchant", ""]}, "$_id", None]},
}
_ORDERS: dict[ReviewOrder, Callable[[GroupSums], float]] = {
    ReviewOrder.EFFECT: lambda group: -group.effect,
    ReviewOrder.NEWEST: lambda group: -group.newest.toordinal(),
    ReviewOrder.AMOUNT: lambda group: -group.worth,
    ReviewOrder.OLDEST: lambda group: group.oldest.toordinal(),
}


def _key(of: Document) -> GroupKey:
    """of: what a pipeline grouped by `_GROUP`."""
    identity = str(of["id"]) if of["id"] else None
    return GroupKey(of["merchant"], Direction(of["direction"]), identity)


class ReviewGroups:
    def __init__(self, database: Database, units_per_dollar: Callable[[str], float]) -> None:
        """units_per_dollar: returns the rough exchange rate of a currency, to compare groups."""
        self._database = database
        self._units_per_dollar = units_per_dollar

    @guarded
    def all(self, where: HistoryFilter) -> list[GroupSums]:
        """Of the waiting transactions of the filter, in no order; read from an index alone if it is empty."""
        plan = plan_of(where) or ({} if where.import_id else _PLAN)
        return self._groups(query_of(where), plan)

    @guarded
    def find(self, key: GroupKey, where: HistoryFilter) -> GroupSums | None:
        """Of the waiting transactions of the filter; None if nothing of the group waits."""
        return next(iter(self._groups(self.waiting_query(key, where), _PLAN)), None)

    def _groups(self, query: Document, plan: Document) -> list[GroupSums]:
        sums = {
            "_id": {**_GROUP, "currency": "$currency"},
            "count": {"$sum": 1},
            "amount": {"$sum": "$amount"},
            "doubt": {"$sum": {"$subtract": [1, "$confidence"]}},
            "oldest": {"$min": "$date"},
            "newest": {"$max": "$date"},
        }
        pipeline = [{"$match": query}, {"$group": sums}]
        by_key: dict[GroupKey, list[Document]] = defaultdict(list)
        for row in self._aggregate(pipeline, plan):
            by_key[_key(row["_id"])].append(row)
        return [self._sums(key, rows) for key, rows in by_key.items()]

    @guarded
    def count(self, most: int, *, hidden: Collection[str] = ()) -> int:
        """How many groups there are, up to `most`; `most` too if there are very many transactions.

        hidden: keys of groups that do not count.
        """
        waiting: list[Document] = [
            {"$match": query_of(HistoryFilter(status="needs_review"))},
            {"$sort": dict.fromkeys(("owner", "needs_review", "merchant", "direction"), 1)},
            {"$limit": _ROWS_COUNTED},
            {"$group": {"_id": _GROUP, "rows": {"$sum": 1}}},
        ]
        groups = list(self._database.transactions.aggregate(waiting))
        if sum(group["rows"] for group in groups) == _ROWS_COUNTED:
            return most
        shown = [group for group in groups if not hidden or str(_key(group["_id"])) not in hidden]
        return min(len(shown), most)

    def _sums(self, key: GroupKey, by_currency: list[Document]) -> GroupSums:
        by_currency.sort(key=lambda row: (-row["count"], row["_id"]["currency"]))
        count = sum(row["count"] for row in by_currency)
        amounts = tuple(
            (currency, Decimal(row["amount"]).scaleb(-decimal_places(currency)))
            for row in by_currency
            for currency in [row["_id"]["currency"]]
        )
        return GroupSums(
            key=key,
            count=count,
            amounts=amounts,
            worth=sum(float(total) / self._units_per_dollar(currency) for currency, total in amounts),
            doubt=sum(row["doubt"] for row in by_currency) / count,
            oldest=min(row["oldest"] for row in by_currency).date(),
            newest=max(row["newest"] for row in by_currency).date(),
        )

    @guarded
    def categories(
        self, merchants: Collection[str], where: HistoryFilter
    ) -> dict[GroupKey, tuple[GroupCategory, ...]]:
        """What is predicted for each group of the merchants, the most frequent first.

        where: a filter of waiting transactions.
        """
        sums = {"count": {"$sum": 1}, "confidence": {"$avg": "$confidence"}}
        by_key: dict[GroupKey, list[GroupCategory]] = defaultdict(list)
        for row in self._grouped(query_of(where), merchants, {"category": "$category"}, sums):
            category = row["_id"].get("category")
            by_key[_key(row["_id"])].append(GroupCategory(category, row["count"], row["confidence"]))
        return {
            key: tuple(sorted(rows, key=lambda row: (-row.count, -row.confidence, str(row.category))))
            for key, rows in by_key.items()
        }

    @guarded
    def count_others(self, key: GroupKey) -> int:
        """How many `others_query` matches, up to `MOST_OTHERS`; 0 for no merchant."""
        if not key.merchant:
            return 0
        # The same, in the words of an index.
        unanswered: Document = {"status": Status.PREDICTED.value, "needs_review": False}
        of_group = {"owner": LOCAL_OWNER, "merchant": {"$eq": key.merchant}, "direction": key.direction.value}
        return int(self._database.transactions.count_documents({**of_group, **unanswered}, limit=MOST_OTHERS))

    def _grouped(
        self, query: Document, merchants: Collection[str], by: Document, sums: Document
    ) -> Iterable[Document]:
        """merchants: "" is ignored, because it names none."""
        query = {**query, "merchant": {"$in": sorted(set(merchants) - {""})}}
        pipeline = [{"$match": query}, {"$group": {"_id": {**_GROUP, **by}, **sums}}]
        return self._aggregate(pipeline, _PLAN)

    def _aggregate(self, pipeline: list[Document], plan: Document) -> Iterable[Document]:
        rows: Iterable[Document]
        try:
            rows = self._database.transactions.aggregate(pipeline, allowDiskUse=True, **plan)
        except OperationFailure as error:
            if error.code != _NO_SUCH_INDEX:
                raise
            rows = self._database.transactions.aggregate(pipeline, allowDiskUse=True)  # it is being made
        return rows

    @guarded
    def newest(self, key: GroupKey, where: HistoryFilter, limit: int) -> tuple[StoredTransaction, ...]:
        """The newest waiting transactions of the group."""
        rows = self._database.transactions.find(self.waiting_query(key, where))
        newest = rows.sort([("date", DESCENDING), ("_id", DESCENDING)]).limit(limit)
        return tuple(stored_of(document) for document in newest)

    @guarded
    def usual_categories(self, limit: int) -> list[str]:
        """The most frequent categories of the newest answers."""
        answered = self._database.transactions.find(
            {"owner": LOCAL_OWNER, **HAS_LABEL}, {"_id": 0, "label.category": 1, "label.at": 1}
        )
        newest = answered.sort("label.at", DESCENDING).limit(_NEWEST_ANSWERS)
        counts = Counter(document["label"]["category"] for document in newest)
        return [category for category, _ in counts.most_common(limit)]

    @staticmethod
    def ordered(
        groups: Collection[GroupSums], order: ReviewOrder, *, limit: int, cursor: str | None
    ) -> tuple[list[GroupSums], str | None]:
        """The first `limit` groups after the cursor, and the cursor of the next page.

        Raises InvalidInput for a cursor that no page of this order gave.
        """
        rank = _ORDERS[order]
        ranked = sorted(((rank(group), str(group.key)), group) for group in groups)
        if cursor:
            of_order, value, key = decode_cursor(cursor, str, float, str)
            if of_order != order.value:
                raise InvalidInput(f"This cursor belongs to the order {of_order!r}.", field="cursor")
            ranked = [(position, group) for position, group in ranked if position > (value, key)]
        shown = ranked[:limit]
        more = len(ranked) > limit
        return [group for _, group in shown], encode_cursor(order.value, *shown[-1][0]) if more else None

    @staticmethod
    def filter_of(key: GroupKey, where: HistoryFilter) -> HistoryFilter:
        """The waiting transactions of `where` of the group's merchant and direction."""
        return replace(where, merchant=key.merchant, direction=key.direction)

    def waiting_query(self, key: GroupKey, where: HistoryFilter) -> Document:
        own = {"_id": {"$in": object_ids([key.transaction_id])}} if key.transaction_id else {}
        return {**query_of(self.filter_of(key, where)), **own}

    @staticmethod
    def others_query(key: GroupKey) -> Document:
        """The merchant's unanswered transactions of this direction that do not wait."""
        return {**_OTHERS, **query_of(HistoryFilter(merchant=key.merchant, direction=key.direction))}
