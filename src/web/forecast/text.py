"""The words of forecasts."""

from __future__ import annotations

from decimal import Decimal

from src.domain.forecasts import Forecast, Kind, Method, MonthForecast, SeriesForecast
from src.web.shared import format
from src.web.shared.blueprint import category_name

METHODS = {
    Method.MEDIAN: ("Median", "the middle one of the last 12 months"),
    Method.MEAN: ("Mean", "of the last 12 months"),
    Method.LAST_VALUE: ("Last value", "as in the last month"),
    Method.SEASONAL_NAIVE: ("Same month", "as in the same month of last year"),
    Method.SMOOTHING: ("Smoothing", "a mean in which newer months weigh more"),
    Method.COMBINATION: ("Combination", "the mean of median, mean and smoothing"),
    Method.LINEAR_REGRESSION: ("Linear regression", "a trend and a yearly wave"),
    Method.RANDOM_FOREST: ("Random forest", "learns from the recent months of all categories"),
    Method.GRADIENT_BOOSTING: ("Gradient boosting", "learns from the recent months of all categories"),
}
"""A name, and what it does."""
_TOTALS = {Kind.TOTAL: "Spending", Kind.INCOME: "Income"}
_ROUNDED_FROM = 100


def name_of(series: SeriesForecast) -> str:
    return _TOTALS.get(series.subject.kind) or category_name(series.subject.category)


def estimate(amount: Decimal, currency: str) -> str:
    """To whole units if it is large: what is only estimated has no cents."""
    if abs(amount) < _ROUNDED_FROM or amount == amount.to_integral_value():
        return format.money(amount, currency)
    return format.about(amount, currency)


def expected(month: MonthForecast, currency: str) -> str:
    return _shown(month.expected, month, currency)


def between(month: MonthForecast, currency: str) -> str:
    if month.low == month.high:
        return _shown(month.low, month, currency)
    return f"{_shown(month.low, month, currency)} – {_shown(month.high, month, currency)}"


def _shown(amount: Decimal, month: MonthForecast, currency: str) -> str:
    """One rounding for an interval and what is expected: exact if nothing of it is estimated."""
    is_exact = month.low == month.high or max(abs(month.low), abs(month.high)) < _ROUNDED_FROM
    return format.money(amount, currency) if is_exact else format.about(amount, currency)


def basis(forecast: Forecast) -> str:
    first, last = (format.month_name(forecast.past_months[index]) for index in (0, -1))
    months = format.counted(len(forecast.past_months), "complete month")
    running = (
        f", and on what is known of {format.month_name(forecast.running_month)} until "
        f"{format.day(forecast.as_of)}"
        if forecast.running_month
        else ""
    )
    return f"Based on {months}, {first} to {last}{running}."


def sentence(series: SeriesForecast, forecast: Forecast) -> str:
    """The next month, or the end of the running one."""
    month = series.months[0]
    amount = expected(month, forecast.currency)
    ends = f" ends at {amount}" if month.month == forecast.running_month else f": {amount}"
    return f"{format.month_name(month.month)}{ends} ({between(month, forecast.currency)})."


def error_of(series: SeriesForecast, currency: str) -> str:
    if series.error is None:
        return "–"
    share = f" ({format.percent(series.error_share)})" if series.error_share is not None else ""
    return f"{estimate(series.error, currency)}{share}"


def methods(forecast: Forecast) -> str:
    """What the methods in use do."""
    used = {series.method for series in forecast.series}
    listed = "; ".join(f"{name}: {words}" for method, (name, words) in METHODS.items() if method in used)
    return (
        f"{listed}. The one that was best for past months is used, the simpler one if it was about as good."
    )


def measured(forecast: Forecast) -> str:
    """How often the intervals were right."""
    if forecast.coverage is None:
        return "There are too few months to measure how often the intervals are right."
    return (
        f"Tried on past months with only what was known before them: "
        f"{format.percent(forecast.coverage)} of {format.number(forecast.judged)} amounts of categories were "
        "within their interval; the aim is 80\N{NO-BREAK SPACE}%."
    )
