"""Answers as training sees them, and those it doubts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from src.domain.feedback import Feedback, LabelSource
from src.domain.transactions import Transaction


@dataclass(frozen=True, slots=True)
class LabelledTransaction:
    """A row a person has labelled, as training wants it."""

    id: str
    transaction: Transaction
    category: str
    source: LabelSource
    labelled_at: datetime
    holdout: bool
    """True: judges models, never trains one. Fixed when the row is stored."""
    replaced: Feedback | None = None
    """The person's answer of another category that this one took the place of."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An answer that contradicts nearly all others alike; it trains once the person has looked again."""

    transaction_id: str
    category: str
    """What the person said."""
    others: str
    """What the person called the others."""
    agreeing: int
    """How many others."""
    labelled_at: datetime
    """When the answer was given that is in doubt; a newer one is not."""
    wholesale: bool = False
    """It is one of many that call a whole category otherwise; then `others` is what was said before."""


@dataclass(frozen=True, slots=True)
class Move:
    """Nearly a whole category is called otherwise of late, and nobody has confirmed that yet."""

    earlier: str
    category: str
    """What the newest answers say."""
    transaction_ids: tuple[str, ...]
    merchants: int
