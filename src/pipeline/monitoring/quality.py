"""The figures of the quality page, from counts in the database. Web workers import this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING

from src.components.monitoring.decision_counts import (
    Confusion,
    DecisionCounts,
    confusion,
    decisions,
    decisions_by_month,
)
from src.components.monitoring.live_accuracy import (
    Accuracies,
    Accuracy,
    Estimate,
    ReliabilityStep,
    Stratum,
    accuracy,
    accuracy_by,
    guess_right,
    reliability,
    representative_answers,
    strata_of,
    stratified,
)
from src.domain.predictions import Band, DecidedBy
from src.domain.quality import AnswerCount, ConfusionCount, PredictionCount, VersionQuality

if TYPE_CHECKING:
    from src.services.monitoring.quality_counts import QualityCounts


@dataclass(frozen=True)
class QualityReport:
    """Of the transactions of some days. An answer counts as right if the best guess was right."""

    overall: Accuracy
    given: Accuracy
    """The stricter count: right only if the category was given, not just offered as a best guess."""
    by_week: Accuracies
    by_category: Accuracies
    """The recall: of the answers with a category, the share whose best guess was it."""
    by_guess: Accuracies
    """The precision: of the best guesses of a category, the share that was right."""
    by_version: Accuracies
    """Only predictions the model decided: decisions of the memory say nothing about a version."""
    by_decider: Accuracies
    by_band: Accuracies
    strata: list[Stratum]
    estimate: Estimate | None
    """Over all predictions; None without predictions."""
    unanswered: int
    expected: float | None
    """Mean confidence of the unanswered predictions, 0..1."""
    reliability: list[ReliabilityStep]
    unasked: int
    """Answers in `reliability` outside the audit sample: mostly corrections."""
    confusion: Confusion
    decided: DecisionCounts
    decided_by_month: list[DecisionCounts]
    versions: Sequence[VersionQuality]
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(
        cls,
        answers: Sequence[AnswerCount],
        confusions: Sequence[ConfusionCount],
        predictions: Sequence[PredictionCount],
        versions: Sequence[VersionQuality],
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> QualityReport:
        def guess_is_category(count: ConfusionCount) -> bool:
            return count.guess == count.category

        by_model = [count for count in answers if count.decided_by is DecidedBy.MODEL]
        predictions_of: Counter[Band] = Counter()
        for count in predictions:
            predictions_of[count.band] += count.predictions
        strata = strata_of(answers, predictions_of)
        waiting = [count for count in predictions if count.agrees is None]
        unanswered = sum(count.predictions for count in waiting)
        representative = representative_answers(answers)
        return cls(
            overall=accuracy(answers, guess_right),
            given=accuracy(answers, attrgetter("given")),
            by_week=accuracy_by(answers, "week", guess_right),
            by_category=accuracy_by(confusions, "category", guess_is_category),
            by_guess=accuracy_by(confusions, "guess", guess_is_category),
            by_version=accuracy_by(by_model, "version", guess_right),
            by_decider=accuracy_by(answers, "decided_by", guess_right),
            by_band=accuracy_by(answers, "band", guess_right),
            strata=strata,
            estimate=stratified(strata),
            unanswered=unanswered,
            expected=sum(count.confidence for count in waiting) / unanswered if unanswered else None,
            reliability=reliability(representative),
            unasked=sum(c.answers for c in representative if c.band is Band.AUTO and not c.audited),
            confusion=confusion(confusions),
            decided=decisions(predictions),
            decided_by_month=decisions_by_month(predictions),
            versions=versions,
            since=since,
            until=until,
        )


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
