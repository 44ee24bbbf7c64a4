"""A transaction: what was given, and its whole life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from src.domain.feedback import Feedback, standing
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
class Unanswered:
    """A transaction that no answer of a person holds, as it was when it was read."""

    id: str
    revision: int
    transaction: Transaction
    prediction: Prediction
    """The newest one."""


@dataclass(frozen=True, slots=True)
class DoubtMark:
    """An answer was found to contradict nearly all others of its merchant, or to be one of a whole move."""

    category: str
    """What the person said."""
    others: str
    wholesale: bool
    label_at: datetime
    """Of the answer in doubt; a newer one is not."""
    found_at: datetime
    vouched_at: datetime | None
    """When the person stood by it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A person changed what was given."""

    act: str
    """What to hand to undo."""
    at: datetime
    before: Transaction
    """What was given until then."""
    after: Transaction
    undone_at: datetime | None = None


def standing_edits(edits: Sequence[Edit]) -> list[Edit]:
    """Those that were not undone, in order."""
    return [edit for edit in edits if edit.undone_at is None]


def held(predictions: Sequence[Prediction], feedback: Sequence[Feedback]) -> tuple[str | None, Status]:
    """The category that holds, and how it came to: the newest answer that stands, else the prediction."""
    newest, answers = predictions[-1], standing(feedback)
    if not answers:
        return newest.category, Status.PREDICTED
    said = answers[-1].category
    return said, Status.CONFIRMED if said == newest.category else Status.CORRECTED


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
    source: str = ""
    """How it came: `page`, `api`, `import`, or the name of another program."""
    fingerprint: str = ""
    """Hash of what was given when it was stored."""
    holdout: bool = False
    """True: judges models, never trains one. Follows from the fingerprint."""
    key: str | None = None
    """Of one that a file or another program brought: no other row has the same."""
    doubt: DoubtMark | None = None
    edits: tuple[Edit, ...] = ()
    """Oldest first, undone ones too."""

    @property
    def prediction(self) -> Prediction:
        """The newest prediction."""
        return self.predictions[-1]

    @property
    def needs_review(self) -> bool:
        return self.status is Status.PREDICTED and self.prediction.needs_review
