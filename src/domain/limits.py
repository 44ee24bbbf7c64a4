"""Finance rules: limits that a person sets for shares of the income and for categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Measure(StrEnum):
    """What is compared with the income, or with an amount."""

    ESSENTIAL = "essential"
    DISCRETIONARY = "discretionary"
    SAVING = "saving"
    """What was moved to savings: `moved_to_savings`."""
    HOUSING = "housing"
    DEBT = "debt"
    SAVINGS_RATE = "savings_rate"
    """What was saved: income less spending, whether or not it was moved."""
    CATEGORY = "category"


AT_LEAST = (Measure.SAVING, Measure.SAVINGS_RATE)
"""Their limits are the least that is wanted; all others are the most."""
OF_CATEGORIES = (Measure.HOUSING, Measure.DEBT)
"""A person chooses which categories count."""


class LimitPeriod(StrEnum):
    MONTH = "month"
    THREE_MONTHS = "three_months"
    """The last three complete months."""

    @property
    def months(self) -> int:
        return 3 if self is LimitPeriod.THREE_MONTHS else 1


@dataclass(frozen=True, slots=True)
class Limit:
    measure: Measure
    share: Decimal | None = None
    """Of the income, 0..1. Either this or `amount`, which only a limit of a category can have."""
    amount: Decimal | None = None
    """For a month."""
    currency: str | None = None
    """Of `amount`."""
    category: str | None = None
    """With its subcategories, of a limit of a category."""
    categories: tuple[str, ...] = ()
    """What counts as housing or debt, with their subcategories."""
    period: LimitPeriod = LimitPeriod.MONTH
    enabled: bool = True

    @property
    def key(self) -> str:
        """At most one limit has it."""
        if self.measure is Measure.CATEGORY:
            return f"category:{self.category} {self.currency or 'share'}"
        return self.measure.value

    @property
    def at_least(self) -> bool:
        return self.measure in AT_LEAST


DEFAULTS = (
    Limit(Measure.ESSENTIAL, Decimal("0.5")),
    Limit(Measure.DISCRETIONARY, Decimal("0.3")),
    Limit(Measure.SAVING, Decimal("0.2")),
    Limit(Measure.HOUSING, Decimal("0.3"), categories=("housing",)),
    Limit(Measure.DEBT, Decimal("0.36"), categories=("debt",)),
    Limit(Measure.SAVINGS_RATE, Decimal("0.2")),
)
"""50/30/20, and common ratios of lenders and advisers."""


def default_of(measure: Measure) -> Limit | None:
    return next((limit for limit in DEFAULTS if limit.measure is measure), None)


class LimitStatus(StrEnum):
    OK = "ok"
    ALARM = "alarm"
    CANNOT_TELL = "cannot_tell"
    OFF = "off"


class Unknown(StrEnum):
    """Why a limit cannot be judged."""

    NO_INCOME = "no_income"
    TOO_FEW_MONTHS = "too_few_months"
    MONTH_INCOMPLETE = "month_incomplete"


@dataclass(frozen=True, slots=True)
class LimitState:
    """A limit in one period. Amounts are of the whole period."""

    limit: Limit
    status: LimitStatus
    why: Unknown | None
    currency: str
    months: tuple[str, ...]
    since: date
    until: date
    amount: Decimal
    """What was spent, saved or paid."""
    income: Decimal
    allowed: Decimal | None
    """The limit as an amount; None without income."""
    by_category: tuple[tuple[str | None, Decimal], ...]
    """The parts of `amount`, largest first, without own transfers. None: uncategorized."""
    uncategorized: Decimal
    """Spending without a category, which is in no figure but the saving rate."""
    by_account: tuple[tuple[str, Decimal], ...] = ()
    """Own transfers, which are part of what was moved to savings."""

    @property
    def share(self) -> Decimal | None:
        """Of the income; None without any."""
        return self.amount / self.income if self.income > 0 else None


def as_plain(limit: Limit) -> dict[str, Any]:
    """As JSON has it."""
    return {
        "measure": limit.measure.value,
        "share": None if limit.share is None else f"{limit.share:f}",
        "amount": None if limit.amount is None else f"{limit.amount:f}",
        "currency": limit.currency,
        "category": limit.category,
        "categories": list(limit.categories),
        "period": limit.period.value,
        "enabled": limit.enabled,
    }


def limit_of(values: Mapping[str, Any]) -> Limit:
    """The limit that `as_plain` wrote."""
    return Limit(
        measure=Measure(values["measure"]),
        share=None if values["share"] is None else Decimal(values["share"]),
        amount=None if values["amount"] is None else Decimal(values["amount"]),
        currency=values["currency"],
        category=values["category"],
        categories=tuple(values["categories"]),
        period=LimitPeriod(values["period"]),
        enabled=values["enabled"],
    )


def with_defaults(limits: Sequence[Limit]) -> list[Limit]:
    """Those of `DEFAULTS` that a person has not changed first."""
    own = {limit.key: limit for limit in limits}
    return [*(own.pop(default.key, default) for default in DEFAULTS), *own.values()]


def moved(limits: Sequence[Limit], slug: str, into: str | None) -> list[Limit]:
    """With a category that was merged into another, or deleted. Of two limits that become one, the other
    category's stays."""
    everything = with_defaults(limits)
    if not any(slug in (limit.category, *limit.categories) for limit in everything):
        return list(limits)
    by_key: dict[str, Limit] = {}
    for limit in everything:
        changed = _moved(limit, slug, into)
        if changed is not None and (changed is limit or changed.key not in by_key):
            by_key[changed.key] = changed
    return [limit for limit in by_key.values() if limit not in DEFAULTS]


def _moved(limit: Limit, slug: str, into: str | None) -> Limit | None:
    if limit.category == slug:
        return replace(limit, category=into) if into else None
    if slug not in limit.categories:
        return limit
    names = [into if name == slug else name for name in limit.categories]
    return replace(limit, categories=tuple(dict.fromkeys(name for name in names if name)))
