"""A transaction: what was given, and its whole life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from src.domain.feedback import Feedback
from src.domain.predictions import Prediction


class Direction(StrEnum):
    EXPENSE = "expense"
    INCOME = "income"
    TRANSFER = "transfer"


class Status(StrEnum):
    PREDICTED = "predicted"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Transaction:
    """What was given of one transaction. `description` is masked and `merchant` filled by `prepare`."""

    description: str
    amount: Decimal
    currency: str
    date: date
    direction: Direction = Direction.EXPENSE
    mode: str | None = None
    subcategory: str | None = None
    merchant: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a transaction comes from that a file or another program brought."""

    import_id: str | None
    """None where another program told of it."""
    key: str
    """The same for the same transaction whenever it is brought again; no two rows share one."""
    label: Feedback | None = None
    """What the file or the program itself calls it."""


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A predicted transaction on its way to be kept."""

    transaction: Transaction
    prediction: Prediction
    fingerprint: str
    """Hash of what was given: equal rows share it."""
    holdout: bool
    origin: Origin | None = None
    audit: bool = False
    """Drawn for a random check."""


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """The whole life of one transaction."""

    id: str
    transaction: Transaction
    category: str | None
    """The category that holds now."""
    status: Status
    predictions: tuple[Prediction, ...]
    feedback: tuple[Feedback, ...]
    created_at: datetime
    audit: bool = False
    """Drawn for a random check: asked about although it is sorted."""

    @property
    def prediction(self) -> Prediction:
        """The newest prediction."""
        return self.predictions[-1]

    @property
    def needs_review(self) -> bool:
        return self.status is Status.PREDICTED and self.prediction.needs_review
