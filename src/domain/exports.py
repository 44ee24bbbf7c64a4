"""A stored transaction in plain values, as exports read very many of them.

For a million rows, most of the time would go into the dataclasses of `domain/transactions.py`. The fields
mean the same as there. Times are UTC without a time zone, days midnights, amounts in the smallest unit of the
currency, and enums their values.
"""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict


class PlainSplit(TypedDict):
    amount: int
    category: str
    notes: str | None


class PlainInput(TypedDict):
    description: str
    merchant: str
    subcategory: str | None
    amount: int
    currency: str
    date: datetime
    mode: str | None
    direction: str
    account: NotRequired[str]
    counterparty: NotRequired[str]
    notes: NotRequired[str]
    mcc: NotRequired[str]
    tags: NotRequired[list[str]]
    splits: NotRequired[list[PlainSplit]]


class PlainShadow(TypedDict):
    version: str
    category: str
    confidence: float
    champion_category: str


class PlainPrediction(TypedDict):
    category: str | None
    confidence: float
    band: str
    decided_by: str
    model_version: str | None
    at: datetime
    alternatives: list[tuple[str, float]]
    explanation: list[tuple[str, float]]
    act: NotRequired[str]
    shadow: NotRequired[PlainShadow]
    rule: NotRequired[str]


class PlainFeedback(TypedDict):
    category: str | None
    at: datetime
    act: str
    source: str


class PlainMark(TypedDict):
    category: str
    others: str
    wholesale: bool
    label_at: datetime
    found_at: datetime
    vouched_at: datetime | None


class PlainEdit(TypedDict):
    act: str
    at: datetime
    before: PlainInput
    after: PlainInput
    undone_at: NotRequired[datetime]


class PlainTransaction(PlainInput):
    """It may have more fields, which only the database uses."""

    id: str
    category: str | None
    status: str
    predictions: list[PlainPrediction]
    feedback: list[PlainFeedback]
    created_at: datetime
    source: str
    fingerprint: str
    audit: NotRequired[bool]
    key: NotRequired[str]
    doubt: NotRequired[PlainMark]
    edits: NotRequired[list[PlainEdit]]
    transfer: NotRequired[str | None]
    refund_of: NotRequired[str]
