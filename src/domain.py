"""The words of Ledgerloop as frozen dataclasses: what every room of the house speaks.

Money is `Decimal`, time is aware UTC, a transaction's date is a date, probabilities are 0..1.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
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


class Answered(StrEnum):
    """Whether a person's word stands on a transaction: said of this one, of all similar ones, or not yet."""

    DIRECTLY = "directly"
    SIMILAR = "similar"
    NO = "no"


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


_LONGEST_SLUG = 40


def slug_of(name: str) -> str:
    """A short name in plain letters; where a script has none to offer, one made from a hash."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")[:_LONGEST_SLUG].strip("-")
    return slug or f"category-{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}"


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
    act: str | None = None
    """What asked for it anew, together with many others; None for a transaction's own prediction."""
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
    audit: bool = False
    """Drawn for a random check: asked about although it is sorted."""

    @property
    def prediction(self) -> Prediction:
        """The newest prediction."""
        return self.predictions[-1]

    @property
    def needs_review(self) -> bool:
        return self.status is Status.PREDICTED and self.prediction.needs_review


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an imported transaction comes from."""

    import_id: str
    key: str
    """The same for the same transaction whenever it is brought again; no two rows share one."""
    label: Feedback | None = None
    """What the file itself calls it."""


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
    predicted: str | None = None
    """The category that the judged prediction gave: the newest one that stood before the answer, if any."""
    band: Band | None = None
    version: str | None = None
    decided_by: DecidedBy | None = None
    """These three are of the judged prediction too."""
    answer: Answered | None = None


HISTORY_SORTS = ("-date", "date", "-amount", "amount", "confidence")


@dataclass(frozen=True, slots=True)
class HistoryPage:
    items: tuple[StoredTransaction, ...]
    next_cursor: str | None
    total: int


class ImportStatus(StrEnum):
    PREVIEW = "preview"
    """It waits for a person to say how it is to be read."""
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    UNDONE = "undone"


IMPORT_UNDER_WAY = (ImportStatus.QUEUED, ImportStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Rows of a file, each counted once."""

    read: int = 0
    added: int = 0
    known: int = 0
    """They had been brought before."""
    rejected: int = 0
    left_out: int = 0
    """Rightly: no transactions."""


@dataclass(frozen=True, slots=True)
class Import:
    """One file and what became of it."""

    id: str
    status: ImportStatus
    name: str
    """Of the file, masked."""
    size: int
    """Bytes."""
    layout: str
    """The same for all files of one layout."""
    plan: dict[str, Any]
    """How it is read, as of `importing.Plan.to_dict`."""
    created_at: datetime
    format: str = ""
    rows: int = 0
    """How many there are to read."""
    counts: ImportCounts = field(default_factory=ImportCounts)
    attempt: int = 0
    finished_at: datetime | None = None
    error: str | None = None
    """A sentence, where it failed."""
    kept_aside: int = 0
    """Rows with a person's answers that were taken back; the answers return with the rows."""

    @property
    def progress(self) -> float:
        """0..1."""
        if self.status in (*IMPORT_UNDER_WAY, ImportStatus.PREVIEW):
            return min(self.counts.read / self.rows, 1.0) if self.rows else 0.0
        return 1.0


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
    TOO_HEAVY = "too-heavy"


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
class Glimpse:
    """A stored transaction as the look for drift sees it."""

    merchant: str
    amount: float
    currency: str
    category: str | None
    """What was predicted first; None for "not sure"."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time as the look for drift sees it."""

    rows: tuple[Glimpse, ...]
    """Oldest first."""
    before: tuple[str, ...]
    """The merchants of the rows right before those, oldest first."""
    answers: int
    right: int
    """How many of the answers agreed with the prediction."""


@dataclass(frozen=True, slots=True)
class DriftSign:
    """What the look for drift found by one measure."""

    measure: DriftMeasure
    verdict: DriftVerdict
    told: str
    """The verdict in words, with n."""
    rows_then: int
    rows_now: int
    least_effect: float
    """Below it a difference does not matter, however sure."""
    effect: float | None = None
    """A stability index, or a difference of shares; None for too few rows."""
    p: float | None = None
    then: float | None = None
    """A share, or the median amount; of `of`, where something is named there."""
    now: float | None = None
    of: str = ""
    """The category that moved most ("" for "not sure"), or the currency."""


@dataclass(frozen=True, slots=True)
class Scores:
    """One model on the judging rows. Shares are 0..1; `version` is None for a model not registered."""

    version: str | None
    rows: int
    accuracy: float
    macro_f1: float
    log_loss: float
    ece: float
    money_weighted_accuracy: float = float("nan")


@dataclass(frozen=True, slots=True)
class Difference:
    """Challenger minus champion, with a 95 % interval of the paired bootstrap."""

    value: float
    ci95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Discordance:
    """The rows that only one of the two models gets right, with McNemar's exact test."""

    rows: int
    challenger_right: int
    p: float
    """Two-sided. It takes rows for independent, which those of one merchant are not."""


@dataclass(frozen=True, slots=True)
class SliceScores:
    """Shares of right answers on a part of the judging rows."""

    kind: str
    """`category`, `merchants`, `mode`, `direction` or `age`."""
    name: str
    rows: int
    challenger: float
    champion: float | None = None


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a bundle takes: its file, and a fresh process that loads it and predicts."""

    megabytes: float
    """Of 1,000,000 bytes."""
    load_s: float
    per_row_ms: float
    """Median of single predictions."""


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
    log_loss: Difference | None = None
    """Below 0 is better."""
    money_weighted_accuracy: Difference | None = None
    discordance: Discordance | None = None
    merchants: int | None = None
    """How many independent groups of rows the intervals rest on."""
    rows_needed: int | None = None
    """About how many judging rows would tell, where they were too few."""
    majority: Scores | None = None
    """Of always answering the most frequent category."""
    lookup: Scores | None = None
    """Of looking the merchant up."""
    slices: tuple[SliceScores, ...] = ()
    footprint: Footprint | None = None


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """Transactions that the model before calls one thing and the model after another; None is `unknown`."""

    before: str | None
    after: str | None
    rows: int
    money: dict[str, Decimal]
    """The sum of their amounts by currency, whatever their direction."""
    examples: tuple[str, ...]
    """Ids of a few of them, newest first, each of another merchant."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one model says otherwise than another of the transactions no person has answered."""

    before: str
    after: str
    """Versions of the models."""
    unanswered: int
    """How many there are."""
    rows: int
    """How many of them were looked at, the newest ones."""
    remembered: int
    """Of how many of these the memory decides, whatever the model."""
    pairs: tuple[CategoryChange, ...]
    """The commonest change first."""
    bands: tuple[tuple[Band, Band, int], ...]
    """(band before, band after, rows) where the two differ."""
    at: datetime

    @property
    def changed(self) -> int:
        return sum(pair.rows for pair in self.pairs)

    @property
    def money(self) -> dict[str, Decimal]:
        """Of all that change, by currency."""
        total: dict[str, Decimal] = {}
        for pair in self.pairs:
            for currency, amount in pair.money.items():
                total[currency] = total.get(currency, Decimal(0)) + amount
        return dict(sorted(total.items()))


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
    changes: Changes | None = None
    """What its promotion changed; None before, and where nothing was promoted or compared."""
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
