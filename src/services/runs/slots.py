"""The scheduled slots: each has one run, or a line that says why it needed none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain.training_runs import TrainingRun, Trigger
from src.services.runs.data_fingerprint import Standing
from src.services.runs.repository import TrainingRuns

if TYPE_CHECKING:
    from src.services.models.repository import Models


class Slots:
    def __init__(
        self, runs: TrainingRuns, models: Models, standing: Standing, now: Callable[[], datetime]
    ) -> None:
        self._runs = runs
        self._models = models
        self._standing = standing
        self._now = now

    def open(self, slot: datetime) -> bool:
        """Queue the slot's run, or write it down as skipped where nothing is new; once for each slot.

        Whether it has its run now. It has none as long as another run is under way.
        """
        if not self._runs.has_room(slot):
            return self._runs.has_run_of(slot)
        return self._decide(slot) is not None

    def _decide(self, slot: datetime) -> TrainingRun | None:
        if self._models.champion() is None:
            return self._runs.request_slot(slot, trigger=Trigger.FIRST_START, at=self._now())
        last = self._runs.last_standing()
        if last is not None and last == self._standing.sha256():
            return self._runs.skip_slot(slot, standing=last, at=self._now())
        return self._runs.request_slot(slot, trigger=Trigger.SCHEDULE, at=self._now())
