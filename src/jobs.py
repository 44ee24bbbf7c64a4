"""What the clock does when it is time."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.once import once
from src.services.scheduler.alias_watch import AliasWatch
from src.services.scheduler.pending_work import DELIVERY
from src.services.scheduler.scheduler import Clock

if TYPE_CHECKING:
    from src.container import Container

log = logging.getLogger(__name__)


@dataclass
class Chores:
    house: Container
    _started: bool = False

    @once
    def clock(self) -> Clock:
        return Clock(
            every_hours=self.house.settings.retrain_every_hours,
            open_slot=self.house.slots.open,
            work=self.train,
            tidy=self.keep_house,
            watch=self.keep_watch,
            now=self.house.now,
            bring_in=self.bring_in,
            deliver=self.deliver,
            waiting=self.waiting,
        )

    def waiting(self) -> Collection[str]:
        kinds = self.house.waiting.kinds()
        # Answers given on our own pages are looked for as well, and only a delivery looks.
        return kinds | {DELIVERY} if self.house.firefly_outbound else kinds

    @once
    def _alias_watch(self) -> AliasWatch:
        return AliasWatch(
            self.house.settings.tracking_uri, self.house.models.alias, self.house.trainer.follow_champion
        )

    def train(self) -> None:
        run = self.house.runs.claim(holder=self.house.holder, at=self.house.now())
        if run is None:
            return
        log.info("training starts", extra={"run": run.id, "attempt": run.attempt})
        house = self.house
        house.trainer.train(run, holder=house.holder)
        counts = not house.trainer.stopped
        if house.runs.release(run.id, holder=house.holder, attempt=run.attempt, counts=counts):
            log.warning("training ended before it was done", extra={"run": run.id, "attempt": run.attempt})

    def bring_in(self) -> None:
        """Work off the import that waits longest, in a process of its own; all wait for the first model."""
        house = self.house
        if house.models.champion() is None:
            return
        claimed = house.imports.claim(holder=house.holder)
        if claimed is None:
            return
        with house.imports.keep_lease(
            claimed.id, house.holder, claimed.attempt
        ):  # from before the child is awake
            house.importer.bring_in(claimed, holder=house.holder)
        counts = not house.importer.stopped
        if house.imports.release(claimed.id, holder=house.holder, attempt=claimed.attempt, counts=counts):
            log.warning("import ended before it was done", extra={"import": claimed.id})

    def deliver(self) -> None:
        if self.house.firefly_outbound:
            self.house.firefly_outbound.deliver_due()

    def keep_house(self) -> None:
        self.follow_champion()

    def keep_watch(self) -> None:
        if self.house.runs.current() is None and self.house.retention.claim_turn(self.house.now()):
            self.house.trainer.tidy()
        self.house.imports.delete_old_files()
        self.house.feedback_apart.catch_up(at=self.house.now())
        if run := self.house.drift.start_early():
            log.info("training starts early", extra={"run": run.id})

    def follow_champion(self) -> None:
        pointer = self.house.models.champion()
        if pointer:
            self._alias_watch.look(pointer, may=lambda: self.house.runs.current() is None)

    def start(self) -> None:
        self.clock.start()
        self._started = True

    def stop(self) -> None:
        """Does nothing where the clock was not started."""
        if self._started:
            self.clock.stop()
            self.house.trainer.stop()
            self.house.importer.stop()
