"""The transactions that rules may match, those they decided, and the answers that suggest rules."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.feedback import LabelSource
from src.domain.rules import Condition, Field, Match, Operator, Rule, RuleRow, RuleSuggestion, RuleUse
from src.domain.transactions import Status, Transaction
from src.services.mongo.client import Database, Document, guarded, guarded_stream, midnight
from src.services.transactions.documents import HAS_LABEL, INPUT_FIELDS, not_ignored, transaction_of

_NEWEST_FIRST = [("date", DESCENDING), ("_id", DESCENDING)]
_ROW_FIELDS = {**INPUT_FIELDS, "category": 1, "status": 1, "rule": 1}
_NOT_ASCII = "[^\\x00-\\x7f]"
_ROUNDING = 1e-9
"""`value` is a binary float; the amount itself is compared exactly later."""
_TEXTS = (
    *(Field.DESCRIPTION, Field.COUNTERPARTY, Field.NOTES, Field.SUBCATEGORY, Field.MODE, Field.ACCOUNT),
    Field.MERCHANT,
)


class RuleTransactions:
    """In the `transactions` collection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded_stream
    def candidates(self, rule: Rule | None, *, limit: int) -> Iterator[RuleRow]:
        """The newest transactions, at most `limit`; without most of those that `rule` does not match.

        rule: with folded texts (`components.rules.matching.folded`). Raises Unavailable.
        """
        query = {"owner": LOCAL_OWNER, **(_candidates(rule) if rule else {})}
        newest = self._database.transactions.find(query, _ROW_FIELDS).sort(_NEWEST_FIRST)
        for document in newest.limit(limit).batch_size(1000):
            yield RuleRow(
                id=str(document["_id"]),
                transaction=transaction_of(document),
                category=document["category"],
                answered=document["status"] != Status.PREDICTED.value,
                rule=(document.get("rule") or {}).get("id"),
            )

    @guarded
    def uses(self) -> dict[str, RuleUse]:
        """By the id of the rule; read from the index alone. Raises Unavailable."""
        groups = self._database.transactions.aggregate(
            [
                {"$match": {"owner": LOCAL_OWNER, "rule.id": {"$gt": ""}}},
                {
                    "$group": {
                        "_id": "$rule.id",
                        "rows": {"$sum": 1},
                        "overruled": {
                            "$sum": {"$cond": [{"$eq": ["$status", Status.CORRECTED.value]}, 1, 0]}
                        },
                        "at": {"$max": "$rule.at"},
                    }
                },
            ]
        )
        return {
            group["_id"]: RuleUse(group["rows"] - group["overruled"], group["overruled"], group["at"])
            for group in groups
        }

    @guarded
    def count_changed_by(self, act: str) -> int:
        """Transactions that an act has predicted again or tagged, and that were not restored since."""
        active = {"$elemMatch": {"act": {"$eq": act}, "undone_at": None}}
        tagged = {"edits.act": {"$eq": act}, "edits": active}  # the first is in the index
        query = {"owner": LOCAL_OWNER, "$or": [{"predictions.act": {"$eq": act}}, tagged]}
        return int(self._database.transactions.count_documents(query))

    @guarded
    def newest_of(self, merchants: Collection[str]) -> dict[str, Transaction]:
        """The newest transaction of each merchant."""
        query = {"owner": LOCAL_OWNER, "merchant": {"$in": list(merchants)}}
        newest = {"$top": {"sortBy": dict(_NEWEST_FIRST), "output": "$_id"}}  # from the index alone
        stages = [{"$match": query}, {"$group": {"_id": "$merchant", "newest": newest}}]
        ids = [group["newest"] for group in self._database.transactions.aggregate(stages)]
        by_id = {"_id": {"$in": ids}, "owner": LOCAL_OWNER}
        transactions = map(transaction_of, self._database.transactions.find(by_id, INPUT_FIELDS))
        return {transaction.merchant: transaction for transaction in transactions}

    @guarded
    def answered_alike(
        self, *, least: int, ignored: Mapping[str, datetime], merchants: Collection[str] | None = None
    ) -> list[RuleSuggestion]:
        """The merchants with at least `least` answers by hand, all of one category; most answers first.

        ignored: until when the answers for a merchant teach nothing. Answers given at once count once. Read
        from the index alone, but for the number that need review.
        """
        named: Document = {"$in": list(merchants)} if merchants is not None else {"$gt": ""}
        groups = self._database.transactions.aggregate(
            [
                {"$match": {"owner": LOCAL_OWNER, "merchant": named, **HAS_LABEL, **not_ignored(ignored)}},
                {
                    "$group": {
                        "_id": {
                            "merchant": "$merchant",
                            "category": "$label.category",
                            "at": "$label.at",
                            "source": "$label.source",
                        },
                        "rows": {"$sum": 1},
                    }
                },
                {
                    "$group": {
                        "_id": {"merchant": "$_id.merchant", "category": "$_id.category"},
                        "rows": {"$sum": "$rows"},
                        "by_hand": {"$sum": {"$cond": [_IS_BY_HAND, 1, 0]}},
                        "at": {"$max": "$_id.at"},
                    }
                },
                {
                    "$group": {
                        "_id": "$_id.merchant",
                        "categories": {"$sum": 1},
                        "category": {"$first": "$_id.category"},
                        **{name: {"$first": f"${name}"} for name in ("rows", "by_hand", "at")},
                    }
                },
                {"$match": {"categories": 1, "by_hand": {"$gte": least}}},
                {"$sort": {"rows": -1, "_id": 1}},
            ],
            allowDiskUse=True,
        )
        return [
            RuleSuggestion(group["_id"], group["category"], group["rows"], group["at"]) for group in groups
        ]

    @guarded
    def count_waiting(self, merchants: Collection[str]) -> dict[str, int]:
        """By merchant, the transactions that need review."""
        query = {"owner": LOCAL_OWNER, "needs_review": True, "merchant": {"$in": list(merchants)}}
        stages = [{"$match": query}, {"$sortByCount": "$merchant"}]
        return {group["_id"]: group["count"] for group in self._database.transactions.aggregate(stages)}


