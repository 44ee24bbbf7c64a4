"""What transactions count with: the only place where rows become amounts of the month totals.

A split transaction counts by its parts, a linked refund in the category and at the merchant of its purchase,
and the ends of own transfers apart from everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from src.domain import LOCAL_OWNER
from src.domain.transactions import Direction
from src.services.mongo.client import Database, Document

_AT_ONCE = 10_000
_FIELDS = dict.fromkeys(
    (
        *("account", "amount", "category", "date", "direction", "merchant", "mode", "needs_review"),
        *("currency", "refund_of", "refund_parts", "splits.amount", "splits.category", "transfer"),
    ),
    1,
)
_OF_PURCHASE = dict.fromkeys(("category", "merchant", "needs_review", "splits.category"), 1)


class Group(NamedTuple):
    """What is always kept apart."""

    account: str | None
    category: str | None
    direction: str
    needs_review: bool
    paired: bool
    again: bool
    """The income end of an own transfer whose other end is in the same currency, whatever its day: so the
    sums of two periods add up."""
    refund: bool


Entry = tuple[Group, date, str | None, str, int, int, int]
"""Group, day, payment method, the merchant it counts at, the amount in the smallest unit, the number with all
parts, and of transactions: a split one counts with its first part."""


def entries_of_rows(database: Database, query: Document) -> Iterator[Entry]:
    rows = database.transactions.find({"owner": LOCAL_OWNER, **query}, _FIELDS)
    while batch := list(islice(rows, _AT_ONCE)):
        yield from _of_batch(database, batch)


def _of_batch(database: Database, rows: Sequence[Document]) -> Iterator[Entry]:
    purchases = _purchases(database, rows)
    seconds = _second_ends(database, rows)
    for row in rows:
        account, category = row.get("account"), row.get("category")
        day, mode = row["date"].date(), row["mode"]
        direction, review = row["direction"], row.get("needs_review") is True
        merchant = row.get("merchant") or ""
        if row.get("transfer"):
            again = row["_id"] in seconds
            group = Group(account, category, direction, review, True, again, False)
            yield group, day, mode, merchant, int(row["amount"]), 1, 1
        elif row.get("refund_of"):
            purchase = purchases.get(row["refund_of"], {})
            merchant = purchase.get("merchant") or ""
            for first, (part, review, amount) in _refunded(row, purchase):
                group = Group(account, part, direction, review, False, False, True)
                yield group, day, mode, merchant, amount, 1, first
        elif row.get("splits"):
            for number, part in enumerate(row["splits"]):
                group = Group(account, part["category"], direction, review, False, False, False)
                yield group, day, mode, merchant, int(part["amount"]), 1, 0 if number else 1
        else:
            group = Group(account, category, direction, review, False, False, False)
            yield group, day, mode, merchant, int(row["amount"]), 1, 1


def _refunded(row: Document, purchase: Document) -> Iterator[tuple[int, tuple[str | None, bool, int]]]:
    """The categories that a refund lowers, whether they are only suggested, and the amounts."""
    if not (lowered := row.get("refund_parts")):
        suggested = purchase.get("needs_review") is True
        yield 1, (purchase.get("category"), suggested, int(row["amount"]))
        return
    categories = dict(enumerate(part["category"] for part in purchase.get("splits", ())))
    for number, part in enumerate(lowered):
        yield 0 if number else 1, (categories.get(part["part"]), False, int(part["amount"]))


def _purchases(database: Database, refunds: Iterable[Document]) -> Mapping[Any, Document]:
    ids = list({row["refund_of"] for row in refunds if row.get("refund_of")})
    if not ids:
        return {}
    documents = database.transactions.find({"_id": {"$in": ids}, "owner": LOCAL_OWNER}, _OF_PURCHASE)
    return {document["_id"]: document for document in documents}


def _second_ends(database: Database, rows: Iterable[Document]) -> set[Any]:
    """The ids of the income ends whose other end has the same currency."""
    incomes = [row for row in rows if row.get("transfer") and row["direction"] == Direction.INCOME.value]
    if not incomes:
        return set()
    query = {"owner": LOCAL_OWNER, "transfer": {"$in": [row["transfer"] for row in incomes]}}
    ends = list(database.transactions.find(query, {"transfer": 1, "currency": 1}))
    pairs = [(end["transfer"], end["currency"], end["_id"]) for end in ends]
    others: dict[tuple[str, str], set[Any]] = {}
    for transfer, currency, id_ in pairs:
        others.setdefault((transfer, currency), set()).add(id_)
    return {
        row["_id"] for row in incomes if others.get((row["transfer"], row["currency"]), set()) - {row["_id"]}
    }
