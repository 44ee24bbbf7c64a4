"""Recurring payments: subscriptions, rent, salary and bills, as a series of payments of one merchant."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from src.domain.transactions import Direction


class Interval(StrEnum):
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"

    @property
    def per_year(self) -> int:
        return _PER_YEAR[self]


_PER_YEAR = {
    Interval.WEEKLY: 52,
    Interval.BIWEEKLY: 26,
    Interval.MONTHLY: 12,
    Interval.QUARTERLY: 4,
    Interval.YEARLY: 1,
}


class SeriesStatus(StrEnum):
    ACTIVE = "active"
    MISSED = "missed"
    """A payment is overdue."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Payment:
    id: str
    """Of the transaction."""
    date: datetime.date
    amount: int
    """In the smallest unit of the currency, less refunds; above zero."""


@dataclass(frozen=True, slots=True)
class MerchantPayments:
    """The payments of one merchant in one currency and direction, oldest first."""

    merchant: str
    currency: str
    direction: Direction
    payments: tuple[Payment, ...]
    categories: tuple[str | None, ...]
    """Of each payment."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    old: int
    new: int
    date: datetime.date
    """Of the first payment of the new amount."""


@dataclass(frozen=True, slots=True)
class Series:
    """Payments at a regular interval. Amounts are in the smallest unit of the currency."""

    interval: Interval
    payments: tuple[Payment, ...]
    """Oldest first, without the second ones of `doubled`."""
    amount: int
    """Of the next payment: the present price, or what is typical if the amounts vary."""
    varies: bool
    status: SeriesStatus
    next_date: datetime.date | None
    """None if it has ended."""
    price_changes: tuple[PriceChange, ...]
    missed: tuple[datetime.date, ...]
    """Days on which a payment was expected and none came."""
    doubled: tuple[datetime.date, ...]
    """Days of payments that came twice."""
    yearly_cost: int
    """What a year costs, or earns, at the present amount."""

    @property
    def last_date(self) -> datetime.date:
        return self.payments[-1].date


@dataclass(frozen=True, slots=True)
class SeriesDecision:
    """What a person decided about a series."""

    name: str | None = None
    confirmed: bool = False
    ended_on: datetime.date | None = None
    """The day of its last payment. With a later one it has not ended."""


@dataclass(frozen=True, slots=True)
class StoredDecision:
    key: str
    transactions: frozenset[str]
    """The series is the one that has any of them."""
    decision: SeriesDecision


@dataclass(frozen=True, slots=True)
class RecurringPayment:
    """A series with its merchant and what a person decided about it."""

    id: str
    """Of its first transaction. The id of any of its transactions leads to it."""
    merchant: str
    name: str
    """That a person gave the series or the merchant, else the merchant's key."""
    category: str | None
    currency: str
    direction: Direction
    interval: Interval
    amount: Decimal
    varies: bool
    status: SeriesStatus
    last_date: datetime.date
    next_date: datetime.date | None
    price_changes: tuple[tuple[Decimal, Decimal, datetime.date], ...]
    """(old, new, date)."""
    missed: tuple[datetime.date, ...]
    doubled: tuple[datetime.date, ...]
    yearly_cost: Decimal
    decision: SeriesDecision


@dataclass(frozen=True, slots=True)
class RecurringInPeriod:
    """A recurring payment in some days."""

    payment: RecurringPayment
    paid: tuple[tuple[datetime.date, Decimal], ...]
    """(day, amount less refunds), oldest first."""
    expected: datetime.date | None
    """The next payment, if it is in these days."""
    missed: tuple[datetime.date, ...]


@dataclass(frozen=True, slots=True)
class FoundPayment:
    """A recurring payment as it was found, without what a person decided."""

    payment: RecurringPayment
    payments: tuple[Payment, ...]
    """Oldest first."""
