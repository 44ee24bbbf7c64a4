"""Merchants: whom a transaction was paid to, or came from. A transaction stores its merchant's key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
MerchantSort = Literal["-count", "name", "-amount", "-last_seen"]


@dataclass(frozen=True, slots=True)
class Merchant:
    """What a person decided about a merchant; most have no decision, and are not stored."""

    key: str
    """As of `cleaning.merchant`."""
    name: str | None = None
    """The name to show instead of the key."""
    into: str | None = None
    """The key of the merchant it was merged into, which may be merged too."""
    learn: bool = True
    """False: its answers decide nothing and train no model."""
    forgotten_at: datetime | None = None
    """Answers until then decide nothing and train no model."""

    @property
    def shown(self) -> str:
        return self.name or self.key

    @property
    def ignored_until(self) -> datetime | None:
        """Its answers until then teach nothing."""
        return self.forgotten_at if self.learn else FOREVER


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the memory of the answers for a merchant says about its next transaction."""

    category: str | None
    """None if the answers differ, and so only weigh in."""
    confidence: float | None
    agreeing: int | None
    """Of the newest answers."""
    answers: int | None
    shares: Mapping[str, float]
    """By category, if the answers differ."""


@dataclass(frozen=True, slots=True)
class MerchantAmounts:
    """Of one currency; `total` is the sum of all amounts, whatever their type."""

    currency: str
    total: Decimal
    spent: Decimal
    received: Decimal


@dataclass(frozen=True, slots=True)
class MerchantSummary:
    """The transactions of a merchant."""

    key: str
    rows: int
    last_seen: date
    amounts: tuple[MerchantAmounts, ...]
    """The most frequent currency first."""
    categories: tuple[tuple[str | None, int], ...]
    """(category, transactions), the most frequent first."""


@dataclass(frozen=True, slots=True)
class MerchantPage:
    items: tuple[MerchantSummary, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Variants:
    """Two merchants that may be one, the one with more transactions first."""

    into: str
    key: str
    evidence: tuple[str, ...]
    """Codes: `same-letters`, `spelling`, `first-words`, `counterparty`."""
