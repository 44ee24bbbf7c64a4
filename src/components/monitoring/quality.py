"""How good the predictions are, who decided, and which categories are confused, from counts of answers.

Plain Python, for web workers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from operator import attrgetter
from typing import TypeVar

from src.components.evaluation.significance import wilson
from src.domain.predictions import Band, DecidedBy
from src.domain.quality import (
    CONFIDENCE_STEPS,
    TOO_FEW_ANSWERS,
    AnswerCount,
    ConfusionCount,
    PredictionCount,
    VersionQuality,
)

COVERED = 0.95
"""An estimate counts if the bands with enough answers contain at least this share of the predictions."""
PERSON, WAITING = "person", "waiting"
DECIDERS = (*(decider.value for decider in DecidedBy), PERSON, WAITING)
"""`person`: an answer changed the prediction; `waiting`: nobody has decided yet."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    correct: int
    answers: int

    @property
    def share(self) -> float | None:
        return self.correct / self.answers if self.answers else None

    @property
    def ci95(self) -> tuple[float, float]:
        return wilson(self.correct, self.answers)

    @property
    def enough(self) -> bool:
        return self.answers >= TOO_FEW_ANSWERS


Accuracies = Mapping[Hashable, Accuracy]
Count = TypeVar("Count", AnswerCount, ConfusionCount)
guess_right: Callable[[AnswerCount], bool] = attrgetter("right")


def accuracy(counts: Sequence[Count], is_right: Callable[[Count], bool]) -> Accuracy:
    correct = sum(count.answers for count in counts if is_right(count))
    return Accuracy(correct, sum(count.answers for count in counts))


def accuracy_by(counts: Sequence[Count], field: str, is_right: Callable[[Count], bool]) -> Accuracies:
    """Accuracy for each value of `field`, sorted, None first."""
    groups: dict[Hashable, list[Count]] = defaultdict(list)
    for count in counts:
        groups[getattr(count, field)].append(count)
    return {
        name: accuracy(groups[name], is_right) for name in sorted(groups, key=lambda name: str(name or ""))
    }


@dataclass(frozen=True, slots=True)
class Stratum:
    """The predictions of one band, with the answers that are representative of them."""

    band: Band
    predictions: int
    answered: Accuracy

    @property
    def enough(self) -> bool:
        return self.answered.enough or self.answered.answers >= self.predictions


@dataclass(frozen=True, slots=True)
class Estimate:
    """The accuracy over all predictions, from the answers to some of them."""

    share: float
    ci95: tuple[float, float]
    answers: int
    covered: float
    """Share of the predictions in bands with enough answers, 0..1."""

    @property
    def enough(self) -> bool:
        return self.covered >= COVERED and self.answers >= TOO_FEW_ANSWERS


def stratified(strata: Sequence[Stratum]) -> Estimate | None:
    """The mean of the bands' accuracies, weighted by their predictions; None without predictions.

    The interval combines the Wilson intervals of the bands by the distance of their ends (Zou, Huang & Zhang
    2009, "A note on confidence interval estimation for a linear function of binomial proportions"), and
    shrinks as more of a band is answered. A band without answers has the interval 0 to 1.
    """
    total = sum(stratum.predictions for stratum in strata)
    if not total:
        return None
    share = below = above = 0.0
    for stratum in strata:
        answered, weight = stratum.answered, stratum.predictions / total
        middle, (low, high) = answered.share, answered.ci95
        middle = 0.5 if middle is None else middle
        unanswered = max(0.0, 1 - answered.answers / stratum.predictions) if stratum.predictions else 0.0
        share += weight * middle
        below += (weight * (middle - low)) ** 2 * unanswered
        above += (weight * (high - middle)) ** 2 * unanswered
    covered = sum(stratum.predictions for stratum in strata if stratum.enough) / total
    interval = max(0.0, share - sqrt(below)), min(1.0, share + sqrt(above))
    return Estimate(share, interval, sum(stratum.answered.answers for stratum in strata), covered)


def strata_of(counts: Sequence[AnswerCount], predictions: Mapping[Band, int]) -> list[Stratum]:
    """The bands with their representative answers. predictions: of each band."""
    by_band = accuracy_by([c for c in counts if _is_representative(c)], "band", guess_right)
    return [Stratum(band, predictions.get(band, 0), by_band.get(band, Accuracy(0, 0))) for band in Band]


def _is_representative(count: AnswerCount) -> bool:
    """Of automatic predictions only the audit sample: their other answers are mostly corrections."""
    return count.audited or count.band is not Band.AUTO


@dataclass(frozen=True, slots=True)
class ReliabilityStep:
    """Predictions with a confidence in [low, high); the last step includes 1.0."""

    low: float
    high: float
    confidence: float
    """Their mean."""
    answered: Accuracy


def reliability(counts: Iterable[AnswerCount]) -> list[ReliabilityStep]:
    """How often predictions of each confidence were right; steps without an answer are left out."""
    steps: dict[int, list[AnswerCount]] = defaultdict(list)
    for count in counts:
        steps[count.step].append(count)
    ends = (*CONFIDENCE_STEPS, 1.0)
    result = []
    for step in sorted(steps):
        answered = accuracy(steps[step], guess_right)
        mean = sum(count.confidence for count in steps[step]) / answered.answers
        result.append(ReliabilityStep(ends[step], ends[step + 1], mean, answered))
    return result


def representative_answers(counts: Sequence[AnswerCount]) -> list[AnswerCount]:
    """All answers instead, while too few of the audit sample are answered to judge automatic predictions."""
    representative = [count for count in counts if _is_representative(count)]
    audited = sum(count.answers for count in representative if count.band is Band.AUTO)
    return representative if audited >= TOO_FEW_ANSWERS else list(counts)


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
    predicted_right: Accuracy
    """The stricter count: right only if the category was predicted, not just offered as a best guess."""
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
    uncounted: int = 0
    """Transactions that are not counted as they are now: that is still being done."""

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
            predicted_right=accuracy(answers, attrgetter("predicted_right")),
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
