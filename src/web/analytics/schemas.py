"""Sums over the history."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, cast

from pydantic import Field
from typing_extensions import TypedDict

from src.web.shared.fields import Currency, IsoDate, QueryModel, money


class AnalyticsQuery(QueryModel):
    """The span of days, and the currency whose sums to tell."""

    since: Annotated[IsoDate | None, Field(alias="from", description="First day, inclusive.")] = None
    until: Annotated[IsoDate | None, Field(alias="to", description="Last day, inclusive.")] = None
    currency: Annotated[Currency | None, Field(description="Default: the one used most.")] = None


class CurrencyCountBody(TypedDict):
    currency: str
    count: int


class TotalsBody(TypedDict):
    """Counted by the group of the category; by the direction alone where there is no category."""

    count: int
    expense: Annotated[
        str, Field(description="Spent in essential and discretionary categories, less refunds.")
    ]
    income: Annotated[str, Field(description="Income, less what was paid back of it.")]
    saved: Annotated[str, Field(description="Moved to savings, less what was taken out. Not in `expense`.")]
    transfer: Annotated[
        str,
        Field(description="Transfers and card payments, both ends. Neither in `expense` nor in `income`."),
    ]
    net: Annotated[str, Field(description="Income less expense.")]


class MonthBody(TotalsBody):
    month: Annotated[str, Field(examples=["2026-03"])]
    partial: Annotated[
        bool,
        Field(description="The history or the period does not cover the whole month: leave it out of means."),
    ]


class SumBody(TypedDict):
    amount: Annotated[str, Field(description="Less refunds, so it may be below zero.")]
    count: int
    share: Annotated[float, Field(description="Of all amounts above zero, 0..1.")]


# `in` is a word of Python, so this one is written as a call.
SetApartBody = TypedDict(
    "SetApartBody",
    {
        "kind": Annotated[str, Field(description="`saved` or `transferred`.")],
        "category": str | None,
        "amount": Annotated[str, Field(description="Its part of `saved` or `transfer` in the totals.")],
        "out": str,
        "in": str,
        "count": int,
    },
)


class CategorySumBody(SumBody):
    category: Annotated[str | None, Field(description="Null: not sure yet.")]


class ModeSumBody(SumBody):
    mode: str | None


class MonthCategorySumBody(CategorySumBody):
    month: str


class GroupSumBody(SumBody):
    group: Annotated[str | None, Field(description="`essential`, `discretionary` …; null: not sure yet.")]


class MerchantSumBody(TypedDict):
    merchant: str
    amount: str
    count: int


class AccuracyBody(TypedDict):
    """How often the newest prediction was what the person then said."""

    answers: int
    correct: int
    accuracy: Annotated[float | None, Field(description="Null for no answers.")]
    ci95: list[float]


class CategoryAccuracyBody(AccuracyBody):
    category: str | None


class WeekAccuracyBody(AccuracyBody):
    week: Annotated[str | None, Field(description="Its Monday.")]


class VersionAccuracyBody(AccuracyBody):
    version: str | None


class LiveAccuracyBody(TypedDict):
    overall: AccuracyBody
    by_category: list[CategoryAccuracyBody]
    by_week: list[WeekAccuracyBody]
    by_model_version: list[VersionAccuracyBody]


# `from` is a word of Python, so this one is written as a call.
AnalyticsBody = TypedDict(
    "AnalyticsBody",
    {
        "currency": str,
        "currencies": list[CurrencyCountBody],
        "from": str | None,
        "to": str | None,
        "totals": TotalsBody,
        "uncategorized": Annotated[
            TotalsBody, Field(description="The part of the totals that has no category yet.")
        ],
        "by_category": list[CategorySumBody],
        "savings_and_transfers": list[SetApartBody],
        "by_mode": list[ModeSumBody],
        "by_month": list[MonthBody],
        "by_month_category": list[MonthCategorySumBody],
        "essential_vs_discretionary": list[GroupSumBody],
        "top_merchants": list[MerchantSumBody],
        "accuracy": LiveAccuracyBody,
    },
)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _told(value: Any, currency: str) -> Any:
    """`value` with each amount as a decimal string."""
    if isinstance(value, Decimal):
        return money(value, currency)
    if isinstance(value, list):
        return [_told(each, currency) for each in value]
    if isinstance(value, dict):
        return {name: _told(each, currency) for name, each in value.items()}
    return value


def analytics_body(overview: dict[str, Any]) -> AnalyticsBody:
    """`overview`: as the analytics service gives it, with Decimal amounts and dates."""
    told = _told(overview, overview["currency"])
    told["from"], told["to"] = _day(overview["from"]), _day(told.pop("until"))
    return cast(AnalyticsBody, told)
