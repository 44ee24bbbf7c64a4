"""APScheduler: when things are due. Who does them is settled in MongoDB, so any number of clocks may run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from src.errors import LedgerloopError
from src.services.runs.repository import slot_of
from src.services.scheduler.pending_work import DELIVERY, EVERYTHING, IMPORT, RUN

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
TIDY_EVERY_S = 20.0
WATCH_EVERY_S = 600.0


class Clock:
    """Opens the slots; looks whether a run, a file or a delivery waits, and begins with it; keeps order.

    A look costs one operation of MongoDB as long as nothing waits.
    """

    def __init__(
        self,
        *,
        every_hours: float,
        open_slot: Callable[[datetime], object],
        work: Callable[[], None],
        tidy: Callable[[], None],
        bring_in: Callable[[], object] = lambda: None,
        deliver: Callable[[], object] = lambda: None,
        watch: Callable[[], object] = lambda: None,
        waiting: Callable[[], Collection[str]] = lambda: EVERYTHING,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        look_every_s: float = LOOK_EVERY_S,
        tidy_every_s: float = TIDY_EVERY_S,
        watch_every_s: float = WATCH_EVERY_S,
    ) -> None:
        """open_slot: see to the slot's run; whether it has one. work: train what waits. tidy: the rest.

        bring_in: read the file that waits.
        deliver: say to other programs what waits to be said.
        watch: what is worth a look every ten minutes.
        waiting: which of RUN, IMPORT and DELIVERY there are.
        now: which slot it is; when to look goes by the real time.
        """
        self._every_hours = every_hours
        self._open_slot = open_slot
        self._tidy = tidy
        self._watch = watch
        self._waiting = waiting
        self._jobs = {RUN: work, IMPORT: bring_in, DELIVERY: deliver}
        self._now = now
        self._look_every = timedelta(seconds=look_every_s)
        self._tidy_every = timedelta(seconds=tidy_every_s)
        self._watch_every = timedelta(seconds=watch_every_s)
        self._opened: datetime | None = None
        """The newest slot known to have its run."""
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Each slot opens when it is due; the first look makes up one missed while all was down."""
        now = datetime.now(UTC)
        next_slot = slot_of(now, self._every_hours) + timedelta(hours=self._every_hours)
        self._every(timedelta(hours=self._every_hours), self._slot, "slot", first=next_slot)
        # A slot that came while another run was under way is opened by one of these looks.
        self._every(self._look_every, self._look_and_begin, "look", first=now)
        self._every(self._tidy_every, self._keep_order, "tidy", first=now)
        self._every(self._watch_every, self._keep_watch, "watch", first=now + self._watch_every / 10)
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def _every(self, period: timedelta, job: Callable[[], None], name: str, *, first: datetime) -> None:
        self._scheduler.add_job(
            job,
            IntervalTrigger(seconds=period.total_seconds(), start_date=first, timezone=UTC),
            id=name,
            next_run_time=first,
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )

    def _slot(self) -> None:
        """Ask nothing of anyone where this slot is known to have its run."""
        slot = slot_of(self._now(), self._every_hours)
        if slot != self._opened:
            self._calmly(lambda: self._open(slot))

    def _open(self, slot: datetime) -> None:
        if self._open_slot(slot):
            self._opened = slot

    def look(self) -> None:
        """What a clock does every two seconds, one after the other; a simulation may do it at any time."""
        for kind in self._due():
            self._calmly(self._jobs[kind])

    def _look_and_begin(self) -> None:
        """Each kind in a thread of its own: a file need not wait for a training to end."""
        for kind in self._due():
            with self._lock:
                begins = kind not in self._busy
                self._busy.add(kind)
            if begins:
                self._scheduler.add_job(self._do, args=(kind,), misfire_grace_time=None)

    def _due(self) -> list[str]:
        self._slot()
        try:
            waiting = self._waiting()
        except LedgerloopError as error:
            log.warning("the clock tries again", extra={"error": type(error).__name__})
            return []
        return [kind for kind in self._jobs if kind in waiting]

    def _do(self, kind: str) -> None:
        try:
            self._calmly(self._jobs[kind])
        finally:
            with self._lock:
                self._busy.discard(kind)

    def _keep_order(self) -> None:
        self._calmly(self._tidy)

    def _keep_watch(self) -> None:
        self._calmly(self._watch)

    def _calmly(self, job: Callable[[], object]) -> None:
        try:
            job()
        except LedgerloopError as error:
            log.warning("the clock tries again", extra={"error": type(error).__name__})
        except Exception:
            log.exception("a job of the clock failed")
