"""Sums of any period from the month totals; parts of months by merchant or payment method from the rows."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.domain.months import first_day, last_day, month_of
from src.services.mongo.client import Document, midnight
from src.services.totals.counting import MonthTotals, document_id
from src.services.totals.rows import Group, contributions
from src.services.totals.tables import (
    ACCOUNT,
    DAY,
    KINDS,
    WEEKDAY,
    Table,
    add,
    columns_of,
    merged,
    read_columns,
)

_IN_EVERY_TABLE = ("month", "account")

Days = tuple[date, date]
"""The first and the last."""


@dataclass(frozen=True)
class Wanted:
    """since, until: None is the beginning or the end of the history. account: None is all."""

    currency: str
    since: date | None = None
    until: date | None = None
    account: str | None = None
    categories: Collection[str | None] | None = None
    by: Collection[str] = ()

    @property
    def more(self) -> list[str]:
        """The dimensions that not every table has."""
        return [name for name in self.by if name not in _IN_EVERY_TABLE]

    @property
    def kind(self) -> str | None:
        """The kind of table that has them; None if none has."""
        match self.more:
            case []:
                return ACCOUNT
            case [name] if name in KINDS:
                return name
        return None

    @property
    def is_of_days(self) -> bool:
        """Whether sums by day tell all of it."""
        return self.more in ([], [WEEKDAY], [DAY])

    def reduced(self, group: Group) -> Group | None:
        """The group of the sums that it counts in; None if it is not wanted.

        Of one account, the income end of a transfer is no second end.
        """
        if self.account is not None:
            if group.account != self.account:
                return None
            group = group._replace(again=False)
        if self.categories is not None and group.category not in self.categories:
            return None
        return group if "account" in self.by else group._replace(account=None)


@dataclass(frozen=True)
class Sum:
    """values: by dimension. The others as in a `Table`."""

    group: Group
    values: dict[str, Any]
    amount: int
    count: int
    rows: int


def sums_of(totals: MonthTotals, wanted: Wanted) -> Iterator[Sum]:
    """As they are counted; what has changed since is missing, except where transactions are read."""
    tables = _Tables(wanted)
    days: list[Days] = []
    if wanted.kind is None:
        days = [(wanted.since or date.min, wanted.until or date.max)]
    else:
        heads = totals.heads(totals.starts, wanted.kind, wanted.currency)
        months, days = _plan(heads, wanted, totals.starts)
        for document in _documents(totals, wanted, wanted.kind, heads, months):
            if document["groups"] is None:
                days.append(_days_of(document["period"], totals.starts))
            else:
                tables.add_document(document)
    for first, last in _not_counted_by_day(totals, wanted, days, tables):
        tables.add_rows(contributions(totals.database, _query(wanted, first, last)), totals.starts)
    return tables.sums()


def _not_counted_by_day(
    totals: MonthTotals, wanted: Wanted, spans: Iterable[Days], tables: _Tables
) -> Iterator[Days]:
    """Those spans, each within a month, whose transactions must be read; the others are added to `tables`."""
    if not wanted.is_of_days:
        yield from spans
        return
    months = {month_of(first, totals.starts): (first, last) for first, last in spans}
    documents = _find(totals, wanted, DAY, months)
    counted = {document["period"]: document for document in documents if document["groups"] is not None}
    for month, (first, last) in months.items():
        if month in counted:
            tables.add_days(counted[month], first.isoformat(), last.isoformat())
        else:
            yield first, last


def rows_by_currency(totals: MonthTotals, since: date | None, until: date | None) -> dict[str, int]:
    """The number of transactions of these days."""
    counts: dict[str, int] = defaultdict(int)
    for head in totals.heads(totals.starts):
        wanted = Wanted(head["currency"], since, until)
        span = _wanted_days(head, wanted, totals.starts)
        if span is None:
            counts[head["currency"]] += head["rows"]
        elif span[0] <= span[1]:
            query = {"owner": LOCAL_OWNER, **_query(wanted, *span)}
            counts[head["currency"]] += totals.database.transactions.count_documents(query)
    return {currency: count for currency, count in counts.items() if count}


def _query(wanted: Wanted, first: date, last: date) -> Document:
    account = {"account": {"$eq": wanted.account}} if wanted.account is not None else {}
    days = {"$gte": midnight(first), "$lte": midnight(last)}
    return {"currency": {"$eq": wanted.currency}, "date": days, **account}


class _Tables:
    """By month, or one for all of them."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._reduced = functools.cache(wanted.reduced)  # most groups are in every month
        self._by_month: dict[str, Table] = defaultdict(dict)

    def add_document(self, document: Document) -> None:
        table = self._table(document["period"])
        reduced = [self._reduced(Group(*values)) for values in document["groups"]]
        for position, value, amount, count, rows in read_columns(document):
            if (group := reduced[position]) is not None:
                key = (group, value)
                if (sums := table.get(key)) is None:
                    table[key] = [amount, count, rows]
                else:
                    sums[0] += amount
                    sums[1] += count
                    sums[2] += rows

    def add_days(self, document: Document, first: str, last: str) -> None:
        """document: by day."""
        table = self._table(document["period"])
        reduced = [self._reduced(Group(*values)) for values in document["groups"]]
        for position, day, *sums in read_columns(document):
            if first <= day <= last and (group := reduced[position]) is not None:
                add(table, (group, self._value_of(day)), *sums)

    def _value_of(self, day: str) -> str | int | None:
        match self._wanted.more:
            case [name] if name == DAY:
                return day
            case [name] if name == WEEKDAY:
                return date.fromisoformat(day).weekday()
        return None

    def add_rows(self, rows: Iterable[Any], starts: int) -> None:
        more = self._wanted.more
        for group, row, merchant, amount, first in rows:
            if (reduced := self._reduced(group)) is not None:
                day: date = row["date"].date()
                value: Any = None
                if more:
                    values = {
                        "mode": row["mode"],
                        "weekday": day.weekday(),
                        "merchant": merchant,
                        "day": day.isoformat(),
                    }
                    value = values[more[0]] if len(more) == 1 else tuple(values[name] for name in more)
                add(self._table(month_of(day, starts)), (reduced, value), amount, 1, first)

    def _table(self, month: str) -> Table:
        return self._by_month[month if "month" in self._wanted.by else ""]

    def sums(self) -> Iterator[Sum]:
        more = self._wanted.more
        for month, table in self._by_month.items():
            for (group, value), sums in table.items():
                values: dict[str, Any] = {"month": month} if "month" in self._wanted.by else {}
                if len(more) == 1:
                    values[more[0]] = value
                elif more:
                    values |= zip(more, value, strict=True)
                if "account" in self._wanted.by:
                    values["account"] = group.account
                yield Sum(group, values, *sums)


