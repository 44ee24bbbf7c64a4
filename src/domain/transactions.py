"""A transaction: its data, its predictions, answers and labels, and the filters that list it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is a field's name here
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from src.domain.feedback import AnswerState, Feedback, LabelSource, active_answers
from src.domain.predictions import Band, DecidedBy, Prediction

if TYPE_CHECKING:
    from src.domain.sums import Counted


class Direction(StrEnum):
    EXPENSE = "expense"
    INCOME = "income"
    TRANSFER = "transfer"


class Status(StrEnum):
    PREDICTED = "predicted"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


NO_AMOUNT = Decimal("NaN")
"""Of a transaction that is predicted without its amount. It is never stored."""


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a transaction, with a category of its own."""

    amount: Decimal
    category: str
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class RefundPart:
    """How much a refund lowers one part of a split purchase."""

    part: int
    """The position in `splits`, from 0."""
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Transaction:
    """The input of a person, file or program. `prepare` masks its texts and sets `merchant`."""

    description: str
    amount: Decimal
    currency: str
    date: Date
    direction: Direction = Direction.EXPENSE
    mode: str | None = None
    subcategory: str | None = None
    merchant: str = ""
    account: str | None = None
    """The name of the person's own account."""
    counterparty: str | None = None
    """The name of the other party."""
    notes: str | None = None
    mcc: str | None = None
    """Merchant category code of ISO 18245: four digits."""
    tags: tuple[str, ...] = ()
    splits: tuple[Split, ...] = ()
    """The parts of a split transaction. They add up to `amount`, and sums count them instead of it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an imported transaction comes from."""

    import_id: str | None
    """None if another program sent it."""
    key: str
    """The same whenever the transaction is imported again; no two transactions share one."""
    label: Feedback | None = None
    """The category that the file or program gave."""
    account_number: str | None = None
    """The keyed hash of the number of the own account in the file."""


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A predicted transaction, to be stored."""

    transaction: Transaction
    prediction: Prediction
    fingerprint: str
    """Hash of the input: equal transactions share it."""
    holdout: bool
    origin: Origin | None = None
    audit: bool = False
    """In the random audit sample."""


class Addition(NamedTuple):
    """Transactions that are added at one time, by one source."""

    new: Sequence[NewTransaction]
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WaitingTransaction:
    """A transaction that was added before there was a model."""

    id: str
    transaction: Transaction
    at: datetime


@dataclass(frozen=True, slots=True)
class UnansweredTransaction:
    """An unanswered transaction as it was when it was read."""

    id: str
    revision: int
    transaction: Transaction
    prediction: Prediction
    """The newest one."""
    is_linked: bool
    """One end of an own transfer, or a refund."""


@dataclass(frozen=True, slots=True)
class MistakeMark:
    """An answer marked as a possible mistake: it contradicts others, or is part of a category relabel."""

    category: str
    """The person's answer."""
    others: str
    wholesale: bool
    """Whether it is part of a category relabel."""
    label_at: datetime
    """Time of the answer; a newer answer is not marked."""
    found_at: datetime
    vouched_at: datetime | None
    """When the person confirmed the answer."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A person's change of the input."""

    act: str
    """The id to undo it by."""
    at: datetime
    before: Transaction
    after: Transaction
    undone_at: datetime | None = None


def active_edits(edits: Sequence[Edit]) -> list[Edit]:
    """The edits that were not undone, in order."""
    return [edit for edit in edits if edit.undone_at is None]


@dataclass(frozen=True, slots=True)
class CurrentState:
    """The result of a transaction's predictions and answers. Only `current_state` computes it."""

    category: str | None
    status: Status
    needs_review: bool
    answer: Feedback | None
    """The answer that decides; None if the newest prediction decides."""


