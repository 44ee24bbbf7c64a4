"""The `deliveries` collection: categories to send to Firefly III, kept until they are sent."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo import DESCENDING, ReturnDocument

from src.domain import LOCAL_OWNER
from src.domain.deliveries import Delivery, DeliveryCounts, DeliveryStatus
from src.services.mongo.client import Database, Document, from_now, guarded

GIVE_UP_AFTER = timedelta(days=3)
_LONGEST_WAIT_S = 3600
_LEASE_S = 60
_FAILED_SHOWN_FOR = timedelta(days=30)
_WAITING = {"status": DeliveryStatus.WAITING.value}


class FireflyOutbox:
    """One document per transaction in Firefly III. Due times and leases use MongoDB's clock."""

    def __init__(self, database: Database, *, first_wait_s: float = 5) -> None:
        """first_wait_s: before the first retry; each further wait is twice as long."""
        self._database = database
        self._first_wait_s = first_wait_s

    @guarded
    def add(self, program: str, group: str, keys: Sequence[str], *, again: bool) -> None:
        """Queue a delivery once. keys: of its rows. again: queue it even if it was delivered before.

        Raises Unavailable; can be repeated safely.
        """
        query = {"_id": f"{program}:{group}"}
        fields = {
            "$setOnInsert": {"owner": LOCAL_OWNER, "group": group},
            "$addToSet": {"keys": {"$each": keys}},
        }
        self._database.deliveries.update_one(query, fields, upsert=True)
        # If the process is killed here, the document has no status, and the next `add` sets it.
        to_queue = query if again else {**query, "status": {"$exists": False}}
        self._database.deliveries.update_one(to_queue, [{"$set": _due_now()}])

    @guarded
    def add_answered(self, program: str, *, since: datetime) -> datetime | None:
        """Queue the deliveries whose rows were answered since; returns the time of the newest answer."""
        query = {"owner": LOCAL_OWNER, "label.at": {"$gt": since}, "source": program}
        newest = None
        for row in self._database.transactions.find(query, {"key": 1, "label.at": 1}):
            at = row["label"]["at"]
            newest = max(newest or at, at)
            self._database.deliveries.update_one(  # both may be of the same millisecond
                {"keys": row["key"], "finished_at": {"$lte": at}}, [{"$set": _due_now()}]
            )
        return newest

    @guarded
    def claim(self) -> Delivery | None:
        """Claim a delivery that is due. If this process dies, it is due again after 60 seconds."""
        turn = secrets.token_hex(8)
        document = self._database.deliveries.find_one_and_update(
            {**_WAITING, "$expr": {"$lte": ["$due_at", "$$NOW"]}},
            [{"$set": {"turn": turn, "tries": {"$add": ["$tries", 1]}, "due_at": from_now(_LEASE_S)}}],
            sort=[("due_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return Delivery(document["_id"], document["group"], turn) if document else None

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

    @guarded
    def counts(self, *, now: datetime) -> DeliveryCounts:
        failed = {"status": DeliveryStatus.FAILED.value, "finished_at": {"$gt": now - _FAILED_SHOWN_FOR}}
        done = {"status": DeliveryStatus.DONE.value}
        last = self._database.deliveries.find_one(done, sort=[("finished_at", DESCENDING)])
        problem = self._database.deliveries.find_one(
            {**_WAITING, "note": {"$type": "string"}}, sort=[("due_at", -1)]
        )
        if problem is None:
            problem = self._database.deliveries.find_one(failed, sort=[("finished_at", DESCENDING)])
        return DeliveryCounts(
            waiting=self._database.deliveries.count_documents(_WAITING),
            failed=self._database.deliveries.count_documents(failed),
            last_done_at=last["finished_at"] if last else None,
            trouble=problem["note"] if problem else None,
        )


def _due_now() -> Document:
    """Fields of a new delivery; a process that is just delivering the old one loses its claim."""
    waiting = {"status": DeliveryStatus.WAITING.value, "since": "$$NOW", "due_at": "$$NOW"}
    return {**waiting, "tries": 0, "turn": None, "note": None}


def _claimed(delivery: Delivery) -> Document:
    return {"_id": delivery.id, "turn": delivery.turn, **_WAITING}