_IS_BY_HAND = {"$eq": ["$_id.source", LabelSource.FEEDBACK.value]}


def _candidates(rule: Rule) -> Document:
    """A query that no matching transaction fails."""
    queries = [_query(condition) for condition in rule.conditions]
    known = [query for query in queries if query]
    if rule.match is Match.ALL:
        return {"$and": known} if known else {}
    return {"$or": known} if len(known) == len(queries) else {}


def _query(condition: Condition) -> Document | None:
    """None if the database cannot narrow it down."""
    field, op, values = condition.field, condition.op, condition.value
    listed: Sequence[Any] = values if isinstance(values, tuple) else (values,)
    if op is Operator.BETWEEN:
        first, last = listed
        return _amounts(first, last) if field is Field.AMOUNT else _dates(first, last)
    if field is Field.AMOUNT:
        return {"$or": [_amounts(value, value) for value in listed]}
    if field is Field.DATE:
        return _dates(listed[0], listed[0])
    if op is Operator.MATCHES or op is Operator.IS_EMPTY:
        return None
    if field in (Field.CURRENCY, Field.DIRECTION, Field.MCC) and op is not Operator.STARTS_WITH:
        return {field.value: {"$in": [*listed, *(text.upper() for text in listed)]}}
    if field is Field.MERCHANT and op in (Operator.EQUALS, Operator.IN):
        return {"merchant": {"$in": list(listed)}}
    return _texts(condition, listed) if field in _TEXTS else None


def _amounts(first: Any, last: Any) -> Document | None:
    bounds = {}
    if first is not None:
        bounds["$gte"] = float(first) * (1 - _ROUNDING)
    if last is not None:
        bounds["$lte"] = float(last) * (1 + _ROUNDING)
    return {"value": bounds} if bounds else None


def _dates(first: Any, last: Any) -> Document | None:
    bounds = {}
    if first is not None:
        bounds["$gte"] = midnight(first)
    if last is not None:
        bounds["$lt"] = midnight(last) + timedelta(days=1)
    return {"date": bounds} if bounds else None


def _texts(condition: Condition, folded: Sequence[str]) -> Document:
    """Texts of ASCII letters are compared here. The others are all candidates: folding them takes more than
    an expression can do.
    """
    start = "" if condition.op is Operator.CONTAINS else r"^\s*"
    end = r"\s*$" if condition.op in (Operator.EQUALS, Operator.IN) else ""
    spaced = [r"\s+".join(map(re.escape, text.split())) for text in folded if text.isascii()]
    patterns = [f"{start}{text}{end}" for text in spaced]
    return {condition.field.value: {"$regex": "|".join([_NOT_ASCII, *patterns]), "$options": "i"}}
