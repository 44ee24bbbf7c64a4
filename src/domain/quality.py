"""Counts of answers and predictions for the quality page, and drift results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from src.domain.predictions import Band, DecidedBy
from src.domain.verdicts import Difference, JudgedOn, Verdict

TOO_FEW_ANSWERS = 10
"""With fewer answers, the 95 % interval of a share is over 50 points wide."""

CONFIDENCE_STEPS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Lower edges of the confidence bins, finer at the upper end, where most predictions are."""


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """Number of equal answers to single transactions, each with the latest prediction before it."""

    answers: int
    confidence: float
    """Sum over the answers."""
    week: str
    """The Monday of the answer, ISO."""
    version: str | None
    band: Band
    decided_by: DecidedBy
    audited: bool
    """Whether the transaction is in the random audit sample."""
    step: int
    """Index into CONFIDENCE_STEPS."""
    right: bool
    """Whether the best guess was right, also if the band was unknown; confidence predicts this."""
    predicted_right: bool
    """Whether a category was predicted and right: `was_correct` of a single answer."""


@dataclass(frozen=True, slots=True)
class ConfusionCount:
    """Number of answers by category and prediction."""

    answers: int
    category: str
    """The person's answer."""
    predicted: str | None
    """The predicted category; None for unknown."""
    guess: str | None
    """The best guess, also for unknown."""


@dataclass(frozen=True, slots=True)
class PredictionCount:
    """Number of transactions with equal predictions, answered or not."""

    predictions: int
    confidence: float
    """Sum over the predictions."""
    month: str
    """Of the transaction, as `2026-03`."""
    band: Band
    decided_by: DecidedBy
    agrees: bool | None
    """Whether the answer is the predicted category; None without an answer."""


@dataclass(frozen=True, slots=True)
class PairedAccuracy:
    """A version and the champion it was compared with, on the same rows."""

    rows: int
    judged_on: JudgedOn | None
    accuracy: float
    against: str | None
    """The champion's version."""
    against_accuracy: float
    difference: Difference


@dataclass(frozen=True, slots=True)
class VersionQuality:
    """A version and how it was measured."""

    version: str
    labels: int | None
    """Labels from a person when it was trained; None if its run is deleted."""
    metrics: dict[str, float]
    """On the rows that `measured_on` names; other versions are measured on other rows."""
    created_at: datetime
    promoted: bool
    measured_on: JudgedOn | None = None
    decision: Verdict | None = None
    """With both models on the same rows; None if its run is deleted."""

    @property
    def paired(self) -> PairedAccuracy | None:
        """None if it was not compared with another model."""
        decision = self.decision
        if decision is None or not (decision.challenger and decision.champion and decision.accuracy):
            return None
        mine, other = decision.challenger, decision.champion
        return PairedAccuracy(
            mine.rows, decision.judged_on, mine.accuracy, other.version, other.accuracy, decision.accuracy
        )

    @property
    def judged_on(self) -> JudgedOn | None:
        """Which rows `figures` were measured on."""
        judged = self.decision is not None and self.decision.challenger is not None
        return self.decision.judged_on if self.decision and judged else self.measured_on

    @property
    def figures(self) -> dict[str, float]:
        """The verdict's metrics, on the same rows as its champion; without a verdict its own."""
        decision = self.decision
        if decision is None or decision.challenger is None:
            return self.metrics
        mine = decision.challenger
        simple = {"lookup_accuracy": decision.lookup, "majority_accuracy": decision.majority}
        return {
            "rows": float(mine.rows),
            "accuracy": mine.accuracy,
            "macro_f1": mine.macro_f1,
            **{name: scores.accuracy for name, scores in simple.items() if scores},
        }


class DriftMeasure(StrEnum):
    MERCHANTS = "merchants"
    AMOUNTS = "amounts"
    CATEGORIES = "categories"
    ACCURACY = "accuracy"


class DriftVerdict(StrEnum):
    STEADY = "steady"
    SHIFTED = "shifted"
    TOO_FEW = "too-few"


@dataclass(frozen=True, slots=True)
class DriftRow:
    """The fields of a transaction that drift detection uses."""

    merchant: str
    amount: float
    currency: str
    category: str | None
    """The first prediction; None for unknown."""


@dataclass(frozen=True, slots=True)
class DriftPeriod:
    rows: tuple[DriftRow, ...]
    """Oldest first."""
    before: tuple[str, ...]
    """The merchants of the rows just before these, oldest first."""
    answers: int
    right: int
    """Answers that agreed with the prediction."""


@dataclass(frozen=True, slots=True)
class DriftResult:
    measure: DriftMeasure
    verdict: DriftVerdict
    rows_then: int
    """Or answers, for the accuracy."""
    rows_now: int
    needed: int
    """With fewer of either, the verdict is `too-few`."""
    least_effect: float
    """A smaller difference does not count, however significant."""
    effect: float | None = None
    """A population stability index, or a difference of shares; None for too few rows."""
    p: float | None = None
    then: float | None = None
    """A share, or the median amount; of `of`, if it is set."""
    now: float | None = None
    of: str = ""
    """The category that changed most ("" for unknown), or the currency."""
