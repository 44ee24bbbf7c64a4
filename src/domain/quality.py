"""Counts of answers and predictions, from which the live quality is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from src.domain.predictions import Band, DecidedBy

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
class LearnedVersion:
    """A version with what it knew when it was made."""

    version: str
    labels: int | None
    """A person's labels there were; None where its run is not on record any more."""
    metrics: dict[str, float]
    created_at: datetime
    promoted: bool
