"""One record of a Ledgerloop export, validated like any outside input.

`web/exports/backup.py` defines the form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, ValidationError

from src.components.bank_files.entry import Exported, Reason, Unreadable
from src.components.bank_files.own_export.fields import (
    SOUND,
    Amount,
    Currency,
    Date,
    Id,
    Moment,
    Notes,
    Number,
    Part,
    Share,
    Slug,
    Tag,
    Text,
    Token,
    Word,
    exact,
)
from src.components.bank_files.own_export.setup_record import SetupRecord
from src.components.dataset.holdout import is_holdout
from src.domain.categories import Category, Group
from src.domain.feedback import Feedback, LabelSource
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, ShadowPrediction
from src.domain.predictions import Reason as Explanation
from src.domain.transactions import (
    Direction,
    Edit,
    MistakeMark,
    Split,
    Status,
    StoredTransaction,
    Transaction,
    current_state,
)
from src.domain.transfers import Link, LinkedBy, LinkKind, LinkStatus

_CLOSE = 1e-4
"""The CSV rounds numbers in columns of their own."""


class _Alternative(Part):
    category: Slug
    probability: Share


class _Reason(Part):
    feature: Text
    weight: float


class _Shadow(Part):
    version: Token
    category: Slug
    confidence: Share
    champion_category: Slug


class _Prediction(Part):
    category: Slug | None
    confidence: Share
    band: Band
    decided_by: DecidedBy
    model_version: Token | None
    at: Moment
    act: Number | None
    alternatives: Annotated[list[_Alternative], Field(max_length=20)]
    explanation: Annotated[list[_Reason], Field(max_length=100)]
    shadow: _Shadow | None
    rule: Id | None = None

    def to_domain(self) -> Prediction:
        nested = {
            "alternatives": tuple(Alternative(**dict(alternative)) for alternative in self.alternatives),
            "explanation": tuple(Explanation(**dict(reason)) for reason in self.explanation),
            "shadow": ShadowPrediction(**dict(self.shadow)) if self.shadow else None,
        }
        return Prediction(**{**dict(self), **nested})


class _Answer(Part):
    category: Slug | None
    at: Moment
    act: Number
    source: LabelSource


class _Doubt(Part):
    category: Slug
    others: Slug
    wholesale: bool
    label_at: Moment
    found_at: Moment
    vouched_at: Moment | None


class _Category(Part):
    slug: Slug
    name: Annotated[Word, Field(max_length=100)]
    group: Group
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
    description: Annotated[str, Field(max_length=500, pattern=SOUND)] | None = None
    parent: Slug | None = None


class _Split(Part):
    amount: Amount
    category: Slug
    notes: Notes | None = None


class _Transaction(Part):
    description: Text
    amount: Amount
    currency: Currency
    date: Date
    direction: Direction
    mode: Word | None
    subcategory: Word | None
    account: Word | None = None
    counterparty: Annotated[Text, Field(min_length=1)] | None = None
    notes: Notes | None = None
    mcc: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] | None = None


class _Edit(Part):
    act: Number
    at: Moment
    before: _Transaction
    after: _Transaction
    splits_before: Annotated[list[_Split], Field(max_length=200)]
    splits_after: Annotated[list[_Split], Field(max_length=200)]
    undone_at: Moment | None

    def to_domain(self) -> Edit:
        before = _transaction(self.before, self.splits_before)
        return Edit(self.act, self.at, before, _transaction(self.after, self.splits_after), self.undone_at)


class _Link(Part):
    kind: LinkKind
    out: Id
    into: Annotated[Id, Field(alias="in")]
    status: LinkStatus
    by: LinkedBy
    score: Share
    created_at: Moment
    date: Date
    part: Annotated[int, Field(ge=0, lt=200)] | None = None
    order: Annotated[int, Field(ge=0, lt=1_000_000)] = 0

    def to_domain(self) -> Link:
        return Link(id="", **dict(self))


class _Record(Part):
    id: Id
    transaction: _Transaction
    category: Slug | None
    status: Status
    predicted: Slug | None
    confidence: Share
    band: Band
    decided_by: DecidedBy
    feedback: Annotated[list[_Answer], Field(max_length=10_000)]
    predictions: Annotated[list[_Prediction], Field(min_length=1, max_length=1_000)]
    created_at: Moment
    source: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    audit: bool
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    key: Number | None
    doubt: _Doubt | None
    splits: Annotated[list[_Split], Field(max_length=200)] | None = None
    transfer: Id | None = None
    refund_of: Id | None = None
    own_categories: Annotated[list[_Category], Field(max_length=1_000)]
    edits: Annotated[list[_Edit], Field(max_length=10_000)] | None = None
    links: Annotated[list[_Link], Field(max_length=10_000)] | None = None
    setup: SetupRecord | None = None


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


def _transaction(data: _Transaction, parts: Sequence[_Split]) -> Transaction:
    amount = exact(data.amount, data.currency)
    splits = tuple(Split(exact(part.amount, data.currency), part.category, part.notes) for part in parts)
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
