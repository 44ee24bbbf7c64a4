"""APScheduler: when jobs are due. MongoDB decides who does them, so any number of schedulers may run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from src.domain.deliveries import DeliveryStatus
from src.domain.feed import Channel
from src.domain.imports import IMPORT_UNDER_WAY, ImportStatus
from src.errors import LedgerloopError
from src.services.analysis.state import IN_A_HURRY
from src.services.digest.channels import work_of
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.marking import IS_MARKED, WRITE_ENDED
from src.services.runs.due_runs import slot_of
from src.services.search.index import WITHOUT_WORDS

if TYPE_CHECKING:
    from src.jobs import Jobs

log = logging.getLogger(__name__)
T = TypeVar("T")

POLL_EVERY_S = 2.0
ALIAS_EVERY_S = 20.0
INTERVAL_EVERY_S = 20.0
MAINTENANCE_EVERY_S = 600.0

RUN, IMPORT, BULK, WAITING, DELIVERY = "run", "import", "bulk", "waiting", "delivery"
COUNT, INDEX = "count", "index"
ANALYSIS = "analysis"

_IMPORTS = [status.value for status in (*IMPORT_UNDER_WAY, ImportStatus.READING, ImportStatus.UNDOING)]


class PendingWork:
    """Finds work that can be claimed or is under way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def kinds(self) -> frozenset[str]:
        """Those of RUN, IMPORT, BULK, WAITING, DELIVERY, COUNT and INDEX that exist, due channels of the
        feed, and ANALYSIS if somebody waits for one. Raises Unavailable.
        """
        due = {"status": DeliveryStatus.WAITING.value, "$expr": {"$lte": ["$due_at", "$$NOW"]}}
        of_feed = {"_id": {"$in": [work_of(channel) for channel in Channel]}}
        channels = [{"$match": {**due, **of_feed}}, {"$project": {"_id": 0, "kind": "$_id"}}]
        imports = _any_of({"status": {"$in": _IMPORTS}}, IMPORT)
        pipeline = [
            *_any_of({"active": True}, RUN),
            {"$unionWith": {"coll": "imports", "pipeline": imports}},
            {"$unionWith": {"coll": "bulk_work", "pipeline": _any_of({}, BULK)}},
            {"$unionWith": {"coll": "waiting_transactions", "pipeline": _any_of({}, WAITING)}},
            {"$unionWith": {"coll": "deliveries", "pipeline": _any_of(due, DELIVERY)}},
            {"$unionWith": {"coll": "deliveries", "pipeline": channels}},
            {"$unionWith": {"coll": "stale_months", "pipeline": _any_of({"$expr": WRITE_ENDED}, COUNT)}},
            {"$unionWith": {"coll": "transactions", "pipeline": _any_of(IS_MARKED, COUNT)}},
            {"$unionWith": {"coll": "transactions", "pipeline": _any_of(WITHOUT_WORDS, INDEX)}},
            {"$unionWith": {"coll": "states", "pipeline": _any_of(IN_A_HURRY, ANALYSIS)}},
        ]
        return frozenset(work["kind"] for work in self._database.training_runs.aggregate(pipeline))


def _any_of(query: Document, kind: str) -> list[Document]:
    return [{"$match": query}, {"$limit": 1}, {"$project": {"_id": 0, "kind": {"$literal": kind}}}]


class Scheduler:
    """Opens a slot every few hours, and starts the jobs that wait in between.

    A poll costs one MongoDB operation while nothing waits.
    """

    def __init__(
        self,
        jobs: Jobs,
        *,
        every_hours: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        poll_every_s: float = POLL_EVERY_S,
        maintenance_every_s: float = MAINTENANCE_EVERY_S,
    ) -> None:
        """every_hours: the time between two slots, read three times a minute. now: decides which slot it is;
        the jobs themselves are scheduled by the real time.
        """
        self._jobs = jobs
        self._every_hours = every_hours
        self._slot_hours = every_hours()
        """Of the job as it is scheduled now."""
        self._now = now
        self._poll_every_s = poll_every_s
        self._maintenance_every_s = maintenance_every_s
        self._slot_is_open = True
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        now = datetime.now(UTC)
        # Opens a slot that was missed while everything was down. It is a separate job because an interval
        # job counts from its first run, so it would drift away from the slots.
        self._scheduler.add_job(self.open_slot, id="missed slot", misfire_grace_time=None)
        self._schedule_slots()
        self._add("poll", self._poll, self._poll_every_s, first=now)
        self._add("interval", self.follow_interval, INTERVAL_EVERY_S, first=now)
        self._add("alias", partial(self._run, self._jobs.sync_alias), ALIAS_EVERY_S, first=now)
        soon = now + timedelta(seconds=self._maintenance_every_s / 10)
        maintain = partial(self._run, self._jobs.maintain)
        self._add("maintenance", maintain, self._maintenance_every_s, first=soon)
        self._scheduler.start()

    def _schedule_slots(self) -> None:
        now, hours = datetime.now(UTC), self._slot_hours
        self._add("slot", self.open_slot, hours * 3600, first=slot_of(now, hours) + timedelta(hours=hours))

    def follow_interval(self) -> None:
        """Reschedule the slots if the time between them was changed."""
        if (hours := self._every_hours()) != self._slot_hours:
            self._slot_hours = hours
            self._schedule_slots()

    def stop(self) -> None:
        """Stop scheduling and end the child processes; does nothing if it was never started."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            self._jobs.stop()

    def _add(self, name: str, job: Callable[[], object], every_s: float, *, first: datetime) -> None:
        self._scheduler.add_job(
            job,
            IntervalTrigger(seconds=every_s, start_date=first, timezone=UTC),
            id=name,
            next_run_time=first,
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
            replace_existing=True,
        )

    def open_slot(self) -> None:
        """Open the present slot. If that fails, or another run is under way, the next poll tries again."""
        slot = slot_of(self._now(), self._slot_hours)
        self._slot_is_open = bool(self._run(partial(self._jobs.open_slot, slot)))

    def run_pending(self) -> None:
        """Do everything that waits, one job after the other, in this thread: for simulations and tests."""
        for kind in self._pending():
            self._run(self._jobs.by_kind[kind])

    def _poll(self) -> None:
        """Start each kind of job in its own thread: an import does not wait for a training to end."""
        for kind in self._pending():
            # APScheduler skips an id that still runs.
            job = self._jobs.by_kind[kind]
            self._scheduler.add_job(
                self._run, args=(job,), id=kind, replace_existing=True, misfire_grace_time=None
            )

    def _pending(self) -> list[str]:
        if not self._slot_is_open:
            self.open_slot()
        pending = self._run(self._jobs.pending) or ()
        return [kind for kind in self._jobs.by_kind if kind in pending]

    def _run(self, job: Callable[[], T]) -> T | None:
        """What `job` returns; an error is logged, and the job runs again when it is next due."""
        try:
            return job()
        except LedgerloopError as error:
            log.warning("job failed; it will be tried again", extra={"error": type(error).__name__})
        except Exception:
            log.exception("job failed")
        return None
