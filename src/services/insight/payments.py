"""The payments of each merchant that has enough of them, read from one index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.recurring import MerchantPayments, Payment
from src.domain.transactions import Direction
from src.services.mongo.client import Database, Document, guarded, midnight

MOST_AT_A_REQUEST = 20_000
"""Transactions of a ledger."""
_INDEX = "merchant_payments"
"""It contains all fields that are read."""
_REACHES_BACK = timedelta(days=3 * 366 + 31)
_MOST_PAYMENTS = 200
"""Of one merchant, the newest ones."""
_MOST_MERCHANTS = 3000
"""Those with the newest payments."""
_ROW = ["$_id", {"$toLong": "$date"}, "$amount", "$category", "$transfer", "$refund_of"]
"""Arrays and numbers are read faster than documents and dates."""
_EPOCH = date(1970, 1, 1)
_MS_OF_A_DAY = 86_400_000


class PaymentHistory:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def is_large(self) -> bool:
        """Whether reading the payments takes too long for a request. Raises Unavailable."""
        return bool(self._database.transactions.estimated_document_count() > MOST_AT_A_REQUEST)

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

        Without own transfers and linked refunds; a refund lowers the payment that it refunds. At most 200
        payments of each, of three years, and at most 3,000 merchants. Raises Unavailable.
        """
        named = {"merchant": {"$gt": ""} if merchant is None else {"$eq": merchant}}
        days = {"$gte": midnight(until - _REACHES_BACK), "$lte": midnight(until)}
        key = {name: f"${name}" for name in ("merchant", "currency", "direction")}
        newest = {"$topN": {"n": _MOST_PAYMENTS, "sortBy": {"date": -1, "_id": -1}, "output": _ROW}}
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
        groups = list(self._database.transactions.aggregate(stages, hint=_INDEX, allowDiskUse=True))
        purchases = None if merchant is None else [row[0] for group in groups for row in group["rows"]]
        refunds = self._refunds(purchases)
        return [_payments(group, refunds) for group in groups]

    def _refunds(self, purchases: Sequence[ObjectId] | None) -> dict[ObjectId, int]:
        """What was refunded, by the purchase; None: of all."""
        of_purchases = {"$exists": True} if purchases is None else {"$in": purchases}
        query = {"owner": LOCAL_OWNER, "refund_of": of_purchases}
        sums = {"_id": "$refund_of", "amount": {"$sum": "$amount"}}
        groups = self._database.transactions.aggregate([{"$match": query}, {"$group": sums}])
        return {group["_id"]: int(group["amount"]) for group in groups}


def _payments(group: Document, refunds: dict[ObjectId, int]) -> MerchantPayments:
    payments, categories = [], []
    for row_id, at, amount, category, transfer, refund_of in reversed(group["rows"]):
        left = int(amount) - refunds.get(row_id, 0)
        if transfer is None and refund_of is None and left > 0:
            day = _EPOCH + timedelta(days=at // _MS_OF_A_DAY)
            payments.append(Payment(str(row_id), day, left))
            categories.append(category)
    key = group["_id"]
    return MerchantPayments(
        merchant=key["merchant"],
        currency=key["currency"],
        direction=Direction(key["direction"]),
        payments=tuple(payments),
        categories=tuple(categories),
    )
