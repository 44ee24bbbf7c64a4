"""The card of the forecast for the dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from src.domain.forecasts import Forecast, MonthForecast
from src.web.forecast import text
from src.web.shared import format

if TYPE_CHECKING:
    from src.services.forecast.forecasts import Forecasts


@dataclass(frozen=True, slots=True)
class ForecastCard:
    forecast: Forecast
    sentences: tuple[str, str]
    """Of spending and income, in the running or the next month."""
    later: tuple[tuple[str, MonthForecast], ...]
    """The names and the spending of the two months after it."""
    saved: Decimal
    """The expected income of the first month less its expected spending."""

    between = staticmethod(text.between)
    estimate = staticmethod(text.estimate)
    expected = staticmethod(text.expected)


def forecast_card(forecasts: Forecasts, *, currency: str) -> ForecastCard | None:
    """None without enough months, or before the first analysis. Raises Unavailable."""
    forecast = forecasts.get(currency)
    if forecast is None or forecast.not_enough:
        return None
    total, income = forecast.series[:2]
    return ForecastCard(
        forecast,
        (text.sentence(total, forecast), text.sentence(income, forecast)),
        tuple((format.month_name(month.month), month) for month in total.months[1:3]),
        income.months[0].expected - total.months[0].expected,
    )
