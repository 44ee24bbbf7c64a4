"""The deliveries of the feed: one document per channel, which is its lease, its next attempt and its result.

What is to be sent is in the entries themselves, so a killed process loses none. An entry may be sent twice if
the process is killed between sending it and noting so.
"""

from __future__ import annotations

from datetime import datetime

from src.domain import LOCAL_OWNER
from src.domain.deliveries import ChannelState, Delivery, DeliveryStatus
from src.domain.feed import Channel
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.outbox import WAITING, Outbox, due_now

PROGRAM = "feed"


def work_of(channel: Channel) -> str:
    """The id of its document, and the name of the work that the scheduler finds."""
    return f"{PROGRAM}:{channel.value}"


class ChannelOutbox(Outbox):
    def __init__(self, database: Database, *, first_wait_s: float = 5) -> None:
        super().__init__(database, PROGRAM, first_wait_s=first_wait_s)

    @guarded
    def queue(self, channel: Channel) -> None:
        """Unless it waits already, perhaps for its next attempt. Raises Unavailable."""
        self._insert(channel)
        query = {"_id": work_of(channel), "status": {"$ne": DeliveryStatus.WAITING.value}}
        self._database.deliveries.update_one(query, [{"$set": due_now()}])

    @guarded
    def queue_test(self, channel: Channel) -> None:
        """Send a test message at once, and what else waits."""
        self._insert(channel)
        update = [{"$set": {**due_now(), "test": True}}]
        self._database.deliveries.update_one({"_id": work_of(channel)}, update)

    def _insert(self, channel: Channel) -> None:
        inserted = {"owner": LOCAL_OWNER, "group": channel.value}
        query = {"_id": work_of(channel)}
        self._database.deliveries.update_one(query, {"$setOnInsert": inserted}, upsert=True)

    @guarded
    def wants_test(self, channel: Channel) -> bool:
        return self._database.deliveries.find_one({"_id": work_of(channel), "test": True}, {}) is not None

    @guarded
    def end_test(self, delivery: Delivery) -> None:
        query = {"_id": delivery.id, "turn": delivery.turn, **WAITING}
        self._database.deliveries.update_one(query, {"$unset": {"test": ""}})

    @guarded
    def state(self, channel: Channel) -> ChannelState | None:
        """None if nothing was ever queued. Raises Unavailable."""
        document: Document = self._database.deliveries.find_one({"_id": work_of(channel)}) or {}
        if "status" not in document:
            return None
        return ChannelState(
            DeliveryStatus(document["status"]), document.get("finished_at"), document.get("note")
        )

    def finish(
        self, delivery: Delivery, status: DeliveryStatus, *, at: datetime, note: str | None = None
    ) -> None:
        self.end_test(delivery)
        super().finish(delivery, status, at=at, note=note)
