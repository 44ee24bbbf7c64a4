"""How often predictions are right, measured by answers, with intervals. Plain Python, for web workers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from operator import attrgetter
from typing import TypeVar

from src.components.evaluation.significance import wilson
from src.domain.predictions import Band
from src.domain.quality import CONFIDENCE_STEPS, TOO_FEW_ANSWERS, AnswerCount, ConfusionCount

COVERED = 0.95
"""An estimate counts if the bands with enough answers contain at least this share of the predictions."""


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
