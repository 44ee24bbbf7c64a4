"""Sums over the history, aggregated in MongoDB: one small cube of month × category × mode × direction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from src.domain.categories import Category, Group
from src.domain.history import HistoryFilter
from src.domain.money import decimal_places
from src.domain.transactions import Direction
from src.services.database import Database, Document, guarded
from src.services.history_query import query_of

TOP_MERCHANTS = 20


class Analytics:
    """What was spent and earned."""

    def __init__(
        self, database: Database, categories: Callable[[], Sequence[Category]], currency: str
    ) -> None:
        """currency: the one to show where the history names none."""
        self._database = database
        self._categories = categories
        self._currency = currency

    @guarded
    def overview(
        self, *, since: date | None = None, until: date | None = None, currency: str | None = None
    ) -> dict[str, Any]:
        """Everything the analytics page shows, for one currency (the most used one unless named).

        Amounts are Decimal. `by_category`, `by_mode`, `top_merchants` and `essential_vs_discretionary` are
        of expenses, largest first; `by_month` has expense, income and transfer; a category of None is "not
        sure yet".
        """
        span = query_of(HistoryFilter(since=since, until=until))
        currencies = self._currencies(span)
        chosen = currency or (currencies[0]["currency"] if currencies else self._currency)
        cells = self._cube({**span, "currency": {"$eq": chosen}}, decimal_places(chosen))
        spent = [cell for cell in cells if cell["direction"] == Direction.EXPENSE]
        groups = {category.slug: category.group for category in self._categories()}
        return {
            "currency": chosen,
            "currencies": currencies,
            "from": since,
            "until": until,
            "totals": _totals(cells),
            "by_category": _by(spent, "category"),
            "by_mode": _by(spent, "mode"),
            "by_month": _by_month(cells),
            "by_month_category": _by(spent, "month", "category", by_size=False),
            "essential_vs_discretionary": _by_group(spent, groups),
            "top_merchants": self._top_merchants(
                {**span, "currency": {"$eq": chosen}}, decimal_places(chosen)
            ),
        }

    def _currencies(self, query: Document) -> list[Document]:
        found = self._rows.aggregate(
            [
                {"$match": query},
                {"$group": {"_id": "$currency", "count": {"$sum": 1}}},
                {"$sort": {"count": -1, "_id": 1}},
            ]
        )
        return [{"currency": each["_id"], "count": each["count"]} for each in found]

    @property
    def _rows(self) -> Any:
        return self._database.collection("transactions")

    def _cube(self, query: Document, places: int) -> list[Document]:
        key = {
            "month": {"$dateToString": {"date": "$date", "format": "%Y-%m"}},
            "category": "$category",
            "mode": "$mode",
            "direction": "$direction",
        }
        found = self._rows.aggregate(
            [
                {"$match": query},
                {"$group": {"_id": key, "amount": {"$sum": "$amount"}, "count": {"$sum": 1}}},
            ]
        )
        return [
            {**each["_id"], "amount": Decimal(each["amount"]).scaleb(-places), "count": each["count"]}
            for each in found
        ]

    def _top_merchants(self, query: Document, places: int) -> list[Document]:
        found = self._rows.aggregate(
            [
                {"$match": {**query, "direction": Direction.EXPENSE.value, "merchant": {"$ne": ""}}},
                {"$group": {"_id": "$merchant", "amount": {"$sum": "$amount"}, "count": {"$sum": 1}}},
                {"$sort": {"amount": -1, "_id": 1}},
                {"$limit": TOP_MERCHANTS},
            ]
        )
        return [
            {
                "merchant": each["_id"],
                "amount": Decimal(each["amount"]).scaleb(-places),
                "count": each["count"],
            }
            for each in found
        ]


def _totals(cells: Iterable[Document]) -> Document:
    amounts: dict[str, Decimal] = {direction.value: Decimal(0) for direction in Direction}
    count = 0
    for cell in cells:
        amounts[cell["direction"]] += cell["amount"]
        count += cell["count"]
    return {"count": count, **amounts, "net": amounts["income"] - amounts["expense"]}


def _by(cells: Iterable[Document], *keys: str, by_size: bool = True) -> list[Document]:
    amounts: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    counts: dict[tuple[Any, ...], int] = defaultdict(int)
    for cell in cells:
        key = tuple(cell[name] for name in keys)
        amounts[key] += cell["amount"]
        counts[key] += cell["count"]
    total = sum(amounts.values(), Decimal(0))
    rows = [
        {
            **dict(zip(keys, key, strict=True)),
            "amount": amount,
            "count": counts[key],
            "share": float(amount / total) if total else 0.0,
        }
        for key, amount in amounts.items()
    ]
    if by_size:
        return sorted(rows, key=lambda row: (-row["amount"], *(str(row[name]) for name in keys)))
    return sorted(rows, key=lambda row: tuple(str(row[name]) for name in keys))


def _by_month(cells: Sequence[Document]) -> list[Document]:
    """Every month from the first to the last, the empty ones too."""
    found: dict[str, list[Document]] = defaultdict(list)
    for cell in cells:
        found[cell["month"]].append(cell)
    return [{"month": month, **_totals(found.get(month, []))} for month in _months(found)]


def _months(found: Iterable[str]) -> list[str]:
    named = sorted(found)
    if not named:
        return []
    day, last = date.fromisoformat(f"{named[0]}-01"), date.fromisoformat(f"{named[-1]}-01")
    if (last - day).days > 366 * 30:  # two far-off dates would make a list of thousands
        return named
    months = []
    while day <= last:
        months.append(f"{day:%Y-%m}")
        day = (day + timedelta(days=32)).replace(day=1)
    return months


def _by_group(spent: Sequence[Document], groups: dict[str, Group]) -> list[Document]:
    named = [{**cell, "group": groups.get(cell["category"])} for cell in spent]
    return _by(named, "group")
