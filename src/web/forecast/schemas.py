"""Forecasts of the next months."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.forecasts import Forecast, Kind, Method, MonthForecast, SeriesForecast
from src.web.shared.fields import AnalysisWait, Currency, QueryModel, money

MOST_MONTHS = 6


class ForecastQuery(QueryModel):
    months: Annotated[
        int, Field(ge=1, le=MOST_MONTHS, description="After the running one, which comes in addition.")
    ] = MOST_MONTHS
    currency: Annotated[Currency | None, Field(description="Default: the one used most.")] = None
    wait: AnalysisWait = 10


class DueBody(TypedDict):
    id: Annotated[str, Field(description="Of the recurring payment.")]
    date: str
    amount: str


class ForecastBody(TypedDict):
    month: Annotated[str, Field(examples=["2026-03"])]
    kind: Annotated[Kind, Field(description="A category, or the total of spending, or all income.")]
    category: Annotated[
        str | None, Field(description="`total` and `income` are those of the kind; null: uncategorized.")
    ]
    currency: str
    expected: str
    low: Annotated[str, Field(description="Four of five months are between `low` and `high`.")]
    high: str
    method: Method
    backtest_error: Annotated[
        str | None,
        Field(
            description="The mean absolute error of such forecasts for past months, each with what was known "
            "before it; null if there are none."
        ),
    ]
    backtest_error_share: Annotated[
        float | None, Field(description="As a share of the mean of these months.")
    ]
    coverage: Annotated[float | None, Field(description="The share of past months within their intervals.")]
    running: Annotated[bool, Field(description="Whether the month is not over.")]
    already: Annotated[str, Field(description="Of the running month: what is spent, or received, already.")]
    recurring: Annotated[list[DueBody], Field(description="Recurring payments still to come, in `expected`.")]
    as_of: Annotated[str, Field(description="The day of the newest transaction.")]
    up_to_date: Annotated[bool, Field(description="Whether the ledger is unchanged since.")]


class MonthsBody(TypedDict):
    months: Annotated[int, Field(description="Complete months in the ledger, at most the last 36.")]
    needed: int


class NotEnoughBody(TypedDict):
    not_enough: MonthsBody


def forecast_body(forecast: Forecast, *, months: int, up_to_date: bool) -> list[ForecastBody]:
    """The total, income and then the categories, each by month."""
    shown = months + (forecast.running_month is not None)
    return [
        _body(forecast, series, month, up_to_date)
        for series in forecast.series
        for month in series.months[:shown]
    ]


def _body(forecast: Forecast, series: SeriesForecast, month: MonthForecast, up_to_date: bool) -> ForecastBody:
    def exact(amount: Decimal) -> str:
        return money(amount, forecast.currency)

    kind = series.subject.kind
    return {
        "month": month.month,
        "kind": kind,
        "category": series.subject.category if kind is Kind.CATEGORY else kind.value,
        "currency": forecast.currency,
        "expected": exact(month.expected),
        "low": exact(month.low),
        "high": exact(month.high),
        "method": series.method,
        "backtest_error": None if series.error is None else exact(series.error),
        "backtest_error_share": _rounded(series.error_share),
        "coverage": _rounded(series.coverage),
        "running": month.month == forecast.running_month,
        "already": exact(month.spent),
        "recurring": [
            {"id": due.id, "date": due.day.isoformat(), "amount": exact(due.amount)} for due in month.due
        ],
        "as_of": forecast.as_of.isoformat(),
        "up_to_date": up_to_date,
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
