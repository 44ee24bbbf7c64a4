"""The `deliveries` collection: what is to be sent to other programs, kept until it is sent.

Due times and leases use MongoDB's clock, so hosts need not agree on the time.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from pymongo import ReturnDocument

from src.domain.deliveries import Delivery, DeliveryStatus
from src.services.mongo.client import Database, Document, from_now, guarded

GIVE_UP_AFTER = timedelta(days=3)
WAITING = {"status": DeliveryStatus.WAITING.value}
_LONGEST_WAIT_S = 3600
_LEASE_S = 60


class Outbox:
    """The deliveries of one program: the ids of their documents begin with its name and a colon."""

    def __init__(self, database: Database, program: str, *, first_wait_s: float = 5) -> None:
        """first_wait_s: before the first retry; each further wait is twice as long."""
        self._database = database
        self._program = program
        self._first_wait_s = first_wait_s

    @guarded
    def claim(self, group: str | None = None) -> Delivery | None:
        """Claim a delivery that is due. If this process dies, it is due again after 60 seconds.

        group: only this one. Raises Unavailable.
        """
        turn = secrets.token_hex(8)
        document = self._database.deliveries.find_one_and_update(
            {**self._ids(group), **WAITING, "$expr": {"$lte": ["$due_at", "$$NOW"]}},
            [{"$set": {"turn": turn, "tries": {"$add": ["$tries", 1]}, "due_at": from_now(_LEASE_S)}}],
            sort=[("due_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return Delivery(document["_id"], document["group"], turn) if document else None

    @guarded
    def renew(self, delivery: Delivery) -> bool:
        """Keep the claim for another 60 seconds; False if it was lost."""
        renewed = [{"$set": {"due_at": from_now(_LEASE_S)}}]
        return bool(self._database.deliveries.update_one(_claimed(delivery), renewed).matched_count)

    @guarded
    def finish(
        self, delivery: Delivery, status: DeliveryStatus, *, at: datetime, note: str | None = None
    ) -> None:
        result = {"status": status.value, "note": note, "finished_at": at}
        self._database.deliveries.update_one(_claimed(delivery), {"$set": result})

    @guarded
    def retry_later(self, delivery: Delivery, note: str, *, at: datetime) -> None:
        """Retry after a wait, or give up after three days."""
        old = {"$lt": ["$since", from_now(-GIVE_UP_AFTER.total_seconds())]}
        doublings = {"$min": [{"$subtract": ["$tries", 1]}, 20]}
        wait_s = {"$multiply": [self._first_wait_s, {"$pow": [2, doublings]}]}
        wait_ms = {"$toLong": {"$multiply": [1000, {"$min": [_LONGEST_WAIT_S, wait_s]}]}}
        fields = {
            "status": {"$cond": [old, DeliveryStatus.FAILED.value, DeliveryStatus.WAITING.value]},
            "note": {"$literal": note},
            "finished_at": {"$cond": [old, at, "$finished_at"]},
            "due_at": {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": wait_ms}},
        }
        self._database.deliveries.update_one(_claimed(delivery), [{"$set": fields}])

    def _ids(self, group: str | None = None) -> Document:
        """A query for the deliveries of this program."""
        prefix = f"{self._program}:"
        return {"_id": {"$regex": f"^{prefix}"} if group is None else f"{prefix}{group}"}


def due_now() -> Document:
    """Fields of a new delivery; a process that is just delivering the old one loses its claim."""
    waiting = {"status": DeliveryStatus.WAITING.value, "since": "$$NOW", "due_at": "$$NOW"}
    return {**waiting, "tries": 0, "turn": None, "note": None}


def _claimed(delivery: Delivery) -> Document:
    return {"_id": delivery.id, "turn": delivery.turn, **WAITING}
