"""Runs that start before their slot because of drift: at most one a day, whatever the number of clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from src.domain.training_runs import TrainingRun, Trigger
from src.services.runs.repository import TrainingRuns

A_DAY = timedelta(hours=24)


class EarlyRuns:
    """The id of such a run names the one before it, so of two clocks that ask at once only one is heard."""

    def __init__(self, runs: TrainingRuns) -> None:
        self._runs = runs

    def are_allowed(self, at: datetime) -> bool:
        """Whether the newest one is a day old, and no run of any kind is under way. Raises Unavailable."""
        newest = self._runs.newest_at(Trigger.DRIFT)
        return (newest is None or at - newest >= A_DAY) and self._runs.current() is None

    def request(self, *, reason: str, at: datetime) -> TrainingRun | None:
        """Queue one; None where it is not allowed. Raises Unavailable."""
        newest = self._runs.newest_at(Trigger.DRIFT)
        if newest and at - newest < A_DAY:
            return None
        before = f"after-{newest:%Y%m%dT%H%M%S}" if newest else "first"
        return self._runs.queue(f"drift-{before}", trigger=Trigger.DRIFT, reason=reason, at=at)
