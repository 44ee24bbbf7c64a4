"""The figures of the quality page, from counts in the database. Web workers import this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from src.components.monitoring.decision_counts import (
    Confusion,
    DecisionCounts,
    confusion,
    decisions,
    decisions_by_month,
)
from src.components.monitoring.live_accuracy import (
    Accuracy,
    Estimate,
    ReliabilityStep,
    Stratum,
    accuracy,
    accuracy_by,
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

    since: date | None
    until: date | None
    answers: Sequence[AnswerCount]
    confusions: Sequence[ConfusionCount]
    predictions: Sequence[PredictionCount]
    versions: Sequence[VersionQuality]

    @cached_property
    def overall(self) -> Accuracy:
        return accuracy(self.answers, _guess_right)

    @cached_property
    def given(self) -> Accuracy:
        """The stricter count: right only if the category was given, not just offered as a best guess."""
        return accuracy(self.answers, _category_right)

    @cached_property
    def by_week(self) -> dict[Hashable, Accuracy]:
        return accuracy_by(self.answers, lambda count: count.week, _guess_right)

    @cached_property
    def by_category(self) -> dict[Hashable, Accuracy]:
        """The recall: of the answers with a category, the share whose best guess was it."""
        return accuracy_by(self.confusions, lambda count: count.category, _guess_is_category)

    @cached_property
    def by_guess(self) -> dict[Hashable, Accuracy]:
        """The precision: of the best guesses of a category, the share that was right."""
        return accuracy_by(self.confusions, lambda count: count.guess, _guess_is_category)

    @cached_property
    def by_version(self) -> dict[Hashable, Accuracy]:
        """Only predictions the model decided: decisions of the memory say nothing about a version."""
        by_model = [count for count in self.answers if count.decided_by is DecidedBy.MODEL]
        return accuracy_by(by_model, lambda count: count.version, _guess_right)

    @cached_property
    def by_decider(self) -> dict[Hashable, Accuracy]:
        return accuracy_by(self.answers, lambda count: count.decided_by, _guess_right)

    @cached_property
    def by_band(self) -> dict[Hashable, Accuracy]:
        return accuracy_by(self.answers, lambda count: count.band, _guess_right)

    @cached_property
    def strata(self) -> list[Stratum]:
        predictions: Counter[Band] = Counter()
        for count in self.predictions:
            predictions[count.band] += count.predictions
        return strata_of(self.answers, predictions)

    @cached_property
    def estimate(self) -> Estimate | None:
        """Over all predictions; None without predictions."""
        return stratified(self.strata)

    @cached_property
    def total(self) -> int:
        return sum(count.predictions for count in self.predictions)

    @cached_property
    def unanswered(self) -> int:
        return sum(count.predictions for count in self.predictions if count.agrees is None)

    @cached_property
    def expected(self) -> float | None:
        """Mean confidence of the unanswered predictions, 0..1."""
        confidence = sum(count.confidence for count in self.predictions if count.agrees is None)
        return confidence / self.unanswered if self.unanswered else None

    @cached_property
    def reliability(self) -> list[ReliabilityStep]:
        return reliability(self._representative)

    @cached_property
    def unasked(self) -> int:
        """Answers in `reliability` outside the audit sample: mostly corrections."""
        return sum(c.answers for c in self._representative if c.band is Band.AUTO and not c.audited)

    @cached_property
    def _representative(self) -> list[AnswerCount]:
        return representative_answers(self.answers)

    @cached_property
    def confusion(self) -> Confusion:
        return confusion(self.confusions)

    @cached_property
    def decided(self) -> DecisionCounts:
        return decisions(self.predictions)

    @cached_property
    def decided_by_month(self) -> list[DecisionCounts]:
        return decisions_by_month(self.predictions)


@dataclass(frozen=True)
class LiveAccuracy:
    """How often the newest prediction was the category the person then chose."""

    overall: Accuracy
    by_category: dict[Hashable, Accuracy]
    by_week: dict[Hashable, Accuracy]
    by_version: dict[Hashable, Accuracy]


class Quality:
    def __init__(self, counts: QualityCounts) -> None:
        self._counts = counts

    def report(self, *, since: date | None = None, until: date | None = None) -> QualityReport:
        """Raises Unavailable."""
        answers, confusions = self._counts.answers(since=since, until=until)
        predictions = self._counts.predictions(since=since, until=until)
        return QualityReport(since, until, answers, confusions, predictions, self._counts.versions())

    def accuracy(self, *, since: date | None = None, until: date | None = None) -> LiveAccuracy:
        """Raises Unavailable."""
        answers, confusions = self._counts.answers(since=since, until=until)
        return LiveAccuracy(
            overall=accuracy(answers, _category_right),
            by_category=accuracy_by(confusions, lambda c: c.category, lambda c: c.predicted == c.category),
            by_week=accuracy_by(answers, lambda count: count.week, _category_right),
            by_version=accuracy_by(answers, lambda count: count.version, _category_right),
        )


def _guess_right(count: AnswerCount) -> bool:
    return count.right


def _category_right(count: AnswerCount) -> bool:
    return count.given


def _guess_is_category(count: ConfusionCount) -> bool:
    return count.guess == count.category
