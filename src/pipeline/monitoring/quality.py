"""Accuracy by the answers, and drift since the champion was trained, which can start a training run early."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from src.components.monitoring.drift import DriftCheck
from src.components.monitoring.quality import Accuracies, Accuracy, QualityReport, accuracy, accuracy_by
from src.domain.quality import DriftResult, DriftVerdict

if TYPE_CHECKING:
    from src.domain.training_runs import TrainingRun
    from src.services.models.repository import Models
    from src.services.monitoring.drift_periods import DriftPeriods
    from src.services.monitoring.quality_counts import QualityCounts
    from src.services.monitoring.quality_months import QualityMonths
    from src.services.runs.due_runs import DriftTriggeredRuns


@dataclass(frozen=True)
class LiveAccuracy:
    """How often the newest prediction was the category the person then chose."""

    overall: Accuracy
    by_category: Accuracies
    by_week: Accuracies
    by_version: Accuracies


class Quality:
    def __init__(self, counts: QualityCounts, months: QualityMonths) -> None:
        """counts: of the versions. months: of predictions and answers."""
        self._counts = counts
        self._months = months

    def report(self, *, since: date | None = None, until: date | None = None) -> QualityReport:
        """Raises Unavailable."""
        tables = self._months.tables(since, until)
        report = QualityReport.of(
            tables.answers,
            tables.confusions,
            tables.predictions,
            self._counts.versions(),
            since=since,
            until=until,
        )
        return replace(report, uncounted=tables.uncounted)

    def accuracy(self, *, since: date | None = None, until: date | None = None) -> LiveAccuracy:
        """Raises Unavailable."""
        tables = self._months.tables(since, until)
        answers, confusions = tables.answers, tables.confusions
        is_right = attrgetter("predicted_right")
        return LiveAccuracy(
            overall=accuracy(answers, is_right),
            by_category=accuracy_by(confusions, "category", lambda c: c.predicted == c.category),
            by_week=accuracy_by(answers, "week", is_right),
            by_version=accuracy_by(answers, "version", is_right),
        )


@dataclass(frozen=True, slots=True)
class DriftReport:
    """`version` is the champion's; None before the first model."""

    version: str | None = None
    learned_at: datetime | None = None
    since: datetime | None = None
    """Start of the period "now"; the period "then" ends at `learned_at`."""
    results: tuple[DriftResult, ...] = ()

    @property
    def shifts(self) -> tuple[DriftResult, ...]:
        return tuple(result for result in self.results if result.verdict is DriftVerdict.SHIFTED)


class DriftMonitor:
    def __init__(
        self,
        periods: DriftPeriods,
        models: Models,
        early_runs: DriftTriggeredRuns,
        last_run: Callable[[], datetime | None],
        now: Callable[[], datetime],
    ) -> None:
        """last_run: when the latest successful run was requested."""
        self._periods = periods
        self._models = models
        self._early_runs = early_runs
        self._last_run = last_run
        self._now = now

    def report(self) -> DriftReport:
        """Compare recent rows and answers with those before the champion was trained. Raises Unavailable."""
        pointer = self._models.champion()
        if pointer is None:
            return DriftReport()
        learned_at, now = self._models.get(pointer.version).created_at, self._now()
        results = DriftCheck().compare(*self._periods.periods(learned_at, now))
        return DriftReport(pointer.version, learned_at, self._periods.since(learned_at, now), results)

    def start_early(self) -> TrainingRun | None:
        """Queue a run if there is drift and there are answers since the last run; at most one a day.

        The cheap conditions are checked first. Raises Unavailable.
        """
        now = self._now()
        last = self._last_run()
        if last is None or not self._early_runs.are_allowed(now) or not self._periods.answered_since(last):
            return None
        shifts = self.report().shifts
        return self._early_runs.request(shifts, at=now) if shifts else None
