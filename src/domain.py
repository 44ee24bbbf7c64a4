"""The words of Ledgerloop as frozen dataclasses: what every room of the house speaks.

Money is `Decimal`, time is aware UTC, a transaction's date is a date, probabilities are 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

LOCAL_OWNER = "local"
"""The owner of every document until there are accounts."""

MODEL_NAME = "expense-categorizer"

# ISO 4217: currencies whose smallest unit is not a hundredth.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_EXPONENTS = {
    currency: places
    for currencies, places in ((_NO_DECIMALS, 0), (_THREE_DECIMALS, 3), (_FOUR_DECIMALS, 4))
    for currency in currencies.split()
}


def decimal_places(currency: str) -> int:
    """Decimal places of `currency`'s smallest unit (ISO 4217), e.g. 2 for USD, 0 for JPY."""
    return _EXPONENTS.get(currency, 2)


class Direction(StrEnum):
    EXPENSE = "expense"
    INCOME = "income"
    TRANSFER = "transfer"


class Band(StrEnum):
    """How much a prediction may be trusted."""

    AUTO = "auto"
    SUGGEST = "suggest"
    UNKNOWN = "unknown"


class DecidedBy(StrEnum):
    """Who decided a prediction, in order of precedence."""

    RULE = "rule"
    MEMORY = "memory"
    MODEL = "model"


class Status(StrEnum):
    PREDICTED = "predicted"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


class LabelSource(StrEnum):
    """Where a label came from: an answer, an answer's 'and all similar', an import, the shipped lexicon."""

    FEEDBACK = "feedback"
    SIMILAR = "similar"
    IMPORT = "import"
    KNOWLEDGE = "knowledge"


class Group(StrEnum):
    """What kind of money a category is."""

    ESSENTIAL = "essential"
    DISCRETIONARY = "discretionary"
    SAVING = "saving"
    TRANSFER = "transfer"
    INCOME = "income"


@dataclass(frozen=True, slots=True)
class Category:
    slug: str
    name: str
    group: Group
    color: str
    """`#rrggbb`."""


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """A phrase the project knows the category of."""

    phrase: str
    category: str
    kind: str
    """`merchant` (a name), `brand` (a name, one of very many), `statement` (a bank's whole wording) or `word`
    (what is bought)."""
    type: str = ""
    """What kind of merchant of the category it is, as `coffee` or `bar` of dining; "" where nobody said."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a category's transactions usually look. Amounts in the money of no country in particular."""

    direction: Direction
    low: float
    high: float
    share: float = 1.0
    """How many of a person's transactions are of this category, compared with other categories."""
    unlisted: float = 1.0
    """The same of those at merchants that no list of names holds."""
    agreement: float = 1.0
    """For which share of what the lexicon lists here people name this category, 0..1."""
    processors: tuple[tuple[str, float], ...] = ()
    """(what stands before a name, for which share of the names it does)."""


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
class Alternative:
    category: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that spoke for (weight > 0) or against the category."""

    feature: str
    weight: float


@dataclass(frozen=True, slots=True)
class ShadowSaid:
    """What the model in the shadow said of a transaction, beside what the champion's model said of it.

    Both are the models' own best categories, before memory, hints and bands had their say.
    """

    version: str
    category: str
    confidence: float
    champion_category: str


@dataclass(frozen=True, slots=True)
class Prediction:
    category: str | None
    """None where the band is unknown."""
    confidence: float
    band: Band
    decided_by: DecidedBy
    alternatives: tuple[Alternative, ...]
    """Best first, at most five."""
    explanation: tuple[Reason, ...]
    model_version: str | None
    at: datetime
    shadow: ShadowSaid | None = None

    @property
    def needs_review(self) -> bool:
        return self.band is not Band.AUTO


@dataclass(frozen=True, slots=True)
class Feedback:
    """One answer of a person. `category` is None where the act took an earlier answer back."""

    category: str | None
    at: datetime
    act: str
    """Shared by all the answers of one click, so that one undo takes them all back."""
    source: LabelSource = LabelSource.FEEDBACK


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

    @property
    def prediction(self) -> Prediction:
        """The newest prediction."""
        return self.predictions[-1]

    @property
    def needs_review(self) -> bool:
        return self.status is Status.PREDICTED and self.prediction.needs_review


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A predicted transaction on its way to be kept."""

    transaction: Transaction
    prediction: Prediction
    fingerprint: str
    """Hash of what was given: equal rows share it."""
    holdout: bool


