"""Labelled transactions for training, and answers that may be mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from src.domain.feedback import Feedback, LabelSource
from src.domain.transactions import Transaction


@dataclass(frozen=True, slots=True)
class LabelledTransaction:
    """A transaction with a person's label."""

    id: str
    transaction: Transaction
    category: str
    source: LabelSource
    labelled_at: datetime
    holdout: bool
    """True: evaluates models, never trains one. Fixed when the row is stored."""
    replaced: Feedback | None = None
    """The person's earlier answer with another category."""


@dataclass(frozen=True, slots=True)
class DoubtfulLabel:
    """An answer that contradicts nearly all similar ones. It trains no model until the person confirms it."""

    transaction_id: str
    category: str
    """The person's answer."""
    others: str
    """The category of the others."""
    agreeing: int
    """Number of others."""
    labelled_at: datetime
    """Time of the answer; a newer one is not affected."""
    wholesale: bool = False
    """Whether the doubt is part of a category relabel; then `others` is the former category."""


@dataclass(frozen=True, slots=True)
class CategoryRelabel:
    """Recent answers change nearly a whole category to another one, not yet confirmed."""

    earlier: str
    category: str
    """The category of the newest answers."""
    transaction_ids: tuple[str, ...]
    merchants: int
