"""When the ledger was last analysed, and which process does it now: one document of `states`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime

from bson import ObjectId

from src.domain.analysis import AnalysisStatus, ClaimedAnalysis, PartState, Revision
from src.services.mongo.client import Database, Document, from_now, guarded, read_as
from src.services.mongo.leases import Leases, Wait
from src.services.totals.counting import MonthTotals

_ID = "analysis"
IN_A_HURRY: Document = {"_id": _ID, "hurry": {"$exists": True}}
"""The query for its document, if an analysis that is due need not wait."""
_RUNNING = "running"
_PAUSE_S = 60
"""Between two analyses while the ledger changes; ten times as long as the last one took, if that is longer.
After a failure it doubles, up to an hour."""
_POLL_S = 0.25
_COUNTED_AT_ONCE = 5000
"""Changed transactions that a process that asks for the revision counts; more are left to the scheduler."""


def ledger_revision(totals: MonthTotals) -> Revision:
    """Of the sums by month: all changes of transactions are in them. Raises Unavailable."""
    is_counted = totals.refresh(at_most=_COUNTED_AT_ONCE)
    return f"{totals.revision()}{'' if is_counted else ' and more'}"


class AnalysisState:
    """Its document also says until when the next analysis waits, by MongoDB's clock.

    revision: of the ledger as it is. parts: the names of all parts of an analysis.
    """

    def __init__(
        self,
        database: Database,
        revision: Callable[[], Revision],
        now: Callable[[], datetime],
        *,
        lease_s: float,
        parts: Iterable[str] = (),
        wait: Wait = threading.Event.wait,
    ) -> None:
        self._database = database
        self._revision = revision
        self._now = now
        self._parts = frozenset(parts)
        self._leases = Leases(
            database,
            "states",
            lease_s=lease_s,
            worked_on=[_RUNNING],
            lost="Another process analyses the ledger now.",
            wait=wait,
        )

    @property
    def today(self) -> date:
        """In UTC, so that it is the same for the process that analyses and for those that wait."""
        return self._now().date()

    @guarded
    def status(self) -> AnalysisStatus:
        """Raises Unavailable."""
        document = self._database.states.find_one({"_id": _ID}, {"parts": 1}) or {}
        parts = {name: read_as(PartState, part) for name, part in document.get("parts", {}).items()}
        return AnalysisStatus(self._revision(), self.today, parts)

    def wait_until_analysed(
        self,
        part: str,
        *,
        at_most_s: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> AnalysisStatus:
        """The status once the present ledger is analysed, or after `at_most_s`. Raises Unavailable."""
        until, status = clock() + at_most_s, self.status()
        if not status.has_ended(part) and at_most_s > 0:
            self.hurry()
        while not status.has_ended(part) and (left_s := until - clock()) > 0:
            sleep(min(_POLL_S, left_s))
            status = self.status()
        return status

    @guarded
    def is_due(self) -> bool:
        """Whether an analysis is wanted: after changes, on another day, on request, to learn anew, or for a
        part that no analysis has had, because an earlier release did it."""
        document = self._database.states.find_one({"_id": _ID}) or {}
        if "train" in document or document.get("day") != self.today.isoformat():
            return True
        if self._parts - document.get("parts", {}).keys():
            return True
        if document.get("requests", 0) != document.get("requests_done", 0):
            return True
        return bool(document.get("revision") != self._revision())

    @guarded
    def claim(self, *, holder: str, even_if_not_due: bool = False) -> int | None:
        """The attempt; None if none is due, it is to wait, or another process does it. Raises Unavailable."""
        hurried = self._database.states.find_one(IN_A_HURRY, {"hurry": 1})
        if not even_if_not_due and not self.is_due():
            if hurried:  # and not since then: that may be for a change which `is_due` has not seen
                self._database.states.update_one(hurried, {"$unset": {"hurry": ""}})
            return None
        self._database.states.update_one({"_id": _ID}, {"$setOnInsert": {"attempt": 0}}, upsert=True)
        rested = {"$or": [IN_A_HURRY, {"$expr": {"$lte": ["$rests_until", "$$NOW"]}}]}
        failures = {"$ifNull": ["$failures", 0]}
        begun: Document = {
            "status": _RUNNING,
            "begun_at": "$$NOW",
            "hurry": "$$REMOVE",
            # Each attempt is a first one; what fails again and again is tried less often instead.
            "uncounted_attempts": "$attempt",
            "failures": {"$add": [failures, 1]},
            "rests_until": _after({"$multiply": [_PAUSE_S, {"$pow": [2, {"$min": [failures, 6]}]}]}),
        }
        claimed = self._leases.claim({"_id": _ID, **rested}, begun, holder=holder)
        return int(claimed["attempt"]) if claimed else None

    @guarded
    def begin(self, attempt: int) -> ClaimedAnalysis:
        """What is to be analysed by the process of this attempt. Raises Unavailable."""
        document = self._database.states.find_one({"_id": _ID}, {"train": 1, "requests": 1}) or {}
        return ClaimedAnalysis(
            attempt,
            self._revision(),
            self.today,
            train="train" in document,
            requests=document.get("requests", 0),
        )

    def keep_lease(self, holder: str, attempt: int) -> AbstractContextManager[None]:
        """A thread renews the lease until the block ends."""
        return self._leases.renewing(_ID, holder, attempt)

    def release(self, holder: str, attempt: int) -> bool:
        """End the lease of a process that is known to be dead; returns whether it still had one."""
        return self._leases.release(_ID, holder, attempt)

    def record(self, claimed: ClaimedAnalysis, part: str, *, ok: bool, holder: str) -> None:
        """A part has ended. Raises LeaseLost, Unavailable."""
        ended = {
            "at": self._now(),
            "ok": ok,
            "revision": claimed.revision,
            "day": claimed.today.isoformat(),
        }
        self._leases.write(_ID, holder, claimed.attempt, {"$set": {f"parts.{part}": ended}})

    def finish(self, claimed: ClaimedAnalysis, *, holder: str) -> None:
        """All parts have ended. Raises LeaseLost, Unavailable."""
        took_s = {"$divide": [{"$subtract": ["$$NOW", "$begun_at"]}, 1000]}
        ended: Document = {
            "status": "ended",
            "revision": claimed.revision,
            "day": claimed.today.isoformat(),
            "at": self._now(),
            "failures": 0,
            "requests_done": claimed.requests,
            "rests_until": _after({"$max": [_PAUSE_S, {"$multiply": [10, took_s]}]}),
            "lease_until": from_now(-1),
        }
        if claimed.train:
            ended["train"] = "$$REMOVE"
        self._leases.write(_ID, holder, claimed.attempt, [{"$set": ended}])

    @guarded
    def hurry(self) -> None:
        """If one is due, it need not wait: somebody waits for it, or an import has ended."""
        hurry = {"$set": {"hurry": ObjectId()}, "$setOnInsert": {"attempt": 0}}
        self._database.states.update_one({"_id": _ID}, hurry, upsert=True)

    @guarded
    def request(self) -> None:
        """Something else has changed that analyses depend on, such as a setting: one is due at once."""
        wanted = {"$inc": {"requests": 1}, "$set": {"hurry": ObjectId()}, "$setOnInsert": {"attempt": 0}}
        self._database.states.update_one({"_id": _ID}, wanted, upsert=True)

    @guarded
    def request_training(self) -> None:
        """The next analysis learns anew, and is due."""
        train = {"$set": {"train": True}, "$setOnInsert": {"attempt": 0}}
        self._database.states.update_one({"_id": _ID}, train, upsert=True)


def _after(seconds: Document) -> Document:
    amount = {"$toLong": {"$multiply": [1000, seconds]}}
    return {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": amount}}
