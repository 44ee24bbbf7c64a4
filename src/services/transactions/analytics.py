"""Sums over the history: of any period from the month totals, of other filters from the transactions."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from src.domain.categories import Category, Flow, Group, group_that_counts
from src.domain.money import decimal_places
from src.domain.months import Coverage, months_between
from src.domain.preferences import Preferences
from src.domain.sums import Cell, sums_by, totals_of
from src.domain.transactions import Direction, HistoryFilter
from src.services.mongo.client import Database, Document, guarded
from src.services.totals.counting import MonthTotals
from src.services.totals.reading import Sum, Wanted, days_covered, rows_by_currency, sums_of
from src.services.totals.rows import Group as KeptApart
from src.services.transactions.documents import IS_SPLIT
from src.services.transactions.linked import UNLINKED, ends_of_transfers, linked_refunds
from src.services.transactions.query import (
    disjoint_queries,
    plan_of,
    query_of,
    refunds_counted,
    unlinked_counted,
)

TOP_MERCHANTS = 20
COUNTED_AT_ONCE = 100_000
"""If more transactions were to be read before an answer, they are counted in the background instead. It takes
about a second."""


@dataclass(frozen=True)
class Analytics:
    database: Database
    categories: Callable[[], Sequence[Category]]
    preferences: Callable[[], Preferences]
    """The currency for an empty history, and the first day of months."""
    now: Callable[[], datetime]
    month_totals: MonthTotals

    @guarded
    def overview(
        self, *, since: date | None = None, until: date | None = None, currency: str | None = None
    ) -> dict[str, Any]:
        """The sums of one currency, by default the most frequent. Raises Unavailable.

        Amounts are Decimal and counted by `flow_of`. `by_category`, `by_mode`, `by_month_category`,
        `top_merchants` and `essential_vs_discretionary` are of spending, less refunds; each but the merchants
        adds up to the `expense` of the totals. A category of None is uncategorized.
        """
        currencies = self.currencies(since, until)
        chosen = currency or (currencies[0]["currency"] if currencies else self.preferences().currency)
        # Three times few sums are quicker than once all combinations.
        cells, by_mode, by_merchant = (
            self._cells_of(Wanted(chosen, since, until, by=(dimension,)))
            for dimension in ("month", "mode", "merchant")
        )
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
            "by_mode": sums_by([cell for cell in by_mode if cell.flow is Flow.SPENT], "mode"),
            "by_month": _by_month(cells, self.coverage(chosen, since, until)),
            "by_month_category": sums_by(spent, "month", "category", by_size=False),
            "essential_vs_discretionary": sums_by(spent, "group"),
            "top_merchants": _top_merchants(by_merchant),
        }

    @guarded
    def totals(self, where: HistoryFilter) -> list[Document]:
        """What the filter matches, by currency, the most frequent first. Raises Unavailable.

        Each has the `currency` and the totals that `overview` has of one.
        """
        cells = self._month_cells(where)
        if cells is None:
            cells = self._counted_cells(where)
        by_currency: dict[str, list[Cell]] = defaultdict(list)
        for cell in cells:
            by_currency[cell.currency].append(cell)
        totals = [{"currency": currency, **totals_of(cells)} for currency, cells in by_currency.items()]
        if where.counted:  # a split transaction may count without its first part
            counts = self._counts(where)
            totals = [{**row, "count": counts[row["currency"]]} for row in totals]
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
        self.month_totals.refresh(at_most=COUNTED_AT_ONCE)
        wanted = Wanted(currency, since, until, account, categories, by)
        return self._cells_of(wanted)

    def _cells_of(self, wanted: Wanted) -> list[Cell]:
        groups = {category.slug: category.group for category in self.categories()}

        def without_review(kept: KeptApart) -> KeptApart:
            """Unless what needs review counts in another way."""
            reviewed = kept._replace(needs_review=False)
            return reviewed if _group_of(reviewed, groups) is _group_of(kept, groups) else kept

        return list(_cells_of(sums_of(self.month_totals, wanted, without_review), wanted.currency, groups))

    def uncounted(self) -> int:
        """The transactions that sums do not show as they are now, because they are still being counted.

        Raises Unavailable.
        """
        return self.month_totals.uncounted()

    @guarded
    def currencies(self, since: date | None = None, until: date | None = None) -> list[Document]:
        """`currency` and `count` of transactions, the most frequent first. Raises Unavailable."""
        self.month_totals.refresh(at_most=COUNTED_AT_ONCE)
        counts = rows_by_currency(self.month_totals, since, until)
        rows = ({"currency": currency, "count": count} for currency, count in counts.items())
        return sorted(rows, key=lambda row: (-row["count"], row["currency"]))

    def used_currencies(self) -> list[str]:
        """The most frequent first; of an empty ledger, that of the settings. Raises Unavailable."""
        return [row["currency"] for row in self.currencies()] or [self.preferences().currency]

    def main_currency(self) -> str:
        return self.used_currencies()[0]

    def _counts(self, where: HistoryFilter) -> Counter[str]:
        """Of the transactions, by currency."""
        counts = Counter[str]()
        for query in disjoint_queries(where):
            groups = [{"$match": query}, {"$group": {"_id": "$currency", "count": {"$sum": 1}}}]
            for row in self.database.transactions.aggregate(groups, **plan_of(where)):
                counts[row["_id"]] += row["count"]
        return counts

    def _month_cells(self, where: HistoryFilter) -> list[Cell] | None:
        """What the filter matches, from the month totals; None if they cannot say it."""
        by = _dimensions(where)
        others = {name: getattr(_ALL, name) for name in _IN_MONTH_TOTALS}
        is_plain = replace(where, **others) == _ALL and "merchant" not in where.without
        is_plain &= len(by - {"account"}) <= 1
        if not is_plain or not self.month_totals.refresh(at_most=COUNTED_AT_ONCE):
            return None
        counts = rows_by_currency(self.month_totals, where.since, where.until)
        chosen = [where.currency] if where.currency else list(counts)
        wanted = (Wanted(currency, where.since, where.until, where.account, by=by) for currency in chosen)
        return [cell for one in wanted for cell in self._cells_of(one) if _matches(cell, where)]

    def _counted_cells(self, where: HistoryFilter) -> list[Cell]:
        """What the filter matches; of a split transaction or a refund of one, only the parts that count."""
        counted = where.counted
        if counted is None:
            return self._cells(query_of(where), plan=plan_of(where), disjoint=_disjoint(where))
        others = query_of(replace(where, counted=None))
        unlinked = {"$and": [others, *unlinked_counted(counted)]}
        refunds = {"$and": [others, refunds_counted(counted)]}
        # Of all transfers, because both ends together count once.
        plan = plan_of(where)
        cells = self._cells(unlinked, by_merchant=True, refunds=refunds, transfers=others, plan=plan)
        return [cell for cell in cells if counted.includes(cell.flow, cell.category, cell.merchant)]

    def _cells(
        self,
        query: Document,
        *,
        by_merchant: bool = False,
        refunds: Document | None = None,
        transfers: Document | None = None,
        plan: Document,
        disjoint: Sequence[tuple[Document, Document]] = (),
    ) -> list[Cell]:
        """Of the transactions themselves. refunds, transfers: the queries for linked ones, if they differ.

        disjoint: queries that together match the same, each with its plan.
        """
        groups = {category.slug: category.group for category in self.categories()}
        key = {
            "currency": "$currency",
            "category": "$category",
            "direction": "$direction",
            "paired": {"$gt": ["$transfer", None]},
            "again": {"$eq": ["$again", True]},
            "refund": {"$gt": ["$refund_of", None]},
            "needs_review": {"$eq": ["$needs_review", True]},
            **({"merchant": {"$ifNull": ["$merchant", ""]}} if by_merchant else {}),
        }
        rows = {"$sum": {"$cond": [{"$gt": ["$part", 0]}, 0, 1]}}
        sums = {
            "$group": {"_id": key, "amount": {"$sum": "$amount"}, "count": {"$sum": 1}, "rows": rows},
        }
        pipelines = (
            *((_parts({**part, **UNLINKED}, sums), of_part) for part, of_part in disjoint or [(query, plan)]),
            ([*linked_refunds(refunds or query), sums], plan),
            ([*ends_of_transfers(transfers or query), sums], plan),
        )
        return [
            _cell(row, groups)
            for pipeline, options in pipelines
            for row in self.database.transactions.aggregate(pipeline, **options)
        ]

    @guarded
    def coverage(self, currency: str, since: date | None = None, until: date | None = None) -> Coverage:
        """Of the whole history in `currency`: a period may begin before the history does."""
        self.month_totals.refresh(at_most=COUNTED_AT_ONCE)
        starts = self.month_totals.starts
        begins, ends, known_until = days_covered(self.month_totals, currency)
        return Coverage(begins, ends, self.now().date(), since, until, starts, known_until)


_ALL = HistoryFilter()
_IN_MONTH_TOTALS = ("since", "until", "account", "currency", "mode", "weekdays", "without", "counted")


def _disjoint(where: HistoryFilter) -> list[tuple[Document, Document]]:
    """For a category alone: those of it, from its index, and the split ones with a part of it."""
    if where.category is None or replace(where, category=None, since=None, until=None) != _ALL:
        return []
    own, split = disjoint_queries(where)
    return [(own, {"hint": "owner_1_category_1_date_-1__id_-1"}), (split, {})]


def _dimensions(where: HistoryFilter) -> set[str]:
    """By which sums must be split to apply the filter."""
    dimensions = {*where.without}
    if where.mode is not None:
        dimensions.add("mode")
    if where.weekdays:
        dimensions.add("weekday")
    if where.counted and where.counted.merchant is not None:
        dimensions.add("merchant")
    return dimensions


def _matches(cell: Cell, where: HistoryFilter) -> bool:
    return (
        where.mode in (None, cell.mode)
        and (not where.weekdays or cell.weekday in where.weekdays)
        and not any(getattr(cell, name) for name in where.without)
        and (where.counted is None or where.counted.includes(cell.flow, cell.category, cell.merchant))
    )


def _cells_of(sums: Iterable[Sum], currency: str, groups: Mapping[str, Group]) -> Iterator[Cell]:
    places = decimal_places(currency)

    @functools.cache
    def fields(kept: KeptApart) -> dict[str, Any]:
        return {
            "currency": currency,
            "category": kept.category,
            "direction": Direction(kept.direction),
            "group": _group_of(kept, groups),
            "paired": kept.paired,
            "again": kept.again,
            "refund": kept.refund,
        }

    for one in sums:
        amount = Decimal(one.amount).scaleb(-places)
        yield Cell(**fields(one.group), amount=amount, count=one.count, rows=one.rows, **one.values)


def _group_of(kept: KeptApart, groups: Mapping[str, Group]) -> Group | None:
    return _group_that_counts(
        kept.category,
        Direction(kept.direction),
        groups,
        refund=kept.refund,
        needs_review=kept.needs_review,
    )


def _group_that_counts(
    category: str | None,
    direction: Direction,
    groups: Mapping[str, Group],
    *,
    refund: bool,
    needs_review: bool,
) -> Group | None:
    # The category of a refund is that of its purchase, which is an expense.
    counting = Direction.EXPENSE if refund else direction
    return group_that_counts(groups.get(category or ""), counting, needs_review=needs_review)


def _top_merchants(cells: Iterable[Cell]) -> list[Document]:
    spent = [cell for cell in cells if cell.flow is Flow.SPENT and cell.merchant]
    rows = (row for row in sums_by(spent, "merchant") if row["amount"] > 0)
    return [
        {name: row[name] for name in ("merchant", "amount", "count")} for row in islice(rows, TOP_MERCHANTS)
    ]


def _cell(sums: Document, groups: Mapping[str, Group]) -> Cell:
    key = dict(sums["_id"])
    direction, needs_review = Direction(key.pop("direction")), key.pop("needs_review")
    group = _group_that_counts(
        key["category"], direction, groups, refund=key["refund"], needs_review=needs_review
    )
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
