"""One record of a Ledgerloop export, validated like any outside input.

`web/history/backup.py` defines the form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from src.components.bank_files.entry import MAX_AMOUNT, Exported, Reason, Unreadable
from src.components.bank_files.own_export.rule_record import ExportedRule
from src.components.dataset.holdout import is_holdout
from src.domain.accounts import Account, AccountKind
from src.domain.backups import Setup
from src.domain.categories import Category, Group
from src.domain.feedback import Feedback, LabelSource
from src.domain.merchants import Merchant
from src.domain.money import CURRENCIES, decimal_places
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, ShadowPrediction
from src.domain.predictions import Reason as Explanation
from src.domain.preferences import Weekday
from src.domain.rules import MOST_RULES
from src.domain.transactions import (
    Direction,
    Edit,
    MistakeMark,
    SavedFilter,
    Split,
    Status,
    StoredTransaction,
    Transaction,
    current_state,
)
from src.domain.transfers import Link, LinkedBy, LinkKind, LinkStatus

_SOUND = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""Without control characters."""
_CLOSE = 1e-4
"""The CSV rounds numbers in columns of their own."""


def _in_our_time(at: datetime) -> datetime:
    if not 1970 <= at.year <= 2200:
        raise ValueError("out of range")
    return at


# Masked text may be longer than the original.
_Text = Annotated[str, Field(max_length=1_000, pattern=_SOUND)]
_Word = Annotated[str, Field(max_length=200, min_length=1, pattern=_SOUND)]
_Tag = Annotated[str, Field(max_length=200, min_length=1, pattern=r"^[^,\x00-\x1f\x7f-\x9f]*$")]
_Number = Annotated[str, Field(max_length=300, min_length=1, pattern=_SOUND)]
"""The key of an answer: of a request, a file's row or another program."""
_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
_Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]
_Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
_Notes = Annotated[str, Field(max_length=2_000, min_length=1, pattern=_SOUND)]
_Amount = Annotated[Decimal, Field(gt=0, le=MAX_AMOUNT)]
_Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
_Date = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
_Share = Annotated[float, Field(ge=0, le=1)]
_MerchantKey = Annotated[str, Field(max_length=500, min_length=1, pattern=_SOUND)]
_Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]


class _Part(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)


class _Alternative(_Part):
    category: _Slug
    probability: _Share


class _Reason(_Part):
    feature: _Text
    weight: float


class _Shadow(_Part):
    version: _Token
    category: _Slug
    confidence: _Share
    champion_category: _Slug


class _Prediction(_Part):
    category: _Slug | None
    confidence: _Share
    band: Band
    decided_by: DecidedBy
    model_version: _Token | None
    at: _Moment
    act: _Number | None
    alternatives: Annotated[list[_Alternative], Field(max_length=20)]
    explanation: Annotated[list[_Reason], Field(max_length=100)]
    shadow: _Shadow | None
    rule: _Id | None = None

    def to_domain(self) -> Prediction:
        nested = {
            "alternatives": tuple(Alternative(**dict(alternative)) for alternative in self.alternatives),
            "explanation": tuple(Explanation(**dict(reason)) for reason in self.explanation),
            "shadow": ShadowPrediction(**dict(self.shadow)) if self.shadow else None,
        }
        return Prediction(**{**dict(self), **nested})


class _Answer(_Part):
    category: _Slug | None
    at: _Moment
    act: _Number
    source: LabelSource


class _Doubt(_Part):
    category: _Slug
    others: _Slug
    wholesale: bool
    label_at: _Moment
    found_at: _Moment
    vouched_at: _Moment | None


class _Category(_Part):
    slug: _Slug
    name: Annotated[_Word, Field(max_length=100)]
    group: Group
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    description: Annotated[str, Field(max_length=500, pattern=_SOUND)] | None = None
    parent: _Slug | None = None


class _Split(_Part):
    amount: _Amount
    category: _Slug
    notes: _Notes | None = None


