"""How good the predictions are, who decided, and which categories are confused, from counts.

Plain Python, for web workers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

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

PERSON, WAITING = "person", "waiting"
DECIDERS = (*(decider.value for decider in DecidedBy), PERSON, WAITING)
"""`person`: an answer changed the prediction; `waiting`: nobody has decided yet."""


@dataclass(frozen=True)
class DecisionCounts:
    """Of the transactions of one month, or of all."""

    month: str | None
    total: int
    automatic: int
    """Categorized automatically and never changed."""
    by: dict[str, int]
    """Transactions of each of DECIDERS."""

    @property
    def automation(self) -> float | None:
        return self.automatic / self.total if self.total else None


def decisions(counts: Iterable[PredictionCount], month: str | None = None) -> DecisionCounts:
    by = dict.fromkeys(DECIDERS, 0)
    automatic = 0
    for count in counts:
        by[_decider(count)] += count.predictions
        if count.band is Band.AUTO and count.agrees is not False:
            automatic += count.predictions
    return DecisionCounts(month, sum(by.values()), automatic, by)


def decisions_by_month(counts: Iterable[PredictionCount]) -> list[DecisionCounts]:
    months: dict[str, list[PredictionCount]] = defaultdict(list)
    for count in counts:
        months[count.month].append(count)
    return [decisions(months[month], month) for month in sorted(months)]


def _decider(count: PredictionCount) -> str:
    """A confirmed prediction counts for what made it; an unanswered suggestion has decided nothing."""
    if count.agrees is False:
        return PERSON
    if count.agrees is None and count.band is not Band.AUTO:
        return WAITING
    return count.decided_by.value


@dataclass(frozen=True)
class Confusion:
    """How often each predicted category was answered with each category."""

    categories: tuple[str, ...]
    """The answered ones, the most frequent first."""
    counts: dict[tuple[str | None, str], int]
    """By (predicted, answered): answers, the most frequent first. Predicted is None for unknown."""

    @property
    def mistakes(self) -> list[tuple[str, str, int]]:
        """(predicted, answered, answers) where the two differ, the most frequent first."""
        return [
            (predicted, answered, answers)
            for (predicted, answered), answers in self.counts.items()
            if predicted and predicted != answered
        ]


def confusion(counts: Sequence[ConfusionCount]) -> Confusion:
    cells: Counter[tuple[str | None, str]] = Counter()
    answers: Counter[str] = Counter()
    for count in counts:
        cells[count.predicted, count.category] += count.answers
        answers[count.category] += count.answers
    by_size = sorted(cells.items(), key=lambda cell: (-cell[1], str(cell[0])))
    return Confusion(tuple(sorted(answers, key=lambda slug: (-answers[slug], slug))), dict(by_size))


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
