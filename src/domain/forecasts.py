"""Forecasts of monthly spending and income."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Method(StrEnum):
    """The simpler ones first."""

    MEDIAN = "median"
    """Of the last twelve months."""
    MEAN = "mean"
    """Of the last twelve months."""
    LAST_VALUE = "last_value"
    SEASONAL_NAIVE = "seasonal_naive"
    """The same month of last year."""
    SMOOTHING = "exponential_smoothing"
    COMBINATION = "combination"
    """The mean of mean, median and smoothing."""
    LINEAR_REGRESSION = "linear_regression"
    RANDOM_FOREST = "random_forest"
    GRADIENT_BOOSTING = "gradient_boosting"


class Kind(StrEnum):
    CATEGORY = "category"
    TOTAL = "total"
    """All spending."""
    INCOME = "income"


@dataclass(frozen=True, slots=True)
class Subject:
    """What one series is of."""

    kind: Kind
    category: str | None = None
    """Of kind `category`; None: uncategorized."""


@dataclass(frozen=True, slots=True)
class DuePayment:
    """A recurring payment that a forecast contains."""

    id: str
    """Of the recurring payment."""
    name: str
    day: date
    amount: Decimal
    merchant: str = ""
    """Its key; "" in forecasts of earlier releases."""


@dataclass(frozen=True, slots=True)
class MonthForecast:
    month: str
    expected: Decimal
    low: Decimal
    high: Decimal
    spent: Decimal
    """What is already known of a month that is not over."""
    due: tuple[DuePayment, ...]


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    subject: Subject
    method: Method
    error: Decimal | None
    """Mean absolute error of the forecasts that were made for past months; None without any."""
    error_share: float | None
    """The error as a share of the mean of these months; None if it is zero or below."""
    coverage: float | None
    """The share of these months that were within their intervals."""
    judged: int
    """The number of these forecasts."""
    months: tuple[MonthForecast, ...]
    past: tuple[Decimal, ...]
    """Of each complete month."""


NEEDED_MONTHS = 6
"""Complete months, for any forecast."""


@dataclass(frozen=True, slots=True)
class NotEnough:
    months: int
    needed: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of one currency."""

    currency: str
    as_of: date
    """The day of the newest transaction."""
    past_months: tuple[str, ...]
    """The complete months that it is based on."""
    running_month: str | None
    """The first of the forecast months, if some of it is already known."""
    series: tuple[SeriesForecast, ...]
    """The total, income, and the categories by size."""
    too_few: tuple[str | None, ...]
    """Categories that too few months have spending in."""
    coverage: float | None
    """Of all categories together."""
    judged: int
    not_enough: NotEnough | None = None
    """Then there are no series."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The methods that a training chose."""

    currency: str
    basis: str
    """The months that it used."""
    methods: tuple[tuple[Subject, Method], ...]