@dataclass(frozen=True, slots=True)
class FeedbackOutcome:
    transaction_id: str
    previous: str | None
    """The category that held before."""
    category: str
    was_correct: bool
    """Whether the newest prediction had said so."""
    similar_updated: int
    act: str
    """What to hand to undo."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """A person once called this merchant `category`."""

    category: str
    at: datetime
    amount: float


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


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """None (or empty) means: no matter."""

    since: date | None = None
    until: date | None = None
    category: str | None = None
    mode: str | None = None
    direction: Direction | None = None
    q: str | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    status: str | None = None
    """One of Status, or `needs_review`."""


HISTORY_SORTS = ("-date", "date", "-amount", "amount", "confidence")


@dataclass(frozen=True, slots=True)
class HistoryPage:
    items: tuple[StoredTransaction, ...]
    next_cursor: str | None
    total: int


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class Trigger(StrEnum):
    SCHEDULE = "schedule"
    MANUAL = "manual"
    FIRST_START = "first-start"
    DRIFT = "drift"


class Outcome(StrEnum):
    """What a verdict came to, in a word; its reason says it in a sentence."""

    FIRST = "first"
    BETTER = "better"
    FRESHER = "fresher"
    UNCHANGED = "unchanged"
    TOO_FEW = "too-few"
    NOT_BETTER = "not-better"
    CATEGORY_FELL = "category-fell"
    PINNED = "pinned"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Scores:
    """One model on the judging rows. Shares are 0..1; `version` is None for a model not registered."""

    version: str | None
    rows: int
    accuracy: float
    macro_f1: float
    log_loss: float
    ece: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Challenger minus champion, with a 95 % interval of the paired bootstrap."""

    value: float
    ci95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    promoted: bool
    outcome: Outcome
    reason: str
    """A sentence, or several, a user can read."""
    challenger: Scores | None = None
    champion: Scores | None = None
    macro_f1: Difference | None = None
    accuracy: Difference | None = None
    notes: tuple[str, ...] = ()
    """Everything else that was weighed, one sentence each."""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    id: str
    status: RunStatus
    trigger: Trigger
    reason: str
    stage: str
    progress: float
    attempt: int
    requested_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    mlflow_run_id: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    """`rows`, `feedback_rows`, `sha256`."""
    metrics: dict[str, float] = field(default_factory=dict)
    decision: Verdict | None = None
    error: str | None = None
    """A sentence, where the run failed."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One registered version, as the page and the API list it."""

    version: str
    run_id: str
    mlflow_run_id: str
    created_at: datetime
    metrics: dict[str, float]
    size: int
    """Bytes of the bundle."""
    champion: bool = False
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Pointer:
    """What serves: the one truth every worker follows."""

    version: str
    revision: int
    """Grows by one with every promotion; a promotion names the revision it was judged against."""
    run_id: str
    sha256: str
    promoted_at: datetime
    alias: str | None
    """The version the MLflow alias `champion` was last set to."""
    alias_next: str | None = None
    """The version the alias is about to be set to, written down before it is."""
    by: str = ""
    """Who promoted it, as in Promotion."""
    pinned_at: datetime | None = None
    """Since when it is kept from being replaced by training or by MLflow; None where it is not."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything serving needs, in one file."""

    pipeline: Any
    """The fitted scikit-learn pipeline."""
    bands: dict[str, Any]
    about: dict[str, Any]
    """JSON-able facts: run, time, data hash, labels used, classes, metrics."""


class Change(StrEnum):
    """What a line of the promotion history tells."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled-back"
    REFUSED = "refused"
    PINNED = "pinned"
    LET_GO = "let-go"


@dataclass(frozen=True, slots=True)
class Figures:
    """How the two models of a change did. Shares are 0..1; None for what nobody measured."""

    judged: bool
    """True: both on the same rows, by a verdict. False: each in the run that made it."""
    accuracy: float | None
    macro_f1: float | None
    previous_accuracy: float | None
    previous_macro_f1: float | None
    rows: int | None = None
    macro_f1_ci95: tuple[float, float] | None = None
    """95 % interval of the difference in macro-F1."""

    @classmethod
    def of(cls, verdict: Verdict) -> Figures | None:
        """None for a verdict that was reached without scores."""
        new, old, gap = verdict.challenger, verdict.champion, verdict.macro_f1
        if new is None:
            return None
        return cls(
            judged=True,
            accuracy=new.accuracy,
            macro_f1=new.macro_f1,
            previous_accuracy=old.accuracy if old else None,
            previous_macro_f1=old.macro_f1 if old else None,
            rows=new.rows,
            macro_f1_ci95=gap.ci95 if gap else None,
        )


@dataclass(frozen=True, slots=True)
class Promotion:
    """One line of the promotion history."""

    version: str
    previous: str | None
    """What served before; for a refusal, what went on serving."""
    at: datetime
    by: str
    """`training`, `person` or `mlflow`."""
    reason: str
    change: Change = Change.PROMOTED
    figures: Figures | None = None
    run_id: str | None = None
    """The training run whose verdict it was."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """The version that predicts beside the champion without being shown."""

    version: str
    revision: int
    """Grows with every start, so that a process sees that another version took its place."""
    sha256: str
    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Answers to rows that the champion's model decided while the shadow ran: how many each had right."""

    answers: int
    both_right: int
    champion_only: int
    shadow_only: int
