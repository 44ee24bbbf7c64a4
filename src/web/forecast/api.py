"""Forecasts of the next months' spending and income."""

from __future__ import annotations

from typing import TYPE_CHECKING

from src.domain.forecasts import NEEDED_MONTHS
from src.errors import Unavailable
from src.web.forecast.schemas import ForecastBody, ForecastQuery, NotEnoughBody, forecast_body
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.services.analysis.state import AnalysisState
    from src.services.forecast.forecasts import Forecasts

api = Operations("forecast", __name__, url_prefix="/api/v1")
PART = "forecast"


@api.operation(
    "GET",
    "/insight/forecast",
    summary="Forecast the next months by category, in total, and income",
    query=ForecastQuery,
    returns={200: list[ForecastBody] | NotEnoughBody},
)
def forecast(query: ForecastQuery, *, forecasts: Forecasts, analysis_state: AnalysisState) -> ResponseValue:
    """Spending counts less refunds; own transfers and savings do not count. Recurring payments are in it with
    their exact amounts. The months follow the newest transaction; the first one is that of the newest
    transaction if it is not over. The total is forecast on its own: the categories do not add up to it.
    Categories with spending in fewer than three months are only in the total.
    """
    status = analysis_state.wait_until_analysed(PART, at_most_s=query.wait)
    made = forecasts.get(query.currency)
    if made is None and not status.has_ended(PART):
        raise Unavailable("The ledger was not analysed yet.")
    if made is None:
        return {"not_enough": {"months": 0, "needed": NEEDED_MONTHS}}
    if made.not_enough:
        return {"not_enough": {"months": made.not_enough.months, "needed": made.not_enough.needed}}
    return forecast_body(made, months=query.months, up_to_date=status.is_current(PART))
