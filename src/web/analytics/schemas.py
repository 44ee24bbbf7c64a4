"""The body of the analytics operation."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import Field
from typing_extensions import TypedDict

from src.web.shared.blueprint import merchant_names
from src.web.shared.fields import Currency, money
from src.web.shared.periods import PeriodQuery

if TYPE_CHECKING:
    from src.components.monitoring.quality import Accuracy
    from src.pipeline.monitoring.quality import LiveAccuracy


class AnalyticsQuery(PeriodQuery):
    """The days, and the currency of the sums."""

    currency: Annotated[Currency | None, Field(description="Default: the one used most.")] = None


class CurrencyCountBody(TypedDict):
    currency: str
    count: int


class TotalsBody(TypedDict):
    """Counted by the group of the category; without a category by the direction alone."""

    count: int
    expense: Annotated[
        str, Field(description="Spent in essential and discretionary categories, less refunds.")
    ]
    income: Annotated[str, Field(description="Income, less what was paid back.")]
    saved: Annotated[
        str,
        Field(
            description="Put into savings categories, less what was withdrawn; own transfers to savings "
            "accounts are in `transfer`. Neither in `expense` nor in `income`."
        ),
    ]
    transfer: Annotated[
        str,
        Field(
            description="Transfers and card payments; what was moved between two paired transactions counts "
            "once. Neither in `expense` nor in `income`."
        ),
    ]
    net: Annotated[str, Field(description="What was saved: income less expense.")]


class MonthBody(TotalsBody):
    month: Annotated[str, Field(examples=["2026-03"])]
    partial: Annotated[
        bool,
        Field(
            description="The history or the period does not cover the whole month; leave it out of averages."
        ),
    ]


class SumBody(TypedDict):
    amount: Annotated[str, Field(description="Less refunds, so it may be below zero.")]
    count: int
    share: Annotated[float, Field(description="Of all amounts above zero, 0..1.")]


# `in` is a Python keyword, so this is a call.
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
    category: Annotated[str | None, Field(description="Null: uncategorized.")]


class ModeSumBody(SumBody):
    mode: str | None


class MonthCategorySumBody(CategorySumBody):
    month: str


class GroupSumBody(SumBody):
    group: Annotated[str | None, Field(description="`essential`, `discretionary` …; null: uncategorized.")]


class MerchantSumBody(TypedDict):
    merchant: Annotated[str, Field(description="Its key.")]
    name: Annotated[str, Field(description="The key, unless it was renamed.")]
    amount: str
    count: int


class AccuracyBody(TypedDict):
    """How often the newest prediction was the category the person then chose."""

    answers: int
    correct: int
    accuracy: Annotated[float | None, Field(description="Null without answers.")]
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


# `from` is a Python keyword, so this is a call.
AnalyticsBody = TypedDict(
    "AnalyticsBody",
    {
        "currency": str,
        "currencies": list[CurrencyCountBody],
        "from": str | None,
        "to": str | None,
        "totals": TotalsBody,
        "uncategorized": Annotated[
            TotalsBody,
            Field(
                description="The part of the totals that counts by type alone: without a category, "
                "or with a suggested one that contradicts the type."
            ),
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


def analytics_body(overview: dict[str, Any]) -> AnalyticsBody:
    """overview: of the analytics service, with Decimal amounts and dates, and a LiveAccuracy."""
    sums = {name: value for name, value in overview.items() if name not in ("from", "until", "accuracy")}
    body = with_texts(sums, overview["currency"])
    for name, day in (("from", overview["from"]), ("to", overview["until"])):
        body[name] = day.isoformat() if day else None
    for merchant in body["top_merchants"]:
        merchant["name"] = merchant_names().get(merchant["merchant"], merchant["merchant"])
    body["accuracy"] = _live_accuracy(overview["accuracy"])
    return cast(AnalyticsBody, body)


def with_texts(value: Any, currency: str) -> Any:
    """`value` with amounts as decimal strings."""
    if isinstance(value, Decimal):
        return money(value, currency)
    if isinstance(value, list):
        return [with_texts(item, currency) for item in value]
    if isinstance(value, dict):
        return {name: with_texts(item, currency) for name, item in value.items()}
    return value


def _live_accuracy(live: LiveAccuracy) -> dict[str, Any]:
    return {
        "overall": _accuracy(live.overall),
        "by_category": [{"category": key, **_accuracy(of)} for key, of in live.by_category.items()],
        "by_week": [{"week": key, **_accuracy(of)} for key, of in live.by_week.items()],
        "by_model_version": [{"version": key, **_accuracy(of)} for key, of in live.by_version.items()],
    }


def _accuracy(of: Accuracy) -> AccuracyBody:
    return {"answers": of.answers, "correct": of.correct, "accuracy": of.share, "ci95": list(of.ci95)}
