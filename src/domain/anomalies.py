"""Unusual spending: what was found, why, and what a person dismissed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

ANALYSED_YEARS = 5
"""Of a ledger, up to its newest transaction."""

MOST_ANOMALIES = 1_000
"""That are kept of an analysis, the newest."""

LEAST_PAYMENTS = 4
"""Other payments of a merchant that say what is usual there."""
LEAST_IN_CATEGORY = 20
"""The same of a category, if the merchant has fewer."""
LEAST_IN_ALL = 100
"""The same of all payments, if the category has fewer."""


class AnomalyKind(StrEnum):
    AMOUNT = "amount"
    CATEGORY_MONTH = "category_month"
    NEW_MERCHANT = "new_merchant"
    DUPLICATE = "duplicate"
    MISSED = "missed"
    PRICE_CHANGE = "price_change"


class Method(StrEnum):
    ISOLATION_FOREST = "isolation_forest"
    """The forest and the thresholds together."""
    THRESHOLD = "threshold"


class ReasonCode(StrEnum):
    MERCHANT_AMOUNT = "merchant-amount"
    CATEGORY_AMOUNT = "category-amount"
    LARGE_FIRST = "large-first"
    LARGE_OF_ALL = "large-of-all"
    SAME_AMOUNT = "same-amount"
    PAID_TWICE = "paid-twice"
    CATEGORY_MONTH = "category-month"
    MISSED = "missed"
    PRICE_CHANGE = "price-change"


@dataclass(frozen=True, slots=True)
class Spending:
    """A transaction that is spending. Own transfers, savings and refunds are none."""

    id: str
    date: date
    amount: int
    """In the smallest unit of the currency, less linked refunds; above zero."""
    currency: str
    merchant: str
    """"" if the text names none."""
    category: str | None
    account: str | None


@dataclass(frozen=True, slots=True)
class Anomaly:
    id: str
    """The same after another analysis, an edit and an import."""
    kind: AnomalyKind
    transaction_ids: tuple[str, ...]
    score: float
    """0..1: nearly 1 is what hardly ever happens."""
    reason: ReasonCode
    values: Mapping[str, str | int | float]
    """Of the reason; amounts in the smallest unit of the currency."""
    method: Method
    date: date
    currency: str
    amount: int
    merchant: str = ""
    category: str | None = None


def anomaly_id(kind: AnomalyKind, *about: str) -> str:
    return hashlib.sha256("\x1f".join((kind.value, *about)).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A person said that this is fine. It keeps what later anomalies are compared with."""

    id: str
    """Of the anomaly."""
    kind: AnomalyKind
    currency: str
    amount: int
    merchant: str
    category: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the transactions that are spending."""

    analysed: int = 0
    too_little_history: int = 0
    """Merchant, category and ledger have too few payments."""
    too_old: int = 0
    """Before the period that is analysed."""
    unlisted: int = 0
    """Anomalies that are not kept, because there are very many newer ones."""

    @property
    def not_analysed(self) -> int:
        return self.too_little_history + self.too_old


@dataclass(frozen=True, slots=True)
class AnomalyReport:
    """What an analysis found."""

    anomalies: tuple[Anomaly, ...] = ()
    counts: Counts = field(default_factory=Counts)
    method: Method = Method.THRESHOLD
    at: datetime | None = None
    """None if the ledger was never analysed."""
