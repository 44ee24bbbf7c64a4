"""How often predictions are right, reckoned from answers, and how sure so few answers let us be.

Web workers import this: plain Python.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Protocol, TypeVar

from src.components.evaluation.intervals import wilson
from src.domain.predictions import Band
from src.domain.quality import CONFIDENCE_STEPS, TOO_FEW_ANSWERS, AnswerCount

COVERED = 0.95
"""An estimate stands when the bands with enough answers hold at least this share of the predictions."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """So many of the answers found the prediction right."""

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

    def to_dict(self) -> dict[str, Any]:
        """As the live accuracy is told: `accuracy` is None for no answers."""
        return {
            "answers": self.answers,
            "correct": self.correct,
            "accuracy": self.share,
            "ci95": list(self.ci95),
        }


class Count(Protocol):
    @property
    def answers(self) -> int: ...


Kind = TypeVar("Kind", bound=Count)


def accuracy(counts: Iterable[Kind], right: Callable[[Kind], bool]) -> Accuracy:
    correct = answers = 0
    for each in counts:
        answers += each.answers
        correct += each.answers if right(each) else 0
    return Accuracy(correct, answers)


def accuracy_by(
    counts: Iterable[Kind], key: Callable[[Kind], Hashable], right: Callable[[Kind], bool]
) -> dict[Hashable, Accuracy]:
    """By what `key` says of each; sorted, None first."""
    found: dict[Hashable, list[Kind]] = defaultdict(list)
    for each in counts:
        found[key(each)].append(each)
    return {name: accuracy(found[name], right) for name in sorted(found, key=lambda name: str(name or ""))}


@dataclass(frozen=True, slots=True)
class Stratum:
    """The predictions of one band, and the answers that may speak for all of them."""

    band: Band
    predictions: int
    answered: Accuracy

    @property
    def enough(self) -> bool:
        return self.answered.enough or self.answered.answers >= self.predictions


@dataclass(frozen=True, slots=True)
class Estimate:
    """The accuracy over all predictions, though only some were answered."""

    share: float
    ci95: tuple[float, float]
    answers: int
    """How many it rests on."""
    covered: float
    """Which share of the predictions lies in bands with enough answers, 0..1."""

    @property
    def enough(self) -> bool:
        return self.covered >= COVERED and self.answers >= TOO_FEW_ANSWERS


def stratified(strata: Sequence[Stratum]) -> Estimate | None:
    """Each band's accuracy, weighted by how many predictions it holds; None for no predictions.

    The interval joins the Wilson intervals of the bands by the distance of their ends (Zou, Huang & Zhang
    2009, "A note on confidence interval estimation for a linear function of binomial proportions"), and
    shrinks as a band comes to be answered whole. Of a band without answers nothing is known: 0 to 1.
    """
    total = sum(each.predictions for each in strata)
    if not total:
        return None
    share = below = above = 0.0
    for each in strata:
        weight = each.predictions / total
        middle, (low, high) = each.answered.share, each.answered.ci95
        middle = 0.5 if middle is None else middle
        unseen = max(0.0, 1 - each.answered.answers / each.predictions) if each.predictions else 0.0
        share += weight * middle
        below += (weight * (middle - low)) ** 2 * unseen
        above += (weight * (high - middle)) ** 2 * unseen
    covered = sum(each.predictions for each in strata if each.enough) / total
    ends = max(0.0, share - sqrt(below)), min(1.0, share + sqrt(above))
    return Estimate(share, ends, sum(each.answered.answers for each in strata), covered)


def strata_of(counts: Sequence[AnswerCount], predictions: dict[Band, int]) -> list[Stratum]:
    """Of sorted rows only those of the random sample speak for all: the other answers are mostly corrections.

    In the other bands everybody is asked, so every answer counts.
    """
    return [
        Stratum(band, predictions.get(band, 0), _right(each for each in counts if _speaks(each, band)))
        for band in Band
    ]


def _right(counts: Iterable[AnswerCount]) -> Accuracy:
    return accuracy(counts, lambda each: each.right)


def _speaks(count: AnswerCount, band: Band) -> bool:
    return count.band is band and (count.audited or band is not Band.AUTO)


@dataclass(frozen=True, slots=True)
class ReliabilityStep:
    """Predictions shown with a confidence in [low, high), the last one with 1.0 too."""

    low: float
    high: float
    confidence: float
    """Their mean confidence."""
    answered: Accuracy


def reliability(counts: Iterable[AnswerCount]) -> list[ReliabilityStep]:
    """How often predictions of each confidence were right; steps without an answer are left out."""
    steps: dict[int, list[AnswerCount]] = defaultdict(list)
    for each in counts:
        steps[each.step].append(each)
    found = []
    for step in sorted(steps):
        answered = _right(steps[step])
        mean = sum(each.confidence for each in steps[step]) / answered.answers
        found.append(ReliabilityStep(CONFIDENCE_STEPS[step], _ends(step), mean, answered))
    return found


def _ends(step: int) -> float:
    return (*CONFIDENCE_STEPS, 1.0)[step + 1]


def asked(counts: Sequence[AnswerCount]) -> list[AnswerCount]:
    """The answers to questions, not the corrections that somebody came to make of sorted rows.

    All of them, while too few of the sorted rows were asked about to know how these fare.
    """
    speaking = [each for each in counts if _speaks(each, each.band)]
    audited = sum(each.answers for each in speaking if each.band is Band.AUTO)
    return speaking if audited >= TOO_FEW_ANSWERS else list(counts)