def _plan(heads: Iterable[Document], wanted: Wanted, starts: int) -> tuple[set[str], list[Days]]:
    """The months that are wanted as a whole, and the days of the others."""
    whole, days = set(), []
    for head in heads:
        span = _wanted_days(head, wanted, starts)
        if span is None:
            whole.add(head["period"])
        elif span[0] <= span[1]:
            days.append(span)
    return whole, days


def _wanted_days(head: Document, wanted: Wanted, starts: int) -> Days | None:
    """Of a month; None if all its transactions are wanted. The first is after the last if none is."""
    first, last = head["first"].date(), head["last"].date()
    since, until = wanted.since or first, wanted.until or last
    if since <= first and last <= until:
        return None
    if until < first or last < since:
        return last, first - timedelta(days=1)
    begins, ends = _days_of(head["period"], starts)
    return max(since, begins), min(until, ends)


def _days_of(month: str, starts: int) -> Days:
    return first_day(month, starts), last_day(month, starts)


def _documents(
    totals: MonthTotals, wanted: Wanted, kind: str, heads: Iterable[Document], months: Set[str]
) -> Iterator[Document]:
    """Of these months; one for a whole year if the sums are not to be by month."""
    versions: dict[str, dict[str, int]] = defaultdict(dict)
    for head in heads:
        versions[head["period"][:4]][head["period"]] = head["version"]
    in_years: set[str] = set()
    if "month" not in wanted.by:
        years = {year: of for year, of in versions.items() if len(of) > 1 and of.keys() <= months}
        stored = {document["period"]: document for document in _find(totals, wanted, f"{kind}/year", years)}
        for year, of in years.items():
            document = stored.get(year)
            if document is None or document["made_of"] != of:
                document = _sum_up_year(totals, wanted, kind, year, of)
            if document is not None:
                in_years |= of.keys()
                yield document
    yield from _find(totals, wanted, kind, months - in_years)


def _find(totals: MonthTotals, wanted: Wanted, kind: str, periods: Iterable[str]) -> Iterator[Document]:
    ids = [document_id(totals.starts, wanted.currency, kind, period) for period in periods]
    return totals.database.month_totals.find({"_id": {"$in": ids}}) if ids else iter(())


def _sum_up_year(
    totals: MonthTotals, wanted: Wanted, kind: str, year: str, months: Iterable[str]
) -> Document | None:
    """None if there are too many sums for a document. It is valid while the months keep their versions."""
    documents = list(_find(totals, wanted, kind, months))
    if any(document["groups"] is None for document in documents):
        return None
    columns = columns_of(merged(documents))
    if columns["groups"] is None:
        return None
    made_of = {document["period"]: document["version"] for document in documents}
    id_ = {"_id": document_id(totals.starts, wanted.currency, f"{kind}/year", year)}
    about = {"owner": LOCAL_OWNER, "starts": totals.starts, "period": year, "made_of": made_of}
    with suppress(DuplicateKeyError):  # another process has inserted it
        totals.database.month_totals.replace_one(id_, {**about, **columns}, upsert=True)
    return {**about, **columns}
