"""The transactions that are spending, as the analysis needs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

        A refund lowers its purchase; what is refunded in full is left out. A split purchase has the sum of
        the parts that are spending, and the category of the largest one. Raises Unavailable.
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

    def _refunds(self) -> dict[Any, int]:
        """What was refunded, by the purchase."""
        query = {"owner": LOCAL_OWNER, "refund_of": {"$exists": True}}
        sums = {"_id": "$refund_of", "amount": {"$sum": "$amount"}}
        groups = self._database.transactions.aggregate([{"$match": query}, {"$group": sums}])
        return {group["_id"]: int(group["amount"]) for group in groups}


def _spending(row: Document, groups: dict[str | None, Group], refunds: dict[Any, int]) -> Spending | None:
    needs_review = bool(row.get("needs_review"))
    parts = row.get("splits") or [{"amount": row["amount"], "category": row.get("category")}]
    spent = [part for part in parts if _is_spent(groups.get(part["category"]), needs_review)]
    amount = sum(int(part["amount"]) for part in spent) - refunds.get(row["_id"], 0)
    if amount <= 0:
        return None
    return Spending(
        id=str(row["_id"]),
        date=row["date"].date(),
        amount=amount,
        currency=row["currency"],
        merchant=row.get("merchant") or "",
        category=max(spent, key=lambda part: int(part["amount"]))["category"],
        account=row.get("account"),
    )


def _is_spent(group: Group | None, needs_review: bool) -> bool:
    group = group_that_counts(group, Direction.EXPENSE, needs_review=needs_review)
    return flow_of(group, Direction.EXPENSE) == (Flow.SPENT, 1)
