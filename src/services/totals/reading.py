"""Sums of any period: of whole months from the sums of the months, of other days from those of the days."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from src.domain.months import first_day, last_day, month_of
from src.services.mongo.client import Document
from src.services.totals.counting import MonthTotals
from src.services.totals.days import entries_of_days
from src.services.totals.rollups import Variety, Versions, documents_of, month_documents
from src.services.totals.rows import Entry, Group
from src.services.totals.tables import (
    ACCOUNT,
    DAY,
    KINDS,
    Table,
    add,
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


def sums_of(
    totals: MonthTotals, wanted: Wanted, alike: Callable[[Group], Group] | None = None
) -> Iterator[Sum]:
    """As they are counted; what has changed since is missing.

    alike: returns the same group for those that need not be kept apart.
    """
    tables = _Tables(wanted, alike)
    spans: list[Days] = []
    if wanted.kind is None:
        spans = [(wanted.since or date.min, wanted.until or date.max)]
    else:
        heads = totals.heads(totals.starts, wanted.kind, wanted.currency)
        months, spans = _plan(heads, wanted, totals.starts)
        versions = {head["period"]: head["version"] for head in heads}
        for document in _documents(totals, wanted, versions, months):
            if document["groups"] is None:
                spans.append(_days_of(document["period"], totals.starts))
            else:
                tables.add_document(document)
    for first, last in spans:
        entries = entries_of_days(totals.database, totals.starts, wanted.currency, first, last)
        tables.add_entries(entries, totals.starts)
    return tables.sums()


def rows_by_currency(totals: MonthTotals, since: date | None, until: date | None) -> dict[str, int]:
    """The number of transactions of these days."""
    counts: dict[str, int] = defaultdict(int)
    for head in totals.heads(totals.starts):
        wanted = Wanted(head["currency"], since, until)
        span = _wanted_days(head, wanted, totals.starts)
        if span is None:
            counts[head["currency"]] += head["rows"]
        elif span[0] <= span[1]:
            period = {"$gte": span[0].isoformat(), "$lte": span[1].isoformat()}
            days = totals.heads(totals.starts, DAY, head["currency"], period)
            counts[head["currency"]] += sum(day["rows"] for day in days)
    return {currency: count for currency, count in counts.items() if count}


def days_covered(totals: MonthTotals, currency: str) -> tuple[date | None, date | None, date | None]:
    """The first and the last day with transactions in `currency`, and until when it is known: the last day
    with any transaction in one of the accounts that have those."""
    heads = totals.heads(totals.starts)
    own = [head for head in heads if head["currency"] == currency]
    if not own:
        return None, None, None
    begins, ends = min(head["first"] for head in own).date(), max(head["last"] for head in own).date()
    if ends == max(head["last"] for head in heads).date():  # most often; the rest reads all documents
        return begins, ends, ends
    last = totals.last_days(totals.starts)
    accounts = last[currency].keys()
    known = (day for of in last.values() for account, day in of.items() if account in accounts)
    return begins, ends, max(known, default=ends)


class _Tables:
    """By month, or one for all of them."""

    def __init__(self, wanted: Wanted, alike: Callable[[Group], Group] | None) -> None:
        self._wanted = wanted
        self._alike = alike
        self._reduced = functools.cache(self._reduced_anew)  # most groups are in every month
        self._by_month: dict[str, Table] = defaultdict(dict)

    def _reduced_anew(self, group: Group) -> Group | None:
        reduced = self._wanted.reduced(group)
        return self._alike(reduced) if self._alike and reduced else reduced

    def add_document(self, document: Document) -> None:
        """Of a month, or a roll-up."""
        by_month, table = document.get("by_month"), self._table(document["period"])
        reduced = [self._reduced(Group(*values)) for values in document["groups"]]
        for position, value, amount, count, rows in read_columns(document):
            if (group := reduced[position]) is not None:
                if by_month:
                    table, value = self._table(value), None
                key = (group, value)
                if (sums := table.get(key)) is None:
                    table[key] = [amount, count, rows]
                else:
                    sums[0] += amount
                    sums[1] += count
                    sums[2] += rows

    def add_entries(self, entries: Iterable[Entry], starts: int) -> None:
        more = self._wanted.more
        for group, day, mode, merchant, *sums in entries:
            if (reduced := self._reduced(group)) is not None:
                value: Any = None
                if more:
                    values = {
                        "mode": mode,
                        "weekday": day.weekday(),
                        "merchant": merchant,
                        "day": day.isoformat(),
                    }
                    value = values[more[0]] if len(more) == 1 else tuple(values[name] for name in more)
                add(self._table(month_of(day, starts)), (reduced, value), *sums)

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


def _documents(
    totals: MonthTotals, wanted: Wanted, versions: Versions, months: Set[str]
) -> Iterator[Document]:
    kind, by_month = wanted.kind or ACCOUNT, "month" in wanted.by
    if by_month and kind != ACCOUNT:
        return month_documents(totals, wanted.currency, kind, months)
    by_account = wanted.account is not None or "account" in wanted.by
    variety = Variety(wanted.currency, kind, by_account, by_month)
    return documents_of(totals, variety, versions, months)


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
