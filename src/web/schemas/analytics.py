"""Sums over the history."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, cast

from pydantic import Field
from typing_extensions import TypedDict

from src.web.schemas.fields import Currency, IsoDate, money
from src.web.schemas.history import QueryModel


class AnalyticsQuery(QueryModel):
    """The span of days, and the currency whose sums to tell."""

    since: Annotated[IsoDate | None, Field(alias="from", description="First day, inclusive.")] = None
    until: Annotated[IsoDate | None, Field(alias="to", description="Last day, inclusive.")] = None
    currency: Annotated[Currency | None, Field(description="Default: the one used most.")] = None


class CurrencyCountBody(TypedDict):
    currency: str
    count: int


class TotalsBody(TypedDict):
    count: int
    expense: str
    income: str
    transfer: str
    net: Annotated[str, Field(description="Income less expense.")]


class MonthBody(TotalsBody):
    month: Annotated[str, Field(examples=["2026-03"])]


class SumBody(TypedDict):
    amount: str
    count: int
    share: Annotated[float, Field(description="Of the whole, 0..1.")]


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
        "by_category": list[CategorySumBody],
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
