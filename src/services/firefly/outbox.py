"""The deliveries to Firefly III: categories to send, one document per transaction there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.deliveries import DeliveryCounts, DeliveryStatus
from src.services.mongo.client import Database, guarded
from src.services.mongo.outbox import WAITING, Outbox, due_now

PROGRAM = "firefly-iii"
_FAILED_SHOWN_FOR = timedelta(days=30)


class FireflyOutbox(Outbox):
    def __init__(self, database: Database, *, first_wait_s: float = 5) -> None:
        super().__init__(database, PROGRAM, first_wait_s=first_wait_s)

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
        self._database.deliveries.update_one(to_queue, [{"$set": due_now()}])

    @guarded
    def add_answered(self, program: str, *, since: datetime) -> datetime | None:
        """Queue the deliveries whose rows were answered since; returns the time of the newest answer."""
        query = {"owner": LOCAL_OWNER, "label.at": {"$gt": since}, "source": program}
        newest = None
        for row in self._database.transactions.find(query, {"key": 1, "label.at": 1}):
            at = row["label"]["at"]
            newest = max(newest or at, at)
            self._database.deliveries.update_one(  # both may be of the same millisecond
                {"keys": row["key"], "finished_at": {"$lte": at}}, [{"$set": due_now()}]
            )
        return newest

    @guarded
    def counts(self, *, now: datetime) -> DeliveryCounts:
        deliveries, ours = self._database.deliveries, self._ids()
        waiting = {**ours, **WAITING}
        failed = {
            **ours,
            "status": DeliveryStatus.FAILED.value,
            "finished_at": {"$gt": now - _FAILED_SHOWN_FOR},
        }
        done = {**ours, "status": DeliveryStatus.DONE.value}
        last = deliveries.find_one(done, sort=[("finished_at", DESCENDING)])
        problem = deliveries.find_one({**waiting, "note": {"$type": "string"}}, sort=[("due_at", -1)])
        if problem is None:
            problem = deliveries.find_one(failed, sort=[("finished_at", DESCENDING)])
        return DeliveryCounts(
            waiting=deliveries.count_documents(waiting),
            failed=deliveries.count_documents(failed),
            last_done_at=last["finished_at"] if last else None,
            trouble=problem["note"] if problem else None,
        )
