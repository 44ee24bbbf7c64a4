"""Sums of one kind for one period, as a document of `month_totals` stores them: in columns, which are read
several times as quickly as one document for each sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from src.services.mongo.client import Document
from src.services.totals.rows import Contribution, Group

ACCOUNT, MODE, WEEKDAY, MERCHANT, DAY = KINDS = ("account", "mode", "weekday", "merchant", "day")
"""All are by account and category; the others also by what they are named after."""

MOST_SUMS = 100_000
"""In one document, whose size MongoDB limits."""

Table = dict[tuple[Group, Any], list[int]]
"""Group, and value of the kind -> amount in the smallest unit, number with all parts, and of transactions."""


def add(table: Table, key: tuple[Group, Any], amount: int, count: int, rows: int) -> None:
    if (sums := table.get(key)) is None:
        table[key] = [amount, count, rows]
    else:
        sums[0] += amount
        sums[1] += count
        sums[2] += rows


def tables_of(contributions: Iterable[Contribution]) -> tuple[dict[str, Table], date | None, date | None]:
    """The tables by kind, and the first and the last day."""
    tables: dict[str, Table] = {kind: {} for kind in KINDS}
    by_account, by_mode, by_weekday, by_merchant, by_day = tables.values()
    days: set[datetime] = set()
    for group, row, merchant, amount, first in contributions:
        days.add(row["date"])
        add(by_account, (group, None), amount, 1, first)
        add(by_mode, (group, row["mode"]), amount, 1, first)
        add(by_weekday, (group, row["date"].weekday()), amount, 1, first)
        add(by_merchant, (group, merchant), amount, 1, first)
        add(by_day, (group, row["date"].date().isoformat()), amount, 1, first)
    return tables, min(days).date() if days else None, max(days).date() if days else None


def columns_of(table: Table) -> Document:
    """Without the sums if they are too many for a document; then `groups` is null."""
    if len(table) > MOST_SUMS:
        return {"groups": None}
    numbers: dict[Group, int] = {}
    of = [numbers.setdefault(group, len(numbers)) for group, _ in table]
    amounts, counts, rows = zip(*table.values(), strict=True) if table else ((), (), ())
    return {
        "groups": [list(group) for group in numbers],
        "of": of,
        "values": [value for _, value in table],
        "amounts": amounts,
        "counts": counts,
        "transactions": rows,
    }


def read_columns(document: Document) -> Iterator[tuple[int, Any, int, int, int]]:
    """Position in `groups`, value, and the sums."""
    columns = (document[name] for name in ("of", "values", "amounts", "counts", "transactions"))
    return zip(*columns, strict=True)


def merged(documents: Iterable[Document]) -> Table:
    table: Table = {}
    for document in documents:
        groups = [Group(*values) for values in document["groups"]]
        for position, value, *sums in read_columns(document):
            add(table, (groups[position], value), *sums)
    return table