class _Transaction(_Part):
    description: _Text
    amount: _Amount
    currency: _Currency
    date: _Date
    direction: Direction
    mode: _Word | None
    subcategory: _Word | None
    account: _Word | None = None
    counterparty: Annotated[_Text, Field(min_length=1)] | None = None
    notes: _Notes | None = None
    mcc: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None
    tags: Annotated[list[_Tag], Field(max_length=20)] | None = None


class _Edit(_Part):
    act: _Number
    at: _Moment
    before: _Transaction
    after: _Transaction
    splits_before: Annotated[list[_Split], Field(max_length=200)]
    splits_after: Annotated[list[_Split], Field(max_length=200)]
    undone_at: _Moment | None

    def to_domain(self) -> Edit:
        before = _transaction(self.before, self.splits_before)
        return Edit(self.act, self.at, before, _transaction(self.after, self.splits_after), self.undone_at)


class _Link(_Part):
    kind: LinkKind
    out: _Id
    into: Annotated[_Id, Field(alias="in")]
    status: LinkStatus
    by: LinkedBy
    score: _Share
    created_at: _Moment
    date: _Date
    part: Annotated[int, Field(ge=0, lt=200)] | None = None
    order: Annotated[int, Field(ge=0, lt=1_000_000)] = 0

    def to_domain(self) -> Link:
        return Link(id="", **dict(self))


