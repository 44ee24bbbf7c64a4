"""What a month is compared with, what changed in it, and what a person spends by habit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from src.domain.categories import Flow
from src.domain.months import first_day, last_day


@dataclass(frozen=True, slots=True)
class MonthSums:
    """Sums of one month, or of its first days, as they count."""

    flows: Mapping[Flow, Decimal]
    spent: Mapping[str | None, Decimal]
    """By category; None is uncategorized."""
    purchases: Mapping[str | None, int]
    """How many are behind `spent`; refunds do not count."""

    def of(self, flow: Flow) -> Decimal:
        return self.flows.get(flow, Decimal(0))

    def in_category(self, category: str | None) -> Decimal:
        return self.spent.get(category, Decimal(0))


@dataclass(frozen=True, slots=True)
class Compared:
    """An amount of a month, and the same of what it is compared with; None where there is nothing."""

    amount: Decimal
    last_month: Decimal | None
    last_year: Decimal | None
    """The same month a year before."""
    usual: Decimal | None
    """The median of the complete months before."""


@dataclass(frozen=True, slots=True)
class MonthDays:
    """A month, and the part of it that the history covers."""

    month: str
    first: date
    through: date
    """The last day that counts, also in the months it is compared with."""
    complete: bool
    month_starts: int = 1

    @property
    def last(self) -> date:
        """Of the whole month."""
        return last_day(self.month, self.month_starts)

    def same_days(self, month: str) -> tuple[date, date]:
        """The first and the last day of another month that this one is compared with."""
        first, last = first_day(month, self.month_starts), last_day(month, self.month_starts)
        return first, last if self.complete else min(first + (self.through - self.first), last)


@dataclass(frozen=True, slots=True)
class Comparison:
    days: MonthDays
    currency: str
    account: str | None
    totals: Mapping[Flow, Compared]
    net: Compared
    """Income less spending."""
    by_category: Mapping[str | None, Compared]
    """Of spending, the largest first."""
    last_month: str | None
    last_year: str | None
    """The months before and a year before, if the history covers them."""
    usual_months: Sequence[str]
    """Of which `usual` is the median; empty if there are too few."""


class ChangeCode(StrEnum):
    SPENDING_UP = "spending_up"
    SPENDING_DOWN = "spending_down"
    CATEGORY_UP = "category_up"
    CATEGORY_DOWN = "category_down"
    INCOME_UP = "income_up"
    INCOME_DOWN = "income_down"
    NEW_MERCHANT = "new_merchant"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    MISSED = "missed"
    DOUBLED = "doubled"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Change:
    """Something of a month that differs from the months before; which fields it has depends on its code."""

    code: ChangeCode
    amount: Decimal
    """Of the month; of a recurring payment, its price."""
    weight: Decimal
    """How much money it is about, by which changes are ordered."""
    usual: Decimal | None = None
    """Of a new price, the old one."""
    category: str | None = None
    merchant: str | None = None
    """Of a category, the one that explains most of it."""
    name: str | None = None
    """Of a recurring payment."""
    day: date | None = None
    """When a price changed, or a payment was expected, came twice or was the last one."""
    yearly: Decimal | None = None
    """What a new price changes in a year."""
    income: bool = False
    """Whether the recurring payment is received."""
    is_new: bool = False
    """Whether the merchant that explains a category is."""


@dataclass(frozen=True, slots=True)
class Rise:
    """What was spent at a merchant in a category in a month, above what is usual."""

    merchant: str
    amount: Decimal
    is_new: bool
    """Whether nothing was spent there before."""


@dataclass(frozen=True, slots=True)
class WhatChanged:
    days: MonthDays
    currency: str
    changes: Sequence[Change]
    """The most important first."""
    months: int
    """Complete months before it."""
    needed: int
    """Of them, to tell what is out of the ordinary."""

    @property
    def enough(self) -> bool:
        return self.months >= self.needed


class HabitCode(StrEnum):
    CATEGORY = "category"
    MERCHANT = "merchant"
    SMALL_PURCHASES = "small_purchases"
    """Many small purchases at one merchant."""
    WEEKENDS = "weekends"
    SUBSCRIPTIONS = "subscriptions"
    """Recurring payments in discretionary categories."""
    BILLS = "bills"
    """Other recurring payments."""


@dataclass(frozen=True, slots=True)
class Habit:
    code: HabitCode
    yearly: Decimal
    """What it costs in a year at this rate."""
    amount: Decimal
    """Of the period."""
    count: int
    """Purchases in the period; of SUBSCRIPTIONS and BILLS, the payments that recur."""
    category: str | None = None
    merchant: str | None = None
    weekdays: Sequence[int] = ()
    """On which most purchases are; 0 is Monday."""
    share: float | None = None
    """Of the spending of the period."""


@dataclass(frozen=True, slots=True)
class Habits:
    since: date
    until: date
    months: int
    """In the period; 0 if there are too few complete ones."""
    habits: Sequence[Habit] = field(default=())
