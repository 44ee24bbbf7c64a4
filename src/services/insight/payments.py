"""The payments of each merchant that has enough of them, read from one index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.recurring import MerchantPayments, Payment
from src.domain.transactions import Direction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.documents import midnight

_INDEX = "merchant_payments"
"""It contains all fields that are read."""
_REACHES_BACK = timedelta(days=3 * 366 + 31)
_MOST_PAYMENTS = 400
"""Of one merchant, the newest ones."""
_MOST_MERCHANTS = 3000
"""Those with the newest payments."""
_FIELDS = {"id": "$_id", "date": "$date", "amount": "$amount", "category": "$category"}


class PaymentHistory:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def newest_date(self, *, until: date) -> date | None:
        """The day of the newest transaction until then. Raises Unavailable."""
        query = {"owner": LOCAL_OWNER, "date": {"$lte": midnight(until)}}
        document = self._database.transactions.find_one(query, {"date": 1, "_id": 0}, sort=[("date", -1)])
        return document["date"].date() if document else None

    @guarded
    def merchant_of(self, transaction_id: str) -> str | None:
        """None if there is no such transaction, or it has no merchant. Raises Unavailable."""
        if not ObjectId.is_valid(transaction_id):
            return None
        query = {"_id": ObjectId(transaction_id), "owner": LOCAL_OWNER}
        document = self._database.transactions.find_one(query, {"merchant": 1})
        return (document.get("merchant") or None) if document else None

    @guarded
    def by_merchant(self, *, until: date, merchant: str | None = None) -> list[MerchantPayments]:
        """The payments of each merchant, currency and direction that has at least two; or of one merchant.

        Without own transfers and linked refunds; a refund lowers the payment that it refunds. At most 400
        payments of each, of three years, and at most 3,000 merchants. Raises Unavailable.
        """
        named = {"merchant": {"$gt": ""} if merchant is None else {"$eq": merchant}}
        days = {"$gte": midnight(until - _REACHES_BACK), "$lte": midnight(until)}
        key = {name: f"${name}" for name in ("merchant", "currency", "direction")}
        linked = {"linked": {"$or": [{"$gt": ["$transfer", None]}, {"$gt": ["$refund_of", None]}]}}
        newest = {
            "$topN": {"n": _MOST_PAYMENTS, "sortBy": {"date": -1, "_id": -1}, "output": {**_FIELDS, **linked}}
        }
        stages: list[Document] = [
            {"$match": {"owner": LOCAL_OWNER, **named, "date": days}},
            {
                "$group": {
                    "_id": key,
                    "count": {"$sum": 1},
                    "last": {"$max": "$date"},
                    "rows": newest,
                }
            },
            {"$match": {"count": {"$gt": 1}, "_id.direction": {"$ne": Direction.TRANSFER.value}}},
            {"$sort": {"last": -1, "_id": 1}},
            {"$limit": _MOST_MERCHANTS},
        ]
        groups = self._database.transactions.aggregate(stages, hint=_INDEX, allowDiskUse=True)
        refunds = self._refunds()
        return [_payments(group, refunds) for group in groups]

    def _refunds(self) -> dict[ObjectId, int]:
        """What was refunded, by the purchase."""
        query = {"owner": LOCAL_OWNER, "refund_of": {"$exists": True}}
        sums = {"_id": "$refund_of", "amount": {"$sum": "$amount"}}
        groups = self._database.transactions.aggregate([{"$match": query}, {"$group": sums}])
        return {group["_id"]: int(group["amount"]) for group in groups}


def _payments(group: Document, refunds: dict[ObjectId, int]) -> MerchantPayments:
    rows: Sequence[Document] = [
        {**row, "amount": amount}
        for row in reversed(group["rows"])
        if not row["linked"] and (amount := int(row["amount"]) - refunds.get(row["id"], 0)) > 0
    ]
    return MerchantPayments(
        merchant=group["_id"]["merchant"],
        currency=group["_id"]["currency"],
        direction=Direction(group["_id"]["direction"]),
        payments=tuple(Payment(str(row["id"]), row["date"].date(), row["amount"]) for row in rows),
        categories=tuple(row.get("category") for row in rows),
    )
