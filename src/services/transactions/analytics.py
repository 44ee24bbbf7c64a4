"""Sums over the history, aggregated in MongoDB by month, category, mode and direction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

from src.domain.categories import Category, Flow, Group, flow_of, group_that_counts
from src.domain.money import decimal_places
from src.domain.months import Coverage, months_between
from src.domain.preferences import Preferences
from src.domain.sums import Cell, sums_by, totals_of
from src.domain.transactions import Direction, HistoryFilter
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import IS_SPLIT
from src.services.transactions.linked import UNLINKED, ends_of_transfers, linked_refunds
from src.services.transactions.query import query_of, refunds_counted, unlinked_counted

TOP_MERCHANTS = 20


@dataclass(frozen=True)
class Analytics:
    database: Database
    categories: Callable[[], Sequence[Category]]
    preferences: Callable[[], Preferences]
    """The currency for an empty history, and the first day of months."""
    now: Callable[[], datetime]

    @guarded
    def overview(
        self, *, since: date | None = None, until: date | None = None, currency: str | None = None
    ) -> dict[str, Any]:
        """The sums of one currency, by default the most frequent. Raises Unavailable.

        Amounts are Decimal and counted by `flow_of`. `by_category`, `by_mode`, `by_month_category`,
        `top_merchants` and `essential_vs_discretionary` are of spending, less refunds; each but the merchants
        adds up to the `expense` of the totals. A category of None is uncategorized.
        """
        query = query_of(HistoryFilter(since=since, until=until))
        currencies = self._currencies(query)
        chosen = currency or (currencies[0]["currency"] if currencies else self.preferences().currency)
        groups = {category.slug: category.group for category in self.categories()}
        query = {**query, "currency": {"$eq": chosen}}
        places = decimal_places(chosen)
        cells = self._cells(query, groups, ("month", "mode"))
        spent = [cell for cell in cells if cell.flow is Flow.SPENT]
        return {
            "currency": chosen,
            "currencies": currencies,
            "from": since,
            "until": until,
            "totals": totals_of(cells),
            # What is counted by its direction alone.
            "uncategorized": totals_of([cell for cell in cells if cell.by_direction]),
            "by_category": sums_by(spent, "category"),
            "savings_and_transfers": _savings_and_transfers(cells),
            "by_mode": sums_by(spent, "mode"),
            "by_month": _by_month(cells, self.coverage(chosen, since, until)),
            "by_month_category": sums_by(spent, "month", "category", by_size=False),
            "essential_vs_discretionary": sums_by(spent, "group"),
            "top_merchants": self._top_merchants(query, places, groups),
        }

    @guarded
    def totals(self, where: HistoryFilter) -> list[Document]:
        """What the filter matches, by currency, the most frequent first. Raises Unavailable.

        Each has the `currency` and the totals that `overview` has of one.
        """
        groups = {category.slug: category.group for category in self.categories()}
        by_currency: dict[str, list[Cell]] = defaultdict(list)
        for cell in self._counted_cells(where, groups):
            by_currency[cell.currency].append(cell)
        totals = [{"currency": currency, **totals_of(cells)} for currency, cells in by_currency.items()]
        if where.counted:  # a split transaction may count without its first part
            counts = {row["currency"]: row["count"] for row in self._currencies(query_of(where))}
            totals = [{**row, "count": counts.get(row["currency"], 0)} for row in totals]
        return sorted(totals, key=lambda row: (-row["count"], row["currency"]))

    @guarded
    def cells(
        self,
        *,
        currency: str,
        since: date | None = None,
        until: date | None = None,
        account: str | None = None,
        categories: Collection[str | None] | None = None,
        by: Collection[str] = (),
    ) -> list[Cell]:
        """Sums by category and what decides the flow, and by the dimensions in `by`. Raises Unavailable.

        categories: only what counts in these; None among them is uncategorized. by: of `DIMENSIONS`.
        """
        where = HistoryFilter(since=since, until=until, account=account, currency=currency)
        groups = {category.slug: category.group for category in self.categories()}
        cells = self._cells(query_of(where), groups, by)
        return cells if categories is None else [cell for cell in cells if cell.category in categories]

    @guarded
    def currencies(self) -> list[Document]:
        """`currency` and `count` of transactions, the most frequent first. Raises Unavailable."""
        return self._currencies(query_of(HistoryFilter()))

    def _currencies(self, query: Document) -> list[Document]:
        groups = self.database.transactions.aggregate(
            [
                {"$match": query},
                {"$group": {"_id": "$currency", "count": {"$sum": 1}}},
                {"$sort": {"count": -1, "_id": 1}},
            ]
        )
        return [{"currency": group["_id"], "count": group["count"]} for group in groups]

    def _counted_cells(self, where: HistoryFilter, groups: Mapping[str, Group]) -> list[Cell]:
        """What the filter matches; of a split transaction or a refund of one, only the parts that count."""
        counted = where.counted
        if counted is None:
            return self._cells(query_of(where), groups, ())
        others = query_of(replace(where, counted=None))
        unlinked, refunds = (
            {"$and": [others, condition]}
            for condition in (unlinked_counted(counted), refunds_counted(counted))
        )
        # Of all transfers, because both ends together count once.
        cells = self._cells(unlinked, groups, ("merchant",), refunds=refunds, transfers=others)
        return [cell for cell in cells if counted.includes(cell.flow, cell.category, cell.merchant)]

    def _cells(
        self,
        query: Document,
        groups: Mapping[str, Group],
        by: Collection[str],
        *,
        refunds: Document | None = None,
        transfers: Document | None = None,
    ) -> list[Cell]:
        """refunds, transfers: the queries for linked ones, if they differ."""
        dimensions: Document = {
            "month": _month_of("$date", self.preferences().month_starts),
            "mode": "$mode",
            "account": {"$ifNull": ["$account", None]},
            "weekday": {"$subtract": [{"$isoDayOfWeek": "$date"}, 1]},
            "merchant": {"$ifNull": ["$merchant", ""]},
            "day": {"$dateToString": {"date": "$date", "format": "%Y-%m-%d"}},
        }
        key = {
            **{name: dimensions[name] for name in by},
            "currency": "$currency",
            "category": "$category",
            "direction": "$direction",
            "paired": {"$gt": ["$transfer", None]},
            "again": {"$eq": ["$again", True]},
            "refund": {"$gt": ["$refund_of", None]},
            "needs_review": {"$eq": ["$needs_review", True]},
        }
        rows = {"$sum": {"$cond": [{"$gt": ["$part", 0]}, 0, 1]}}
        sums = {
            "$group": {"_id": key, "amount": {"$sum": "$amount"}, "count": {"$sum": 1}, "rows": rows},
        }
        pipelines = (
            _parts({**query, **UNLINKED}, sums),
            [*linked_refunds(refunds or query), sums],
            [*ends_of_transfers(transfers or query), sums],
        )
        return [
            _cell(row, groups)
            for pipeline in pipelines
            for row in self.database.transactions.aggregate(pipeline)
        ]

    @guarded
    def coverage(self, currency: str, since: date | None = None, until: date | None = None) -> Coverage:
        """Of the whole history in `currency`: a period may begin before the history does."""
        query = {**query_of(HistoryFilter()), "currency": {"$eq": currency}}
        first, last = (
            self.database.transactions.find_one(query, {"date": 1}, sort=[("date", order)])
            for order in (1, -1)
        )
        begins, ends = (document["date"].date() if document else None for document in (first, last))
        month_starts = self.preferences().month_starts
        return Coverage(begins, ends, self.now().date(), since, until, month_starts)

    def _top_merchants(self, query: Document, places: int, groups: Mapping[str, Group]) -> list[Document]:
        own = {**query, **UNLINKED}
        refunds = [*linked_refunds(query), *_by_merchant(_spending(groups, refund=True))]
        total = {"_id": "$_id", "amount": {"$sum": "$amount"}, "count": {"$sum": "$count"}}
        merchants = self.database.transactions.aggregate(
            [
                *_parts(own, *_by_merchant(_spending(groups))),
                {"$unionWith": {"coll": "transactions", "pipeline": refunds}},
                {"$group": total},
                {"$match": {"amount": {"$gt": 0}}},
                {"$sort": {"amount": -1, "_id": 1}},
                {"$limit": TOP_MERCHANTS},
            ]
        )
        return [
            {"merchant": row["_id"], "amount": Decimal(row["amount"]).scaleb(-places), "count": row["count"]}
            for row in merchants
        ]


def _cell(sums: Document, groups: Mapping[str, Group]) -> Cell:
    key = dict(sums["_id"])
    direction, needs_review = Direction(key.pop("direction")), key.pop("needs_review")
    group = groups.get(key["category"])
    # The category of a refund is that of its purchase, which is an expense.
    counting = Direction.EXPENSE if key["refund"] else direction
    group = group_that_counts(group, counting, needs_review=needs_review)
    return Cell(
        **key,
        direction=direction,
        group=group,
        amount=Decimal(sums["amount"]).scaleb(-decimal_places(key["currency"])),
        count=sums["count"],
        rows=sums["rows"],
    )


def _parts(query: Document, *stages: Document) -> list[Document]:
    """`stages` over the transactions of `query` that are not split, then over the parts of the split ones."""
    of_a_part = {"amount": "$splits.amount", "category": "$splits.category"}
    parts = [
        {"$match": {**query, **IS_SPLIT}},
        {"$unwind": {"path": "$splits", "includeArrayIndex": "part"}},
        {"$set": of_a_part},
        *stages,
    ]
    whole = [{"$match": {**query, "splits": None}}, *stages]
    return [*whole, {"$unionWith": {"coll": "transactions", "pipeline": parts}}]


def _by_merchant(spending: tuple[Document, Document]) -> list[Document]:
    """spending: what `_spending` returns."""
    is_spending, amount = spending
    return [
        {"$match": {"$and": [is_spending], "merchant": {"$nin": ["", None]}}},
        {"$group": {"_id": "$merchant", "amount": {"$sum": amount}, "count": {"$sum": 1}}},
    ]


def _month_of(day: str, starts: int) -> Document:
    """`domain.months.month_of` as an expression."""
    begins = {"$dateSubtract": {"startDate": day, "unit": "day", "amount": starts - 1}} if starts > 1 else day
    return {"$dateToString": {"date": begins, "format": "%Y-%m"}}


def _spending(groups: Mapping[str, Group], *, refund: bool = False) -> tuple[Document, Document]:
    """`flow_of` as MongoDB expressions: which rows are spending, and the amount that counts."""
    slugs: dict[Group | None, list[str]] = {group: [] for group in Group}
    for slug, group in groups.items():
        slugs[group].append(slug)
    without_group = {"category": {"$nin": list(groups)}}
    conditions, reversing = [], set()
    for group in (None, *Group):
        for direction, needs_review in product(Direction, (False, True)):
            counting = Direction.EXPENSE if refund else direction
            counted = group_that_counts(group, counting, needs_review=needs_review)
            flow, sign = flow_of(counted, direction, refund=refund)
            if flow is Flow.SPENT:
                category = without_group if group is None else {"category": {"$in": slugs[group]}}
                review = True if needs_review else {"$ne": True}
                conditions.append({**category, "direction": direction.value, "needs_review": review})
                reversing |= {direction.value} if sign < 0 else set()
    amount = {"$cond": [{"$in": ["$direction", sorted(reversing)]}, {"$subtract": [0, "$amount"]}, "$amount"]}
    return {"$or": conditions}, amount


def _savings_and_transfers(cells: Iterable[Cell]) -> list[Document]:
    """By category, largest first. `out` and `in` are of all ends; the amount is of what was moved, once."""
    by_category: dict[tuple[str, str | None], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.flow in (Flow.SAVED, Flow.TRANSFERRED):
            by_category[cell.flow.value, cell.category].append(cell)
    rows = [
        {
            "kind": kind,
            "category": category,
            "amount": sum((cell.counted for cell in members), Decimal(0)),
            "out": sum((cell.amount for cell in members if cell.direction is Direction.EXPENSE), Decimal(0)),
            "in": sum((cell.amount for cell in members if cell.direction is Direction.INCOME), Decimal(0)),
            "count": sum(cell.count for cell in members),
        }
        for (kind, category), members in by_category.items()
    ]
    return sorted(rows, key=lambda row: (row["kind"], -row["amount"], str(row["category"])))


def _by_month(cells: Sequence[Cell], coverage: Coverage) -> list[Document]:
    """Every month from the first to the last, with the empty ones."""
    by_month: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_month[cell.month].append(cell)
    return [
        {"month": month, **totals_of(by_month.get(month, [])), "partial": coverage.is_partial(month)}
        for month in months_between(by_month)
    ]
