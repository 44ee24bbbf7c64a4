"""The figures of the quality page, from counts in the database. Web workers import this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING

from src.components.monitoring.live_accuracy import Accuracies, Accuracy, accuracy, accuracy_by
from src.components.monitoring.quality_report import QualityReport

if TYPE_CHECKING:
    from src.services.monitoring.quality_counts import QualityCounts


@dataclass(frozen=True)
class LiveAccuracy:
    """How often the newest prediction was the category the person then chose."""

    overall: Accuracy
    by_category: Accuracies
    by_week: Accuracies
    by_version: Accuracies


class Quality:
    def __init__(self, counts: QualityCounts) -> None:
        self._counts = counts

    def report(self, *, since: date | None = None, until: date | None = None) -> QualityReport:
        """Raises Unavailable."""
        answers, confusions = self._counts.answers(since=since, until=until)
        predictions = self._counts.predictions(since=since, until=until)
        versions = self._counts.versions()
        return QualityReport.of(answers, confusions, predictions, versions, since=since, until=until)

    def accuracy(self, *, since: date | None = None, until: date | None = None) -> LiveAccuracy:
        """Raises Unavailable."""
        answers, confusions = self._counts.answers(since=since, until=until)
        is_right = attrgetter("given")
        return LiveAccuracy(
            overall=accuracy(answers, is_right),
            by_category=accuracy_by(confusions, "category", lambda c: c.predicted == c.category),
            by_week=accuracy_by(answers, "week", is_right),
            by_version=accuracy_by(answers, "version", is_right),
        )
