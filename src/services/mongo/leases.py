"""Leases: which process works on a document, settled in the document itself by MongoDB's own clock.

A document that is worked on names its holder, the attempt, and until when the lease holds. One that falls
silent loses it; whoever takes it over counts one attempt more, and each write names holder and attempt, so
that the one that was silent can write nothing more. Hosts need not agree on the time.

`attempt` only ever grows. `uncounted_attempts` says how many of them do not count towards the limit: those
that ended because the service was stopped, and those before a person asked for another try.
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
"""Nobody holds it: a document without `lease_until` counts as one whose lease ran out."""

_COUNTED_ATTEMPTS: Document = {"$subtract": ["$attempt", {"$ifNull": ["$uncounted_attempts", 0]}]}

NEW_START: Document = {"uncounted_attempts": "$attempt"}
"""In a `$set` of a pipeline: it may be taken up as often as a new one."""


Wait = Callable[[threading.Event, float], bool]


class Leases:
    """Of the documents of one collection.

    worked_on: the values of `status` a document has while somebody holds it.
    lost: the sentence of LeaseLost.
    attempts: how often one is taken up at most.
    wait: until the next renewal, or until the work has ended; whether it has.
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
        """Take the first of `among` that nobody holds; None where there is none.

        fields: what changes with it, as in a `$set` of a pipeline.
        """
        taken = {
            **fields,
            "holder": {"$literal": holder},
            "attempt": {"$add": ["$attempt", 1]},
            "lease_until": self.until(),
        }
        document: Document | None = self._documents.find_one_and_update(
            {"$and": [among, _FREE, {"$expr": {"$lt": [_COUNTED_ATTEMPTS, self.attempts]}}]},
            [{"$set": taken}],
            sort=sort,
            return_document=ReturnDocument.AFTER,
        )
        return document

    @guarded
    def give_up(self, among: Document, update: Document) -> None:
        """Change each of `among` that nobody holds and that was taken up as often as it may be."""
        too_often = {"$expr": {"$gte": [_COUNTED_ATTEMPTS, self.attempts]}}
        self._documents.update_many({"$and": [among, _FREE, too_often]}, update)

    @guarded
    def release(self, document_id: str, holder: str, attempt: int, *, counts: bool = True) -> bool:
        """Let go of one whose process is known to be dead; whether it was still held.

        counts: whether the attempt counts towards the limit; one that ended with the service does not.
        """
        released: Document = {"lease_until": from_now(-1)}
        if not counts:
            released["uncounted_attempts"] = {"$add": [{"$ifNull": ["$uncounted_attempts", 0]}, 1]}
        held = self._held(document_id, holder, attempt)
        return bool(self._documents.update_one(held, [{"$set": released}]).matched_count)

    @guarded
    def write(self, document_id: str, holder: str, attempt: int, update: Any, *, read: str = "_id") -> Any:
        """One fenced write; what the field `read` holds. Raises LeaseLost unless this attempt is held."""
        held = self._held(document_id, holder, attempt)
        found = self._documents.find_one_and_update(held, update, projection=[read])
        if found is None:
            raise LeaseLost(self._lost)
        return found.get(read)

    def renew(self, document_id: str, holder: str, attempt: int) -> None:
        """Raises LeaseLost, Unavailable."""
        self.write(document_id, holder, attempt, [{"$set": {"lease_until": self.until()}}])

    @contextmanager
    def kept(self, document_id: str, holder: str, attempt: int) -> Iterator[None]:
        """A thread renews the lease until the block ends."""
        ended = threading.Event()

        def beat() -> None:
            while not self._wait(ended, self.lease_s / 3):
                try:
                    self.renew(document_id, holder, attempt)
                except LeaseLost:
                    return  # the next fenced write tells whoever works on it
                except LedgerloopError:
                    log.warning("lease not renewed", extra={"document": document_id})

        threading.Thread(target=beat, name="lease-heartbeat", daemon=True).start()
        try:
            yield
        finally:
            ended.set()

    def until(self) -> Document:
        """The end of a lease taken now, in a pipeline."""
        return from_now(self.lease_s)

    def _held(self, document_id: str, holder: str, attempt: int) -> Document:
        return {
            "_id": {"$eq": document_id},
            "holder": holder,
            "attempt": attempt,
            "status": {"$in": self._worked_on},
        }
