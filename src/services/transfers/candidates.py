"""The transactions that may be linked to some others: found by their amounts, merchants and dates alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from pymongo import ASCENDING

from src.domain import LOCAL_OWNER
from src.domain.feedback import BY_A_PERSON
from src.domain.money import decimal_places
from src.domain.transactions import Direction
from src.domain.transfers import (
    REFUND_WITHIN,
    TRANSFER_WITHIN,
    End,
    LinkKind,
    purchase_keys,
    purchase_merchant,
)
from src.services.mongo.client import Database, Document, guarded, guarded_stream, midnight
from src.services.transactions.documents import INPUT_FIELDS, minor_units, transaction_of
from src.services.transactions.optimistic_update import object_ids

_FIELDS = {**INPUT_FIELDS, "category": 1, "needs_review": 1, "label": 1, "key": 1}
_AT_ONCE, _SPAN = 500, timedelta(days=92)
"""Of the transactions that one query looks around of."""
_FREE: Document = {"owner": LOCAL_OWNER, "transfer": None, "refund_of": None}
_MOST_CONVERSIONS = 2000
_BOTH = (Direction.EXPENSE, Direction.INCOME)
_OPPOSITE = {Direction.EXPENSE: Direction.INCOME, Direction.INCOME: Direction.EXPENSE}
_PROGRESS = "transfers"


class Candidates:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def get(self, transaction_ids: Collection[str]) -> dict[str, End]:
        """The existing ones, linked or not. Raises Unavailable."""
        query = {"_id": {"$in": object_ids(transaction_ids)}, "owner": LOCAL_OWNER}
        return {end.id: end for end in self._ends(query)}

    @guarded_stream
    def of_import(self, import_id: str) -> Iterator[End]:
        """The transactions of an import that are not linked yet, also those of an earlier one.

        They may have their account from this one. Raises Unavailable.
        """
        for field in ("import", "also_in"):
            yield from self._ends({**_FREE, field: {"$eq": import_id}, **_MOVES_MONEY})

    @guarded_stream
    def added_since(self, since: datetime) -> Iterator[tuple[End, datetime]]:
        """Those that are not linked yet, with the time they were added, oldest first."""
        query = {**_FREE, "created_at": {"$gte": since}, **_MOVES_MONEY}
        fields = {**_FIELDS, "created_at": 1}
        rows = self._database.transactions.find(query, fields)
        for document in rows.sort([("created_at", ASCENDING), ("_id", ASCENDING)]):
            yield _end(document), document["created_at"]

    @guarded_stream
    def changed_since(self, since: datetime) -> Iterator[End]:
        """Those that were answered or edited since, and are not linked yet."""
        for field in ("label.at", "edits.at"):
            yield from self._ends({**_FREE, field: {"$gte": since}, **_MOVES_MONEY})

    @guarded_stream
    def edited_since(self, since: datetime) -> Iterator[str]:
        """Their ids, linked or not. Raises Unavailable."""
        query = {"owner": LOCAL_OWNER, "edits.at": {"$gte": since}}
        for document in self._database.transactions.find(query, {"_id": 1}):
            yield str(document["_id"])

    @guarded
    def of_equal_amount(self, ends: Sequence[End], *, most: int = 0) -> list[End]:
        """All that could be an end of an own transfer with one of `ends`, or compete for it.

        most: none at all if there are as many (0: no limit). Raises Unavailable.
        """
        opposite = _fewer_than(most, (end for span in _spans(ends) for end in self._opposite(span, most)))
        amounts = {_amount_key(end) for end in opposite}
        near = [*opposite, *(end for end in ends if _amount_key(end) in amounts)]
        competing = _fewer_than(
            most, (end for span in _spans(near) for end in self._of_amounts(span, _BOTH, most))
        )
        return list({end.id: end for end in (*near, *competing)}.values()) if competing else []

    def _opposite(self, span: Sequence[End], most: int) -> Iterator[End]:
        """What moves the same amount the other way within the days of a transfer."""
        days: dict[tuple[str, Decimal, Direction], list[date]] = defaultdict(list)
        for end in span:
            days[(*_amount_key(end), _OPPOSITE[end.transaction.direction])].append(end.transaction.date)
        for direction in _BOTH:
            same_way = [end for end in span if _OPPOSITE[end.transaction.direction] is direction]
            for other in self._of_amounts(same_way, [direction], most):
                near = days[(*_amount_key(other), direction)]
                if any(abs(other.transaction.date - day) <= TRANSFER_WITHIN for day in near):
                    yield other

    def _of_amounts(self, span: Sequence[End], directions: Sequence[Direction], most: int) -> Iterator[End]:
        """Those with the currency and the amount of one of `span`, at most days away from all of it."""
        amounts: dict[str, set[Any]] = defaultdict(set)
        for end in span:
            currency = end.transaction.currency
            amounts[currency].add(minor_units(end.transaction.amount, currency))
        for currency, of_currency in amounts.items():
            query = {
                "currency": currency,
                "amount": {"$in": sorted(of_currency)},
                "direction": {"$in": [direction.value for direction in directions]},
                "date": _days_of(span, TRANSFER_WITHIN, TRANSFER_WITHIN),
            }
            yield from self._ends({**_FREE, **query}, most=most)

    @guarded
    def of_other_currencies(self, ends: Sequence[End]) -> list[End]:
        """Those near in time to `ends` that could be the other end of a conversion. Raises Unavailable."""
        near: dict[str, End] = {end.id: end for end in ends}
        for span in _spans(ends):
            query = {**_FREE, **_MOVES_MONEY, "date": _days_of(span, TRANSFER_WITHIN, TRANSFER_WITHIN)}
            currencies = {end.transaction.currency for end in span}
            if len(currencies) == 1:
                query["currency"] = {"$ne": currencies.pop()}
            near |= {end.id: end for end in self._ends(query, most=_MOST_CONVERSIONS)}
        return list(near.values())

    @guarded
    def refunds_among(self, ends: Sequence[End]) -> list[End]:
        """The incomes of `ends`, and later ones from the same merchants as the purchases of `ends`.

        Without those of which a refund is suggested or was dismissed. Raises Unavailable.
        """
        named = [end for end in ends if end.transaction.merchant]
        incomes = {end.id: end for end in named if end.transaction.direction is Direction.INCOME}
        for span in _spans([end for end in named if end.id not in incomes]):
            incomes |= {
                end.id: end for end in self._of_merchants(span, Direction.INCOME, timedelta(), REFUND_WITHIN)
            }
        if not incomes:
            return []
        query = {"owner": LOCAL_OWNER, "in": {"$in": object_ids(incomes)}, "kind": LinkKind.REFUND.value}
        known = {str(link["in"]) for link in self._database.transfers.find(query, {"in": 1})}
        return [end for end in incomes.values() if end.id not in known]

    @guarded
    def purchases_for(self, refunds: Sequence[End]) -> dict[str, list[End]]:
        """The purchases before them, by `purchase_merchant`. Raises Unavailable."""
        purchases = {
            end.id: end
            for span in _spans(refunds)
            for end in self._of_merchants(span, Direction.EXPENSE, REFUND_WITHIN, timedelta())
        }
        by_merchant: dict[str, list[End]] = defaultdict(list)
        for end in purchases.values():
            by_merchant[purchase_merchant(end.transaction.merchant)].append(end)
        return by_merchant

    @guarded
    def purchases_like(self, refund: End) -> list[End]:
        """Those before it whose merchants begin with the same word, the latest first. Raises Unavailable."""
        word = purchase_merchant(refund.transaction.merchant).split(" ")[0]
        query = {
            **_FREE,
            "merchant": {"$regex": f"^{re.escape(word)}(?: |$)"},
            "direction": Direction.EXPENSE.value,
            "date": _days_of([refund], REFUND_WITHIN, timedelta()),
        }
        return sorted(self._ends(query), key=lambda end: end.transaction.date, reverse=True)

    def _of_merchants(
        self, span: Sequence[End], direction: Direction, before: timedelta, after: timedelta
    ) -> Iterator[End]:
        named = {end.transaction.merchant for end in span}
        query = {
            "merchant": {"$in": sorted({*named, *chain.from_iterable(map(purchase_keys, named))})},
            "direction": direction.value,
            "date": _days_of(span, before, after),
        }
        yield from self._ends({**_FREE, **query})

    @guarded
    def refunded(self, purchase_ids: Collection[str]) -> dict[str, Decimal]:
        """How much of each purchase is refunded by linked refunds. Raises Unavailable."""
        if not purchase_ids:
            return {}
        query = {"owner": LOCAL_OWNER, "refund_of": {"$in": object_ids(purchase_ids)}}
        total = {"_id": "$refund_of", "amount": {"$sum": "$amount"}, "currency": {"$first": "$currency"}}
        sums = self._database.transactions.aggregate([{"$match": query}, {"$group": total}])
        return {
            str(row["_id"]): Decimal(row["amount"]).scaleb(-decimal_places(row["currency"])) for row in sums
        }

    @guarded
    def matched_until(self) -> datetime:
        """The transactions that were added or changed before have been matched. Raises Unavailable."""
        state = self._database.states.find_one({"_id": _PROGRESS})
        return state["at"] if state else datetime(1970, 1, 1, tzinfo=UTC)

    @guarded
    def note_matched(self, until: datetime) -> None:
        self._database.states.replace_one({"_id": _PROGRESS}, {"at": until}, upsert=True)

    def _ends(self, query: Document, *, most: int = 0) -> Iterator[End]:
        for document in self._database.transactions.find(query, _FIELDS).limit(most).batch_size(1000):
            yield _end(document)


_MOVES_MONEY: Document = {"direction": {"$in": [direction.value for direction in _OPPOSITE]}}
"""A transaction that is called a transfer needs no counterpart to count as one."""


def _end(document: Document) -> End:
    label = document.get("label") or {}
    answered = label.get("source") in BY_A_PERSON
    return End(
        id=str(document["_id"]),
        transaction=transaction_of(document),
        category=document["category"],
        sure=not document["needs_review"],
        answered=answered,
        key=document.get("key"),
    )


def _amount_key(end: End) -> tuple[str, Decimal]:
    return end.transaction.currency, end.transaction.amount


def _fewer_than(most: int, ends: Iterable[End]) -> list[End]:
    """All of them; none at all if there are `most` (0: no limit), and the others are not read then."""
    read = list(islice(ends, most or None))
    return [] if most and len(read) == most else read


def _spans(ends: Iterable[End]) -> Iterator[list[End]]:
    """By date, in groups that one query can look around of."""
    span: list[End] = []
    for end in sorted(ends, key=lambda end: end.transaction.date):
        if span and (len(span) >= _AT_ONCE or end.transaction.date - span[0].transaction.date > _SPAN):
            yield span
            span = []
        span.append(end)
    if span:
        yield span


def _days_of(span: Sequence[End], before: timedelta, after: timedelta) -> Document:
    """span: by date."""
    first, last = span[0].transaction.date, span[-1].transaction.date
    return {"$gte": midnight(first - before), "$lte": midnight(last + after)}