class _Account(_Part):
    id: _Id
    name: Annotated[_Word, Field(max_length=100)]
    currency: _Currency
    kind: AccountKind
    opening_balance: Annotated[Decimal, Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
    created_at: _Moment
    former_keys: Annotated[list[_Word], Field(max_length=1_000)]
    automatic: bool

    def to_domain(self) -> Account:
        balance = _exact(self.opening_balance, self.currency)
        fields = {**dict(self), "opening_balance": balance, "former_keys": tuple(self.former_keys)}
        return Account(**fields)


class _SavedFilter(_Part):
    name: Annotated[_Word, Field(max_length=100)]
    query: Annotated[str, Field(pattern=r"^[A-Za-z0-9%&=+._~*-]{1,6000}$")]


class _Settings(_Part):
    """Of `Preferences`, those that a person has changed."""

    currency: Literal[tuple(sorted(CURRENCIES))] | None = None  # type: ignore[valid-type]
    locale: Annotated[str, Field(pattern=r"^[A-Za-z_]{2,20}$")] | None = None
    week_starts: Weekday | None = None
    month_starts: Annotated[int, Field(ge=1, le=28)] | None = None
    auto_precision: Annotated[float, Field(ge=0.5, le=0.999)] | None = None
    audit_share: Annotated[float, Field(ge=0, le=0.2)] | None = None
    retrain_every_hours: Annotated[float, Field(gt=0, le=168)] | None = None
    learning: bool | None = None
    digest: bool | None = None
    alarm_anomalies: bool | None = None
    alarm_budgets: bool | None = None
    alarm_limits: bool | None = None
    alarm_recurring: bool | None = None
    feed_atom: bool | None = None
    send_email: bool | None = None
    send_webhook: bool | None = None
    send_details: bool | None = None


class _Merchant(_Part):
    key: _MerchantKey
    name: Annotated[_Word, Field(max_length=100)] | None
    into: _MerchantKey | None
    learn: bool
    forgotten_at: _Moment | None

    def to_domain(self) -> Merchant:
        return Merchant(**dict(self))


class _Setup(_Part):
    accounts: Annotated[list[_Account], Field(max_length=1_000)]
    saved_filters: Annotated[list[_SavedFilter], Field(max_length=1_000)]
    settings: _Settings
    merchants: Annotated[list[_Merchant], Field(max_length=10_000)] = []
    rules: Annotated[list[ExportedRule], Field(max_length=MOST_RULES)] = []

    def to_domain(self) -> Setup:
        return Setup(
            tuple(account.to_domain() for account in self.accounts),
            tuple(SavedFilter("", saved.name, saved.query) for saved in self.saved_filters),
            self.settings.model_dump(exclude_none=True),
            tuple(merchant.to_domain() for merchant in self.merchants),
            tuple(rule.to_domain() for rule in self.rules),
        )


class _Record(_Part):
    id: _Id
    transaction: _Transaction
    category: _Slug | None
    status: Status
    predicted: _Slug | None
    confidence: _Share
    band: Band
    decided_by: DecidedBy
    feedback: Annotated[list[_Answer], Field(max_length=10_000)]
    predictions: Annotated[list[_Prediction], Field(min_length=1, max_length=1_000)]
    created_at: _Moment
    source: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    audit: bool
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    key: _Number | None
    doubt: _Doubt | None
    splits: Annotated[list[_Split], Field(max_length=200)] | None = None
    transfer: _Id | None = None
    refund_of: _Id | None = None
    own_categories: Annotated[list[_Category], Field(max_length=1_000)]
    edits: Annotated[list[_Edit], Field(max_length=10_000)] | None = None
    links: Annotated[list[_Link], Field(max_length=10_000)] | None = None
    setup: _Setup | None = None


def parse(record: Mapping[str, Any] | Unreadable) -> Exported:
    """record: as in JSON, or with dates, times and numbers instead of their texts. Raises Unreadable."""
    if isinstance(record, Unreadable):
        raise record
    try:
        read = _Record.model_validate(record)
    except (ValidationError, RecursionError) as error:
        raise Unreadable(_reason(error)) from None
    row = _row(read)
    # The category must follow from the answers and predictions, else a person edited the record.
    newest = row.prediction
    derived = (row.category, row.status, newest.category, newest.band, newest.decided_by)
    stated = (read.category, read.status, read.predicted, read.band, read.decided_by)
    if stated != derived or abs(read.confidence - newest.confidence) > _CLOSE:
        raise Unreadable(Reason.INCONSISTENT_CATEGORY)
    own = ({**dict(category), "description": category.description or ""} for category in read.own_categories)
    return Exported(
        row,
        tuple(Category(**category) for category in own),
        None if read.links is None else tuple(link.to_domain() for link in read.links),
        read.setup.to_domain() if read.setup else None,
    )


def _reason(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return Reason.NESTED_TOO_DEEPLY
    position = error.errors(include_input=False, include_context=False, include_url=False)[0]["loc"]
    names = [part for part in position if isinstance(part, str)]
    name = names[1] if names[0] == "transaction" and len(names) > 1 else names[0]
    return f"{Reason.INVALID_FIELD}:{name}"


def _exact(amount: Decimal, currency: str) -> Decimal:
    """With the decimals of the currency. Raises Unreadable if it has more."""
    exact = amount.quantize(Decimal(1).scaleb(-decimal_places(currency)))
    if exact != amount:
        raise Unreadable(Reason.TOO_MANY_DECIMALS)
    return exact


def _transaction(data: _Transaction, parts: Sequence[_Split]) -> Transaction:
    amount = _exact(data.amount, data.currency)
    splits = tuple(Split(_exact(part.amount, data.currency), part.category, part.notes) for part in parts)
    if splits and sum(split.amount for split in splits) != amount:
        raise Unreadable(f"{Reason.INVALID_FIELD}:splits")
    if not (data.description or data.subcategory):
        raise Unreadable(Reason.NO_TEXT)
    fields = {**dict(data), "amount": amount, "tags": tuple(data.tags or ()), "splits": splits}
    return Transaction(**fields)


def _row(read: _Record) -> StoredTransaction:
    predictions = tuple(prediction.to_domain() for prediction in read.predictions)
    feedback = tuple(Feedback(**dict(answer)) for answer in read.feedback)
    state = current_state(predictions, feedback)
    return StoredTransaction(
        id=read.id,
        transaction=_transaction(read.transaction, read.splits or ()),
        category=state.category,
        status=state.status,
        predictions=predictions,
        feedback=feedback,
        created_at=read.created_at,
        audit=read.audit,
        source=read.source,
        fingerprint=read.fingerprint,
        holdout=is_holdout(read.fingerprint),
        key=read.key,
        mistake=MistakeMark(**read.doubt.model_dump()) if read.doubt else None,
        transfer=read.transfer,
        refund_of=read.refund_of,
        edits=tuple(edit.to_domain() for edit in read.edits or ()),
    )
