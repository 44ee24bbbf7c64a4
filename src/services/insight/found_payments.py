"""The `recurring_found` collection: the recurring payments of a large ledger, as the analysis found them.

One document has the run whose payments are the current ones; each of the others is a payment of a run.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from src.domain import LOCAL_OWNER
from src.domain.recurring import FoundPayment
from src.services.mongo.client import Database, Document, adapter_of, guarded, read_as

_CURRENT = {"_id": LOCAL_OWNER}
_AT_ONCE = 500


class FoundPayments:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def replace(self, payments: Iterable[FoundPayment]) -> None:
        """Raises Unavailable; the earlier ones stay then."""
        run = secrets.token_hex(8)
        as_plain = adapter_of(FoundPayment).dump_python
        documents = [{"owner": LOCAL_OWNER, "run": run, **as_plain(one, mode="json")} for one in payments]
        collection = self._database.recurring_found
        for start in range(0, len(documents), _AT_ONCE):
            collection.insert_many(documents[start : start + _AT_ONCE])
        collection.update_one(_CURRENT, {"$set": {"owner": LOCAL_OWNER, "current": run}}, upsert=True)
        collection.delete_many({"owner": LOCAL_OWNER, "run": {"$exists": True, "$ne": run}})

    @guarded
    def clear(self) -> None:
        self._database.recurring_found.delete_many({"owner": LOCAL_OWNER})

    @guarded
    def all(
        self, of_interest: Collection[str], *, since: date | None = None, until: date | None = None
    ) -> Sequence[FoundPayment] | None:
        """None if nothing was stored. Each has of its payments those of these days and transactions.

        Raises Unavailable.
        """
        collection = self._database.recurring_found
        current = collection.find_one(_CURRENT)
        if current is None:
            return None
        wanted: list[Document] = [{"$in": ["$$this.id", sorted(of_interest)]}]
        if since and until:
            days = {"$gte": ["$$this.date", since.isoformat()]}, {"$lte": ["$$this.date", until.isoformat()]}
            wanted.append({"$and": list(days)})
        payments = {"$filter": {"input": "$payments", "cond": {"$or": wanted}}}
        rows = collection.aggregate(
            [
                {"$match": {"owner": LOCAL_OWNER, "run": current["current"]}},
                {"$project": {"_id": 0, "payment": 1, "payments": payments}},
            ]
        )
        return [read_as(FoundPayment, row) for row in rows]
