"""The look for drift, and the run that starts early where there is some and something new to learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from src.components.monitoring.drift import DriftCheck, reason_of
from src.domain.models import ModelVersion, Pointer
from src.domain.quality import DriftPeriod, DriftResult, DriftVerdict
from src.domain.training_runs import TrainingRun


class Periods(Protocol):
    def since(self, learned_at: datetime, now: datetime) -> datetime: ...
    def periods(self, learned_at: datetime, now: datetime) -> tuple[DriftPeriod, DriftPeriod]: ...
    def answered_since(self, at: datetime) -> bool: ...


class Models(Protocol):
    def champion(self) -> Pointer | None: ...
    def get(self, version: str) -> ModelVersion: ...


class EarlyRuns(Protocol):
    def are_allowed(self, at: datetime) -> bool: ...
    def request(self, *, reason: str, at: datetime) -> TrainingRun | None: ...


@dataclass(frozen=True, slots=True)
class DriftReport:
    """version: the champion that is looked after; None before there is one."""

    version: str | None = None
    learned_at: datetime | None = None
    since: datetime | None = None
    """When "now" begins; "then" is what came before `learned_at`."""
    signs: tuple[DriftResult, ...] = field(default=())

    @property
    def drifting(self) -> bool:
        return any(sign.verdict is DriftVerdict.SHIFTED for sign in self.signs)


class DriftWatch:
    def __init__(
        self,
        periods: Periods,
        models: Models,
        early_runs: EarlyRuns,
        last_run: Callable[[], datetime | None],
        now: Callable[[], datetime],
        check: DriftCheck | None = None,
    ) -> None:
        """last_run: when the newest run that succeeded was asked for."""
        self._periods = periods
        self._models = models
        self._early_runs = early_runs
        self._last_run = last_run
        self._now = now
        self._check = check or DriftCheck()

    def look(self) -> DriftReport:
        """Compare the newest rows and answers with those up to the champion's making. Raises Unavailable."""
        pointer = self._models.champion()
        if pointer is None:
            return DriftReport()
        learned_at, now = self._models.get(pointer.version).created_at, self._now()
        signs = self._check.look(*self._periods.periods(learned_at, now))
        return DriftReport(pointer.version, learned_at, self._periods.since(learned_at, now), signs)

    def start_early(self) -> TrainingRun | None:
        """Queue a run where there is drift and answers came since the last one; at most one a day.

        The cheap questions come first. Raises Unavailable.
        """
        now = self._now()
        last = self._last_run()
        if last is None or not self._early_runs.are_allowed(now) or not self._periods.answered_since(last):
            return None
        reason = reason_of(self.look().signs)
        return self._early_runs.request(reason=reason, at=now) if reason else None
