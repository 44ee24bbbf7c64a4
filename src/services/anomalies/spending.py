"""The transactions that are spending, as the analysis needs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.anomalies import Spending
from src.domain.categories import Category, Flow, Group, flow_of, group_that_counts
from src.domain.transactions import Direction
from src.services.mongo.client import Database, Document, guarded, midnight
from src.services.transactions.linked import UNLINKED

MOST_ROWS = 200_000
_FIELDS = dict.fromkeys(
    ("date", "amount", "currency", "merchant", "category", "account", "needs_review", "splits"), 1
)


class SpendingHistory:
    def __init__(self, database: Database, categories: Callable[[], Sequence[Category]]) -> None:
        self._database = database
        self._categories = categories

    @guarded
    def newest(self, *, since: date, until: date) -> list[Spending]:
        """At most MOST_ROWS, newest first; own transfers, savings and refunds are not spending.

        A refund lowers its purchase, or the parts of it that it is for; what is refunded in full is left out.
        A split purchase has the sum of the parts that are spending, and the category of the largest one.
        Raises Unavailable.
        """
        days = {"$gte": midnight(since), "$lte": midnight(until)}
        query = {"owner": LOCAL_OWNER, "date": days, "direction": Direction.EXPENSE.value, **UNLINKED}
        rows = self._database.transactions.find(query, _FIELDS, batch_size=10_000)
        groups: dict[str | None, Group] = {category.slug: category.group for category in self._categories()}
        refunds = self._refunds()
        spending = (
            _spending(row, groups, refunds) for row in rows.sort([("date", -1), ("_id", -1)]).limit(MOST_ROWS)
        )
        return [payment for payment in spending if payment]

    def _refunds(self) -> dict[Any, dict[int | None, int]]:
        """What was refunded, by the purchase and the number of its part; None is all of it."""
        parts = {"$ifNull": ["$refund_parts", [{"amount": "$amount"}]]}
        stages: list[Document] = [
            {"$match": {"owner": LOCAL_OWNER, "refund_of": {"$exists": True}}},
            {"$project": {"refund_of": 1, "part": parts}},
            {"$unwind": "$part"},
            {
                "$group": {
                    "_id": {"purchase": "$refund_of", "part": "$part.part"},
                    "amount": {"$sum": "$part.amount"},
                }
            },
        ]
        refunds: dict[Any, dict[int | None, int]] = defaultdict(dict)
        for row in self._database.transactions.aggregate(stages):
            refunds[row["_id"]["purchase"]][row["_id"].get("part")] = int(row["amount"])
        return refunds


def _spending(
    row: Document, groups: Mapping[str | None, Group], refunds: Mapping[Any, Mapping[int | None, int]]
) -> Spending | None:
    needs_review, lowered = bool(row.get("needs_review")), refunds.get(row["_id"], {})
    parts = row.get("splits") or [{"amount": row["amount"], "category": row.get("category")}]
    spent = [
        (int(part["amount"]) - lowered.get(number, 0), part["category"])
        for number, part in enumerate(parts)
        if _is_spent(groups.get(part["category"]), needs_review)
    ]
    amount = sum(of_part for of_part, _ in spent) - lowered.get(None, 0)
    if amount <= 0:
        return None
    return Spending(
        id=str(row["_id"]),
        date=row["date"].date(),
        amount=amount,
        currency=row["currency"],
        merchant=row.get("merchant") or "",
        category=max(spent, key=lambda part: part[0])[1],
        account=row.get("account"),
    )


def _is_spent(group: Group | None, needs_review: bool) -> bool:
    group = group_that_counts(group, Direction.EXPENSE, needs_review=needs_review)
    return flow_of(group, Direction.EXPENSE) == (Flow.SPENT, 1)
