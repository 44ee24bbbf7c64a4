"""Leases: which process works on a document, decided in the document itself by MongoDB's clock.

A document in work names its holder, the attempt, and until when the lease holds. A holder that does not renew
in time loses the lease. The next holder counts one attempt more. Each write names holder and attempt,
so the earlier holder can write nothing more. Hosts need not agree on the time.

`attempt` only grows. `uncounted_attempts` says how many of them do not count towards the limit: those that
ended because the service was stopped, and those before a person asked for another try.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo import ReturnDocument

from src.errors import LeaseLost, LedgerloopError
from src.services.mongo.client import Database, Document, from_now, guarded

log = logging.getLogger(__name__)

_FREE: Document = {"$expr": {"$lt": ["$lease_until", "$$NOW"]}}
"""Nobody holds it. A document without `lease_until` counts as one whose lease has expired."""

_COUNTED_ATTEMPTS: Document = {"$subtract": ["$attempt", {"$ifNull": ["$uncounted_attempts", 0]}]}

NEW_START: Document = {"uncounted_attempts": "$attempt"}
"""In a `$set` of a pipeline: it may be attempted as often as a new one."""

Wait = Callable[[threading.Event, float], bool]


class Leases:
    """Leases on the documents of one collection.

    worked_on: the values of `status` while a process holds the document.
    lost: the message of LeaseLost.
    attempts: the most attempts per document.
    wait: waits for the next renewal or the end of the work; returns True when the work has ended.
    """

    def __init__(
        self,
        database: Database,
        collection: str,
        *,
        lease_s: float,
        worked_on: Collection[str],
        lost: str,
        attempts: int = 3,
        wait: Wait = threading.Event.wait,
    ) -> None:
        self._database, self._name = database, collection
        self.lease_s = lease_s
        self.attempts = attempts
        self._wait = wait
        self._worked_on = list(worked_on)
        self._lost = lost

    @property
    def _documents(self) -> Any:
        return self._database.collection(self._name)

    @guarded
    def claim(
        self,
        among: Document,
        fields: Mapping[str, Any],
        *,
        holder: str,
        sort: list[tuple[str, int]] | None = None,
    ) -> Document | None:
        """Take the first document of `among` that nobody holds; None if there is none.

        fields: what to set with it, as in a `$set` of a pipeline.
        """
        claimed = {
            **fields,
            "holder": {"$literal": holder},
            "attempt": {"$add": ["$attempt", 1]},
            "lease_until": self.until(),
        }
        document: Document | None = self._documents.find_one_and_update(
            {"$and": [among, _FREE, {"$expr": {"$lt": [_COUNTED_ATTEMPTS, self.attempts]}}]},
            [{"$set": claimed}],
            sort=sort,
            return_document=ReturnDocument.AFTER,
        )
        return document

    @guarded
    def give_up(self, among: Document, update: Document) -> None:
        """Update each document of `among` that nobody holds and that has used all its attempts."""
        exhausted = {"$expr": {"$gte": [_COUNTED_ATTEMPTS, self.attempts]}}
        self._documents.update_many({"$and": [among, _FREE, exhausted]}, update)

    @guarded
    def release(self, document_id: str, holder: str, attempt: int, *, counts: bool = True) -> bool:
        """Release the lease of a process that is known to be dead. Returns whether it still held it.

        counts: False for an attempt that ended because the service was stopped.
        """
        released: Document = {"lease_until": from_now(-1)}
        if not counts:
            released["uncounted_attempts"] = {"$add": [{"$ifNull": ["$uncounted_attempts", 0]}, 1]}
        query = self._held(document_id, holder, attempt)
        return bool(self._documents.update_one(query, [{"$set": released}]).matched_count)

    @guarded
    def write(self, document_id: str, holder: str, attempt: int, update: Any, *, read: str = "_id") -> Any:
        """One fenced write; returns the field `read`. Raises LeaseLost unless this attempt is held."""
        query = self._held(document_id, holder, attempt)
        before = self._documents.find_one_and_update(query, update, projection=[read])
        if before is None:
            raise LeaseLost(self._lost)
        return before.get(read)

    def renew(self, document_id: str, holder: str, attempt: int) -> None:
        """Raises LeaseLost, Unavailable."""
        self.write(document_id, holder, attempt, [{"$set": {"lease_until": self.until()}}])

    @contextmanager
    def renewing(self, document_id: str, holder: str, attempt: int) -> Iterator[None]:
        """A thread renews the lease until the block ends."""
        ended = threading.Event()

        def beat() -> None:
            while not self._wait(ended, self.lease_s / 3):
                try:
                    self.renew(document_id, holder, attempt)
                except LeaseLost:
                    return  # the next fenced write raises it
                except LedgerloopError:
                    log.warning("lease not renewed", extra={"document": document_id})

        threading.Thread(target=beat, name="lease-heartbeat", daemon=True).start()
        try:
            yield
        finally:
            ended.set()

    def until(self) -> Document:
        """When a lease taken now expires, for a pipeline."""
        return from_now(self.lease_s)

    def _held(self, document_id: str, holder: str, attempt: int) -> Document:
        return {
            "_id": {"$eq": document_id},
            "holder": holder,
            "attempt": attempt,
            "status": {"$in": self._worked_on},
        }
