"""Counts of answers and predictions, from which the live quality is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from src.domain.predictions import Band, DecidedBy
from src.domain.verdicts import Difference, JudgedOn, Verdict

TOO_FEW_ANSWERS = 10
"""Below this many answers a share says too little: its 95 % interval is over 50 points wide."""


CONFIDENCE_STEPS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Where each step of confidence begins; most predictions are sure ones, so the upper end has more of them."""


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How many answers to single transactions are alike, with the prediction each of them judges.

    That is the newest prediction which stood before the answer.
    """

    answers: int
    confidence: float
    """Sum over the answers."""
    week: str
    """The Monday of the answer, ISO."""
    version: str | None
    band: Band
    decided_by: DecidedBy
    audited: bool
    """Whether the transaction is of the random sample."""
    step: int
    """Which of CONFIDENCE_STEPS."""
    right: bool
    """Whether the best guess was right, also one that was shown as not sure: what confidence speaks of."""
    given: bool
    """Whether the category was right and given outright: `was_correct` of a single answer."""


@dataclass(frozen=True, slots=True)
class ConfusionCount:
    """The same answers by category."""

    answers: int
    category: str
    """What the person said."""
    predicted: str | None
    """What the prediction gave; None where it was not sure."""
    guess: str | None
    """Its best guess, also where it was not sure."""


@dataclass(frozen=True, slots=True)
class PredictionCount:
    """How many transactions' judged predictions are alike, whether anybody answered or not."""

    predictions: int
    confidence: float
    """Sum over the predictions."""
    month: str
    """Of the transaction, as `2026-03`."""
    band: Band
    decided_by: DecidedBy
    agrees: bool | None
    """Whether the category that a person says is the one that the prediction gave; None for no answer."""


@dataclass(frozen=True, slots=True)
class PairedAccuracy:
    """A version and the champion it was judged against, on the same rows."""

    rows: int
    judged_on: JudgedOn | None
    accuracy: float
    against: str | None
    """The champion's version."""
    against_accuracy: float
    difference: Difference


@dataclass(frozen=True, slots=True)
class LearnedVersion:
    """A version with what it knew when it was made."""

    version: str
    labels: int | None
    """A person's labels there were; None where its run is not on record any more."""
    metrics: dict[str, float]
    """On the rows that `measured_on` names: other versions' are of other rows."""
    created_at: datetime
    promoted: bool
    measured_on: JudgedOn | None = None
    decision: Verdict | None = None
    """With both models' figures on the same rows; None where its run is not on record any more."""

    @property
    def paired(self) -> PairedAccuracy | None:
        """None where it was not compared with another model."""
        decision = self.decision
        if decision is None or not (decision.challenger and decision.champion and decision.accuracy):
            return None
        mine, other = decision.challenger, decision.champion
        return PairedAccuracy(
            mine.rows, decision.judged_on, mine.accuracy, other.version, other.accuracy, decision.accuracy
        )

    @property
    def judged_on(self) -> JudgedOn | None:
        """Which rows `figures` are of."""
        judged = self.decision is not None and self.decision.challenger is not None
        return self.decision.judged_on if self.decision and judged else self.measured_on

    @property
    def figures(self) -> dict[str, float]:
        """Those of the verdict, which its champion was measured by too; else its own."""
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
