"""How well the predictions really do: counted by a service, judged by components. Web workers import this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from src.components.monitoring import decision_counts, live_accuracy
from src.components.monitoring.decision_counts import Confusion, Decided
from src.components.monitoring.live_accuracy import (
    Accuracy,
    Estimate,
    ReliabilityStep,
    Stratum,
    accuracy,
    accuracy_by,
)
from src.domain.predictions import Band, DecidedBy
from src.domain.quality import AnswerCount, ConfusionCount, PredictionCount, VersionQuality


class Counts(Protocol):
    def answers(
        self, *, since: date | None = None, until: date | None = None
    ) -> tuple[list[AnswerCount], list[ConfusionCount]]: ...
    def predictions(
        self, *, since: date | None = None, until: date | None = None
    ) -> list[PredictionCount]: ...
    def versions(self) -> list[VersionQuality]: ...


@dataclass(frozen=True)
class QualityReport:
    """Of the transactions of some days. An answer counts as right where the best guess was right."""

    since: date | None
    until: date | None
    answers: Sequence[AnswerCount]
    confusions: Sequence[ConfusionCount]
    predictions: Sequence[PredictionCount]
    versions: Sequence[VersionQuality]

    @cached_property
    def overall(self) -> Accuracy:
        return accuracy(self.answers, _right)

    @cached_property
    def given(self) -> Accuracy:
        """The stricter count: right only where the category was given outright."""
        return accuracy(self.answers, _given)

    @cached_property
    def by_week(self) -> dict[Hashable, Accuracy]:
        return accuracy_by(self.answers, lambda each: each.week, _right)

    @cached_property
    def by_category(self) -> dict[Hashable, Accuracy]:
        """Of what a person called so, how much had been guessed so: the recall."""
        return accuracy_by(self.confusions, lambda each: each.category, _guessed)

    @cached_property
    def by_guess(self) -> dict[Hashable, Accuracy]:
        """Of what was guessed to be so, how much a person called so: the precision."""
        return accuracy_by(self.confusions, lambda each: each.guess, _guessed)

    @cached_property
    def by_version(self) -> dict[Hashable, Accuracy]:
        """Of what the model decided itself: what the memory knows is no merit of a version."""
        modelled = [each for each in self.answers if each.decided_by is DecidedBy.MODEL]
        return accuracy_by(modelled, lambda each: each.version, _right)

    @cached_property
    def by_decider(self) -> dict[Hashable, Accuracy]:
        return accuracy_by(self.answers, lambda each: each.decided_by, _right)

    @cached_property
    def by_band(self) -> dict[Hashable, Accuracy]:
        return accuracy_by(self.answers, lambda each: each.band, _right)

    @cached_property
    def strata(self) -> list[Stratum]:
        held: Counter[Band] = Counter()
        for each in self.predictions:
            held[each.band] += each.predictions
        return live_accuracy.strata_of(self.answers, held)

    @cached_property
    def estimate(self) -> Estimate | None:
        """Over all predictions; None where there are none."""
        return live_accuracy.stratified(self.strata)

    @cached_property
    def total(self) -> int:
        return sum(each.predictions for each in self.predictions)

    @cached_property
    def unanswered(self) -> int:
        return sum(each.predictions for each in self.predictions if each.agrees is None)

    @cached_property
    def expected(self) -> float | None:
        """Mean confidence of the unanswered predictions, 0..1: what they themselves promise."""
        promised = sum(each.confidence for each in self.predictions if each.agrees is None)
        return promised / self.unanswered if self.unanswered else None

    @cached_property
    def reliability(self) -> list[ReliabilityStep]:
        return live_accuracy.reliability(self._asked)

    @cached_property
    def unasked(self) -> int:
        """How many answers of `reliability` are to rows that nobody asked about: mostly corrections."""
        return sum(each.answers for each in self._asked if each.band is Band.AUTO and not each.audited)

    @cached_property
    def _asked(self) -> list[AnswerCount]:
        return live_accuracy.asked(self.answers)

    @cached_property
    def confusion(self) -> Confusion:
        return decision_counts.confusion(self.confusions)

    @cached_property
    def decided(self) -> Decided:
        return decision_counts.decided(self.predictions)

    @cached_property
    def decided_by_month(self) -> list[Decided]:
        return decision_counts.decided_by_month(self.predictions)


class Quality:
    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def report(self, *, since: date | None = None, until: date | None = None) -> QualityReport:
        """Raises Unavailable."""
        answers, confusions = self._counts.answers(since=since, until=until)
        predictions = self._counts.predictions(since=since, until=until)
        return QualityReport(since, until, answers, confusions, predictions, self._counts.versions())

    def accuracy(self, *, since: date | None = None, until: date | None = None) -> dict[str, Any]:
        """The live accuracy beside the sums: how often the category given was the one the person said."""
        answers, confusions = self._counts.answers(since=since, until=until)
        by_category = accuracy_by(
            confusions, lambda each: each.category, lambda each: each.predicted == each.category
        )
        return {
            "overall": accuracy(answers, _given).to_dict(),
            "by_category": _listed(by_category, "category"),
            "by_week": _listed(accuracy_by(answers, lambda each: each.week, _given), "week"),
            "by_model_version": _listed(accuracy_by(answers, lambda each: each.version, _given), "version"),
        }


def _right(count: AnswerCount) -> bool:
    return count.right


def _given(count: AnswerCount) -> bool:
    return count.given


def _guessed(count: ConfusionCount) -> bool:
    return count.guess == count.category


def _listed(found: Mapping[Hashable, Accuracy], by: str) -> list[dict[str, Any]]:
    return [{by: key, **each.to_dict()} for key, each in found.items()]
