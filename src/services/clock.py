"""APScheduler: when things are due. Who does them is settled in MongoDB, so any number of clocks may run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from src.errors import LedgerloopError
from src.services.training_runs import slot_of

log = logging.getLogger(__name__)


class Clock:
    """Six jobs: open the slot's run when it is due, train, bring files in, deliver, keep order, watch."""

    def __init__(
        self,
        *,
        every_hours: float,
        open_slot: Callable[[datetime], None],
        work: Callable[[], None],
        tidy: Callable[[], None],
        bring_in: Callable[[], object] = lambda: None,
        deliver: Callable[[], object] = lambda: None,
        watch: Callable[[], object] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        look_every_s: float = 1.0,
        watch_every_s: float = 600.0,
    ) -> None:
        """open_slot: see to the slot's run unless it has one. work: train what waits. tidy: the rest.

        bring_in: read the file that waits.
        deliver: say to other programs what waits to be said.
        watch: what is worth a look every ten minutes.
        now: which slot it is; when to look goes by the real time.
        """
        self._every_hours = every_hours
        self._open_slot = open_slot
        self._work = work
        self._tidy = tidy
        self._bring_in = bring_in
        self._deliver = deliver
        self._watch = watch
        self._now = now
        self._look_every_s = look_every_s
        self._watch_every = timedelta(seconds=watch_every_s)
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Each slot opens when it is due; the first look makes up one missed while all was down."""
        now = datetime.now(UTC)
        next_slot = slot_of(now, self._every_hours) + timedelta(hours=self._every_hours)
        self._every(timedelta(hours=self._every_hours), self._slot, "slot", first=next_slot)
        # A slot that came while another run was under way is opened by one of these looks.
        self._every(timedelta(seconds=self._look_every_s), self.look, "look", first=now)
        self._every(timedelta(seconds=self._look_every_s * 2), self._keep_order, "tidy", first=now)
        self._every(timedelta(seconds=self._look_every_s), self._files, "files", first=now)
        self._every(timedelta(seconds=self._look_every_s), self._deliveries, "deliveries", first=now)
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
        self._calmly(lambda: self._open_slot(slot_of(self._now(), self._every_hours)))

    def look(self) -> None:
        """What a clock does each second; a simulation may do it as often as it likes."""
        self._slot()
        self._calmly(self._work)

    def _files(self) -> None:
        self._calmly(self._bring_in)

    def _deliveries(self) -> None:
        self._calmly(self._deliver)

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
