"""The page of forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from flask.typing import ResponseReturnValue

from src.domain.categories import Flow
from src.domain.forecasts import NEEDED_MONTHS, Forecast, Kind, NotEnough
from src.web.forecast import text
from src.web.forecast.api import PART
from src.web.forecast.charts import chart_of
from src.web.history.links import history_link
from src.web.shared import format
from src.web.shared.blueprint import bp, page

if TYPE_CHECKING:
    from src.services.analysis.state import AnalysisState
    from src.services.forecast.forecasts import Forecasts


@bp.get("/insight/forecast")
def forecast(*, forecasts: Forecasts, analysis_state: AnalysisState) -> ResponseReturnValue:
    currencies, status = forecasts.currencies(), analysis_state.status()
    wanted = request.args.get("currency")
    made = forecasts.get(wanted if wanted in currencies else None)
    enough = made if made and not made.not_enough else None
    not_enough = made.not_enough if made else None
    if made is None and status.has_ended(PART):
        not_enough = NotEnough(0, NEEDED_MONTHS)
    return page(
        "forecast/index.html",
        forecast=enough,
        not_enough=not_enough,
        currencies=currencies,
        currency=made.currency if made else "",
        step=_step(enough),
        charts=[chart_of(series, enough) for series in enough.series[:2]] if enough else [],
        ended=status.has_ended(PART),
        failed=status.has_ended(PART) and not status.is_current(PART),
        text=text,
        month_name=format.month_name,
        link=_link,
    )


def _step(forecast: Forecast | None) -> int:
    """The month that the table shows, by the address; by default the first one."""
    months = [month.month for month in forecast.series[0].months] if forecast else []
    wanted = request.args.get("month", "")
    return months.index(wanted) if wanted in months else 0


def _link(forecast: Forecast, kind: Kind, category: str | None) -> str:
    """To the transactions that it is based on."""
    if kind is Kind.CATEGORY:
        return history_link(forecast.currency, Flow.SPENT, category=category)
    return history_link(forecast.currency, Flow.EARNED if kind is Kind.INCOME else Flow.SPENT)
