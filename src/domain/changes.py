"""What a model says otherwise than the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from src.domain.predictions import Band


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
