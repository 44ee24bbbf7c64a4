"""The counts of the quality page by month: a month is counted again only if its transactions have changed.

The month totals know that: whatever changes a prediction or an answer changes the version of its month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import islice
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.months import first_day, last_day
from src.domain.predictions import Band, DecidedBy
from src.domain.preferences import Preferences
from src.domain.quality import AnswerCount, ConfusionCount, PredictionCount
from src.services.mongo.client import Database, Document, guarded
from src.services.monitoring.quality_counts import QualityCounts
from src.services.totals.counting import MonthTotals

_FORMAT = 1
"""Of the documents."""
_AT_ONCE = 25_000
"""Transactions that are counted in a request."""
_ALL = "all"

_SUMS: dict[type, int] = {AnswerCount: 2, ConfusionCount: 1, PredictionCount: 2}
"""How many of the first fields are sums; the others are what they are sums of."""
_ENUMS: dict[str, type[Band] | type[DecidedBy]] = {"band": Band, "decided_by": DecidedBy}


@dataclass(frozen=True)
class QualityTables:
    answers: list[AnswerCount] = field(default_factory=list)
    confusions: list[ConfusionCount] = field(default_factory=list)
    predictions: list[PredictionCount] = field(default_factory=list)
    uncounted: int = 0
    """Transactions of months that are to be counted again."""


@dataclass
class _Month:
    versions: dict[str, int] = field(default_factory=dict)
    """By currency."""
    rows: int = 0


class QualityMonths:
    def __init__(
        self,
        database: Database,
        totals: MonthTotals,
        counts: QualityCounts,
        preferences: Callable[[], Preferences],
    ) -> None:
        """preferences: the first day of the week."""
        self._database = database
        self._totals = totals
        self._counts = counts
        self._preferences = preferences

    @guarded
    def tables(self, since: date | None = None, until: date | None = None) -> QualityTables:
        """Of the transactions of these days. Raises Unavailable."""
        self._totals.refresh(at_most=_AT_ONCE)
        parts, whole = [], {}
        months = self._months()
        for name, month in months.items():
            begins, ends = self._days(name)
            first, last = max(since or begins, begins), min(until or ends, ends)
            if (first, last) == (begins, ends):
                whole[name] = month
            elif first <= last:
                parts.append(self._counted(first, last))
        stored, uncounted = self._stored(whole, is_all=len(whole) == len(months))
        return _merged([*stored, *parts], uncounted + self._totals.uncounted())

    @guarded
    def refresh(self) -> None:
        """Count all months that have changed. Raises Unavailable; safe to repeat."""
        self._totals.refresh()
        months = self._months()
        self._stored(months, is_all=True, at_most=None)
        of_others = {"owner": LOCAL_OWNER, "_id": {"$nin": [self._id(name) for name in (*months, _ALL)]}}
        self._database.quality_months.delete_many(of_others)

    def _stored(
        self, months: Mapping[str, _Month], *, is_all: bool, at_most: int | None = _AT_ONCE
    ) -> tuple[list[Document], int]:
        """The documents of the months, and how many transactions are not counted as they are now."""
        made_of = {name: month.versions for name, month in months.items()}
        if is_all:
            total = self._database.quality_months.find_one({"_id": self._id(_ALL)})
            if total and total["made_of"] == made_of:
                return [total], 0
        ids = {self._id(name): name for name in months}
        stored = {
            ids[document["_id"]]: document
            for document in self._database.quality_months.find({"_id": {"$in": list(ids)}})
        }
        stale = [
            name
            for name, month in months.items()
            if name not in stored or stored[name]["made_of"] != month.versions
        ]
        uncounted = sum(months[name].rows for name in stale)
        if at_most is not None and uncounted > at_most:
            return list(stored.values()), uncounted
        for name in stale:
            stored[name] = self._replace(name, made_of[name], self._counted(*self._days(name)))
        if is_all and len(months) > 1:
            return [self._replace(_ALL, made_of, _document(_merged(stored.values())))], 0
        return list(stored.values()), 0

    def _months(self) -> dict[str, _Month]:
        months: dict[str, _Month] = {}
        for head in self._totals.heads(self._totals.starts):
            month = months.setdefault(head["period"], _Month())
            month.versions[head["currency"]] = head["version"]
            month.rows += head["rows"]
        return months

    def _days(self, month: str) -> tuple[date, date]:
        starts = self._totals.starts
        return first_day(month, starts), last_day(month, starts)

    def _counted(self, first: date, last: date) -> Document:
        answers, confusions = self._counts.answers(since=first, until=last)
        return _document(
            QualityTables(answers, confusions, self._counts.predictions(since=first, until=last))
        )

    def _replace(self, name: str, made_of: Any, tables: Document) -> Document:
        document = {"_id": self._id(name), "owner": LOCAL_OWNER, "made_of": made_of, **tables}
        self._database.quality_months.replace_one({"_id": document["_id"]}, document, upsert=True)
        return document

    def _id(self, name: str) -> str:
        week_starts = self._preferences().week_starts.value
        return f"{LOCAL_OWNER} {_FORMAT} {self._totals.starts} {week_starts} {name}"


def _document(tables: QualityTables) -> Document:
    return {
        "answers": _columns(AnswerCount, tables.answers),
        "confusions": _columns(ConfusionCount, tables.confusions),
        "predictions": _columns(PredictionCount, tables.predictions),
    }


def _columns(kind: Any, counts: Sequence[Any]) -> list[list[Any]]:
    """Of each field the values."""
    names = [of_kind.name for of_kind in fields(kind)]
    return [[getattr(count, name) for count in counts] for name in names]


def _merged(documents: Iterable[Document], uncounted: int = 0) -> QualityTables:
    documents = list(documents)
    return QualityTables(
        _sums(AnswerCount, [document["answers"] for document in documents]),
        _sums(ConfusionCount, [document["confusions"] for document in documents]),
        _sums(PredictionCount, [document["predictions"] for document in documents]),
        uncounted,
    )


def _sums(kind: Any, tables: Iterable[list[list[Any]]]) -> list[Any]:
    """Equal counts of several tables are added up. kind: of the counts."""
    number = _SUMS[kind]
    cells: dict[tuple[Any, ...], list[float]] = {}
    for columns in tables:
        for key, values in zip(
            zip(*columns[number:], strict=True), zip(*columns[:number], strict=True), strict=True
        ):
            if (sums := cells.get(key)) is None:
                cells[key] = list(values)
            else:
                for position, value in enumerate(values):
                    sums[position] += value
    enums = [_ENUMS.get(of_kind.name) for of_kind in islice(fields(kind), number, None)]
    return [
        kind(*sums, *(enum(value) if enum else value for enum, value in zip(enums, key, strict=True)))
        for key, sums in cells.items()
    ]
