"""Runs nobody requests: those of the six-hour slots, and those triggered by drift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from src.domain.preferences import Preferences
from src.domain.quality import DriftResult
from src.domain.training_runs import TrainingRun, Trigger
from src.services.runs.data_fingerprint import DataFingerprint
from src.services.runs.repository import TrainingRuns

if TYPE_CHECKING:
    from src.services.models.repository import Models

A_DAY = timedelta(hours=24)


def slot_of(now: datetime, every_hours: float) -> datetime:
    """The start of the slot `now` lies in; slots are counted from midnight UTC of 1970-01-01."""
    length = timedelta(hours=every_hours)
    epoch = datetime(1970, 1, 1, tzinfo=now.tzinfo)
    return epoch + ((now - epoch) // length) * length


class Slots:
    """Each slot has one run, or one document that says why it needed none."""

    def __init__(
        self,
        runs: TrainingRuns,
        models: Models,
        fingerprint: DataFingerprint,
        now: Callable[[], datetime],
        preferences: Callable[[], Preferences],
    ) -> None:
        self._runs = runs
        self._models = models
        self._fingerprint = fingerprint
        self._now = now
        self._preferences = preferences

    def open(self, slot: datetime) -> bool:
        """Queue the slot's run, or record it as skipped if nothing is new; once for each slot.

        Returns whether the slot is done with; it is not as long as another run is under way. While learning
        is off, a model is trained only if there is none, not even the one that Ledgerloop ships with.
        """
        if self._runs.has_run_of(slot):
            return True
        if self._runs.current():
            return False
        champion = self._models.champion()
        if champion is None:
            return bool(self._runs.request_slot(slot, trigger=Trigger.FIRST_START, at=self._now()))
        if not self._preferences().learning:
            return True
        last = self._runs.last_fingerprint()
        if last is None and champion.is_starter:
            return bool(self._runs.request_slot(slot, trigger=Trigger.FIRST_START, at=self._now()))
        if last is not None and last == self._fingerprint.sha256():
            return bool(self._runs.skip_slot(slot, fingerprint=last, at=self._now()))
        return bool(self._runs.request_slot(slot, trigger=Trigger.SCHEDULE, at=self._now()))


class DriftTriggeredRuns:
    """At most one a day. Its id names the one before it, so that two schedulers cannot queue two."""

    def __init__(self, runs: TrainingRuns, preferences: Callable[[], Preferences]) -> None:
        self._runs = runs
        self._preferences = preferences

    def are_allowed(self, at: datetime) -> bool:
        """Whether the newest one is a day old, and no run of any kind is under way. Raises Unavailable.

        None is allowed while learning is off.
        """
        if not self._preferences().learning:
            return False
        newest = self._runs.newest_at(Trigger.DRIFT)
        return (newest is None or at - newest >= A_DAY) and self._runs.current() is None

    def request(self, drift: Sequence[DriftResult], *, at: datetime) -> TrainingRun | None:
        """Queue one because of these shifts; None if it is not allowed. Raises Unavailable."""
        newest = self._runs.newest_at(Trigger.DRIFT)
        if newest and at - newest < A_DAY:
            return None
        before = f"after-{newest:%Y%m%dT%H%M%S}" if newest else "first"
        return self._runs.queue(f"drift-{before}", trigger=Trigger.DRIFT, reason="", at=at, drift=drift)