def current_state(predictions: Sequence[Prediction], feedback: Sequence[Feedback]) -> CurrentState:
    """The newest answer that was not undone decides, else the newest prediction."""
    newest, answers = predictions[-1], active_answers(feedback)
    if not answers:
        return CurrentState(newest.category, Status.PREDICTED, newest.needs_review, None)
    category = answers[-1].category
    status = Status.CONFIRMED if category == newest.category else Status.CORRECTED
    return CurrentState(category, status, False, answers[-1])


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """A transaction with all its predictions, answers and edits."""

    id: str
    transaction: Transaction
    category: str | None
    status: Status
    predictions: tuple[Prediction, ...]
    feedback: tuple[Feedback, ...]
    created_at: datetime
    audit: bool = False
    """In the random audit sample: reviewed although it is categorized automatically."""
    source: str = ""
    """`page`, `api`, `import`, or the name of another program."""
    fingerprint: str = ""
    """Hash of the input when it was stored."""
    holdout: bool = False
    """True: evaluates models, never trains one. Follows from the fingerprint."""
    key: str | None = None
    """Of an imported transaction, unique."""
    mistake: MistakeMark | None = None
    edits: tuple[Edit, ...] = ()
    """Oldest first, including undone ones."""
    transfer: str | None = None
    """The link to the other end of an own transfer: it is neither spending nor income."""
    refund_of: str | None = None
    """The purchase that it refunds."""
    refund_parts: tuple[RefundPart, ...] = ()
    """The parts of that purchase that it lowers; empty if the purchase is not split."""
    import_id: str | None = None
    """The import that added it."""

    @property
    def splits(self) -> tuple[Split, ...]:
        return self.transaction.splits

    @property
    def prediction(self) -> Prediction:
        return self.predictions[-1]

    @property
    def revision(self) -> int:
        """Of the input: 1, and 1 more for each edit and each undo of one."""
        return 1 + len(self.edits) + sum(edit.undone_at is not None for edit in self.edits)

    @property
    def is_uncertain(self) -> bool:
        """Whether no person and no automatic prediction decides the category."""
        return self.status is Status.PREDICTED and self.prediction.needs_review

    @property
    def is_linked(self) -> bool:
        """Its own category does not count."""
        return bool(self.transfer or self.refund_of)

    @property
    def rule(self) -> str | None:
        """The id of the rule from which its category follows."""
        return self.prediction.rule if self.status is Status.PREDICTED and not self.is_linked else None

    @property
    def needs_review(self) -> bool:
        return self.is_uncertain and not self.is_linked


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
class PossibleMistake:
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
    whole_category: bool = False
    """Whether it is part of a category relabel; then `others` is the former category."""


@dataclass(frozen=True, slots=True)
class CategoryRelabel:
    """Recent answers change nearly a whole category to another one, not yet confirmed."""

    earlier: str
    category: str
    """The category of the newest answers."""
    transaction_ids: tuple[str, ...]
    merchants: int


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """None (or empty) matches everything."""

    since: Date | None = None
    until: Date | None = None
    category: str | None = None
    mode: str | None = None
    direction: Direction | None = None
    q: str | None = None
    merchants_named: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Words of `q`, each with the merchants that a person gave a name with this word."""
    stored_words: tuple[tuple[str, ...], ...] = ()
    """For words of `q`, those of the search index that contain it, of the rarest word first; without those
    that too many contain."""
    words_are_equal: bool = False
    """Whether what has one of the `stored_words` of each is exactly what `q` matches."""
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    status: str | None = None
    """One of Status, or `needs_review`."""
    predicted: str | None = None
    """The category of the judged prediction: the latest before the answer, or the latest."""
    band: Band | None = None
    version: str | None = None
    decided_by: DecidedBy | None = None
    """These three are of the judged prediction too."""
    answer: AnswerState | None = None
    account: str | None = None
    counterparty: str | None = None
    tag: str | None = None
    mcc: str | None = None
    merchant: str | None = None
    currency: str | None = None
    import_id: str | None = None
    """The import that added it."""
    rule: str | None = None
    """The id of the rule that decided its newest prediction."""
    weekdays: tuple[int, ...] = ()
    """0 = Monday."""
    without: tuple[str, ...] = ()
    """Fields that are empty: `account`, `mode`, `merchant`."""
    counted: Counted | None = None


@dataclass(frozen=True, slots=True)
class SavedFilter:
    id: str
    name: str
    query: str
    """Filters and order, as in an address."""


HISTORY_SORTS = ("-date", "date", "-amount", "amount", "confidence")


@dataclass(frozen=True, slots=True)
class HistoryPage:
    items: tuple[StoredTransaction, ...]
    next_cursor: str | None
    total: int
    total_is_exact: bool = True
    """Else there may be more: those that a search in texts finds are counted up to a limit."""
    previous_cursor: str | None = None
    start: int = 0
    """How many rows are before the page; approximate if rows were added or deleted since the first one."""
