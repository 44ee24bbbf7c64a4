"""The `recurring` collection: what a person decided about a series of payments.

`transactions` are those of the series when it was decided. A series is found again by any of them: it gets
new payments, older ones are imported, some are deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.recurring import SeriesDecision, StoredDecision
from src.services.mongo.client import Database, Document, guarded

_NEWEST = 60


class SeriesDecisions:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def all(self) -> list[StoredDecision]:
        """Raises Unavailable."""
        return [_stored(document) for document in self._database.recurring.find({"owner": LOCAL_OWNER})]

    @guarded
    def of(self, transactions: Collection[str]) -> StoredDecision | None:
        """The decision about the series with any of these transactions."""
        query = {"owner": LOCAL_OWNER, "transactions": {"$in": sorted(transactions)}}
        document = self._database.recurring.find_one(query, sort=[("_id", 1)])
        return _stored(document) if document else None

    @guarded
    def get(self, key: str) -> SeriesDecision:
        document = self._database.recurring.find_one(_by_key(key))
        return _stored(document).decision if document else SeriesDecision()

    @guarded
    def change(self, key: str, fields: Mapping[str, Any], *, transactions: Sequence[str] = ()) -> None:
        """Set fields, and add the newest of `transactions`, oldest first. Safe to repeat."""
        values = {
            name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()
        }
        newest = list(transactions[-_NEWEST:])
        update = {"$set": values, "$addToSet": {"transactions": {"$each": newest}}}
        self._database.recurring.update_one(_by_key(key), update, upsert=True)

    @guarded
    def add(self, stored: StoredDecision) -> None:
        """Unless there is one about the series already. Raises Unavailable."""
        known = {"$or": [{"key": stored.key}, {"transactions": {"$in": sorted(stored.transactions)}}]}
        if self._database.recurring.find_one({"owner": LOCAL_OWNER, **known}) is None:
            decided = {**asdict(stored.decision), "transactions": sorted(stored.transactions)}
            ended_on = stored.decision.ended_on
            decided["ended_on"] = ended_on.isoformat() if ended_on else None
            self._database.recurring.update_one(_by_key(stored.key), {"$setOnInsert": decided}, upsert=True)


def _by_key(key: str) -> Document:
    return {"owner": LOCAL_OWNER, "key": {"$eq": key}}


def _stored(document: Document) -> StoredDecision:
    ended = document.get("ended_on")
    decision = SeriesDecision(
        name=document.get("name"),
        confirmed=bool(document.get("confirmed")),
        ended_on=date.fromisoformat(ended) if ended else None,
    )
    return StoredDecision(document["key"], frozenset(document.get("transactions", ())), decision)
