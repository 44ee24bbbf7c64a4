"""Sums of one kind for one period, as a document of `month_totals` stores them: in columns, which are read
several times as quickly as one document for each sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from src.services.mongo.client import Document
from src.services.totals.rows import Entry, Group

ACCOUNT, MODE, WEEKDAY, MERCHANT = KINDS = ("account", "mode", "weekday", "merchant")
"""Of months. All are by account and category; the others also by what they are named after."""
DAY = "days"
"""Of a day: by account and category, payment method and merchant at once."""

MOST_SUMS = 100_000
"""In one document, whose size MongoDB limits."""

Table = dict[tuple[Group, Any], list[int]]
"""Group, and value of the kind (of days: payment method and merchant) -> amount in the smallest unit, number
with all parts, and of transactions."""


def add(table: Table, key: tuple[Group, Any], amount: int, count: int, rows: int) -> None:
    if (sums := table.get(key)) is None:
        table[key] = [amount, count, rows]
    else:
        sums[0] += amount
        sums[1] += count
        sums[2] += rows


def tables_of_days(entries: Iterable[Entry]) -> dict[date, Table]:
    tables: dict[date, Table] = defaultdict(dict)
    for group, day, mode, merchant, *sums in entries:
        add(tables[day], (group, (mode, merchant)), *sums)
    return tables


def tables_of(entries: Iterable[Entry]) -> tuple[dict[str, Table], dict[str | None, set[date]]]:
    """The tables of a month by kind, and the days with any by account."""
    tables: dict[str, Table] = {kind: {} for kind in KINDS}
    by_account, by_mode, by_weekday, by_merchant = tables.values()
    days: dict[str | None, set[date]] = defaultdict(set)
    for group, day, mode, merchant, *sums in entries:
        days[group.account].add(day)
        add(by_account, (group, None), *sums)
        add(by_mode, (group, mode), *sums)
        add(by_weekday, (group, day.weekday()), *sums)
        add(by_merchant, (group, merchant), *sums)
    return tables, days


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


def columns_of_day(table: Table) -> Document:
    """As `columns_of`, with two columns of values."""
    columns = columns_of(table)
    if columns["groups"] is not None:
        modes, merchants = zip(*columns.pop("values"), strict=True) if table else ((), ())
        columns |= {"modes": modes, "merchants": merchants}
    return columns


def read_columns(document: Document) -> Iterator[tuple[int, Any, int, int, int]]:
    """Position in `groups`, value, and the sums."""
    columns = (document[name] for name in ("of", "values", "amounts", "counts", "transactions"))
    return zip(*columns, strict=True)


def entries_of_day(document: Document) -> Iterator[Entry]:
    groups = [Group(*values) for values in document["groups"]]
    day = date.fromisoformat(document["period"])
    names = ("of", "modes", "merchants", "amounts", "counts", "transactions")
    for position, mode, merchant, amount, count, rows in zip(*map(document.get, names), strict=True):
        yield groups[position], day, mode, merchant, amount, count, rows
