"""One record of a Ledgerloop export: checked as what comes from outside, then the life it tells.

Its form is written by `web/history/exports_schemas.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from src.components.bank_files.entry import MOST_MONEY, Kept
from src.components.bank_files.record import Unreadable
from src.components.dataset.holdout import is_holdout
from src.domain.categories import Category, Group
from src.domain.feedback import Feedback, LabelSource
from src.domain.money import decimal_places
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, Reason, ShadowPrediction
from src.domain.transactions import (
    Direction,
    DoubtMark,
    Status,
    StoredTransaction,
    Transaction,
    current_state,
)

_DAMAGE = re.compile("[\x00-\x1f\x7f-\x9f]")
_CLOSE = 1e-4
"""The CSV rounds what stands in its own column."""


def _sound(text: str) -> str:
    if _DAMAGE.search(text):
        raise ValueError("control characters")
    return text


def _in_our_time(at: datetime) -> datetime:
    if not 1970 <= at.year <= 2200:
        raise ValueError("out of range")
    return at


# What is masked may be longer than what was given.
_Text = Annotated[str, Field(max_length=1_000), AfterValidator(_sound)]
_Word = Annotated[str, Field(max_length=200, min_length=1), AfterValidator(_sound)]
_Number = Annotated[str, Field(max_length=300, min_length=1), AfterValidator(_sound)]
"""Of a click, a file's row or another program."""
_Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]
_Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
_Share = Annotated[float, Field(ge=0, le=1)]
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

    def to_domain(self) -> Prediction:
        return Prediction(
            category=self.category,
            confidence=self.confidence,
            band=self.band,
            decided_by=self.decided_by,
            alternatives=tuple(Alternative(each.category, each.probability) for each in self.alternatives),
            explanation=tuple(Reason(each.feature, each.weight) for each in self.explanation),
            model_version=self.model_version,
            at=self.at,
            act=self.act,
            shadow=ShadowPrediction(**self.shadow.model_dump()) if self.shadow else None,
        )


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
    description: Annotated[str, Field(max_length=500), AfterValidator(_sound)] | None = None
    parent: _Slug | None = None


class _Transaction(_Part):
    description: _Text
    amount: Annotated[Decimal, Field(gt=0, le=MOST_MONEY)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    date: Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
    direction: Direction
    mode: _Word | None
    subcategory: _Word | None


class _Record(_Part):
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
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
    own_categories: Annotated[list[_Category], Field(max_length=1_000)]


def kept(record: Mapping[str, Any]) -> Kept:
    """record: as JSON has it, or with days, times and numbers in place of their texts. Raises Unreadable."""
    try:
        read = _Record.model_validate(record)
    except (ValidationError, RecursionError) as error:
        raise Unreadable(_reason(error)) from None
    row = _row(read)
    _check(read, row)
    own = tuple(
        Category(one.slug, one.name, one.group, one.color, one.description or "", one.parent)
        for one in read.own_categories
    )
    return Kept(row, own)


def _reason(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "It is nested too deeply."
    place = error.errors(include_input=False, include_context=False, include_url=False)[0]["loc"]
    names = [each for each in place if isinstance(each, str)]
    name = names[1] if names[0] == "transaction" and len(names) > 1 else names[0]
    return f"Its part “{name.replace('_', ' ')}” is missing or not as an export has it."


def _row(read: _Record) -> StoredTransaction:
    predictions = tuple(each.to_domain() for each in read.predictions)
    feedback = tuple(Feedback(each.category, each.at, each.act, each.source) for each in read.feedback)
    state = current_state(predictions, feedback)
    return StoredTransaction(
        id=read.id,
        transaction=_transaction(read.transaction),
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
        doubt=DoubtMark(**read.doubt.model_dump()) if read.doubt else None,
    )


def _transaction(given: _Transaction) -> Transaction:
    places = decimal_places(given.currency)
    exact = given.amount.quantize(Decimal(1).scaleb(-places))
    if exact != given.amount:
        raise Unreadable(f"An amount in {given.currency} has at most {places} decimals.")
    if not (given.description or given.subcategory):
        raise Unreadable("It has no text to tell what it was.")
    return Transaction(
        description=given.description,
        amount=exact,
        currency=given.currency,
        date=given.date,
        direction=given.direction,
        mode=given.mode,
        subcategory=given.subcategory,
    )


def _check(read: _Record, row: StoredTransaction) -> None:
    """What an export says of what holds follows from the answers and predictions; else a hand was at it."""
    newest = row.prediction
    follows = (row.category, row.status, newest.category, newest.band, newest.decided_by)
    said = (read.category, read.status, read.predicted, read.band, read.decided_by)
    if said != follows or abs(read.confidence - newest.confidence) > _CLOSE:
        raise Unreadable("What it says of its category does not fit its own answers and predictions.")
