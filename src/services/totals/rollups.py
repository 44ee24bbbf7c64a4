"""Sums of several months in one document, which is made when it is first read: of a year, and of all months.

A document names the versions of the months that it is made of, and is used only while these are the newest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from typing import NamedTuple

from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.services.mongo.client import Document
from src.services.totals.counting import MonthTotals, document_id
from src.services.totals.rows import Group
from src.services.totals.tables import Table, add, columns_of, read_columns

_ALL = "all"
Versions = Mapping[str, int]
"""By month."""


class Variety(NamedTuple):
    """What a roll-up keeps apart, in addition to what all tables do."""

    currency: str
    kind: str
    """Of the tables of the months."""
    by_account: bool
    by_month: bool
    """For a kind without values: the months take their place."""

    @property
    def name(self) -> str:
        return f"{self.kind}/{'account' if self.by_account else ''}/{'month' if self.by_month else ''}"


def documents_of(
    totals: MonthTotals, variety: Variety, versions: Versions, months: Set[str]
) -> Iterator[Document]:
    """Of these months, as few as possible. versions: of all months; those that are not in `months` too."""
    by_year: dict[str, dict[str, int]] = defaultdict(dict)
    for month, version in versions.items():
        by_year[month[:4]][month] = version
    if len(by_year) > 1 and versions.keys() <= months:
        spans: dict[str, Versions] = {_ALL: versions}
    else:
        spans = {year: of for year, of in by_year.items() if len(of) > 1 and of.keys() <= months}
    roll_ups = month_documents(totals, variety.currency, variety.name, spans)
    stored = {document["period"]: document for document in roll_ups}
    rolled_up: set[str] = set()
    for period, of in spans.items():
        document = stored.get(period)
        if document is None or document["made_of"] != of:
            document = _made(totals, variety, period, of)
        if document is not None:
            rolled_up |= of.keys()
            yield document
    yield from month_documents(totals, variety.currency, variety.kind, months - rolled_up)


def month_documents(
    totals: MonthTotals, currency: str, kind: str, periods: Iterable[str]
) -> Iterator[Document]:
    ids = [document_id(totals.starts, currency, kind, period) for period in periods]
    return totals.database.month_totals.find({"_id": {"$in": ids}}) if ids else iter(())


def _made(totals: MonthTotals, variety: Variety, period: str, of: Versions) -> Document | None:
    """None if there are too many sums for a document."""
    if period == _ALL:
        years = sorted({month[:4] for month in of})
        members = [{month for month in of if month.startswith(year)} for year in years]
        parts = [
            part
            for year in members
            for part in documents_of(totals, variety, {month: of[month] for month in year}, year)
        ]
    else:
        parts = list(month_documents(totals, variety.currency, variety.kind, of))
    columns = {"groups": None} if any(part["groups"] is None for part in parts) else _columns(parts, variety)
    if columns["groups"] is None:
        return None
    made_of: dict[str, int] = {}
    for part in parts:
        made_of |= part.get("made_of") or {part["period"]: part["version"]}
    about = {"owner": LOCAL_OWNER, "starts": totals.starts, "period": period, "made_of": made_of}
    document = {**about, "by_month": variety.by_month, **columns}
    id_ = {"_id": document_id(totals.starts, variety.currency, variety.name, period)}
    with suppress(DuplicateKeyError):  # another process has inserted it
        totals.database.month_totals.replace_one(id_, document, upsert=True)
    return document


def _columns(parts: Sequence[Document], variety: Variety) -> Document:
    table: Table = {}
    for part in parts:
        groups = [Group(*values) for values in part["groups"]]
        if not variety.by_account:
            groups = [group._replace(account=None) for group in groups]
        month = part["period"] if variety.by_month and "made_of" not in part else None
        for position, value, *sums in read_columns(part):
            add(table, (groups[position], month or value), *sums)
    return columns_of(table)
