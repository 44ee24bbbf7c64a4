"""Totals of the history, what the other pages say about their month, and the live accuracy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from src.domain.limits import LimitStatus
from src.domain.months import month_of
from src.domain.recurring import SeriesStatus
from src.pipeline.anomalies.unusual import AnomalyStatus
from src.web.analytics.schemas import AnalyticsBody, AnalyticsQuery, analytics_body
from src.web.anomalies.schemas import AnomalyBody, anomaly_body
from src.web.budgets.limit_schemas import LimitBody, limit_body
from src.web.budgets.schemas import BudgetBody, budget_body
from src.web.forecast.api import PART as FORECAST
from src.web.forecast.schemas import MOST_MONTHS, ForecastBody, forecast_body
from src.web.insight.schemas import RecurringBody, recurring_body
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared import time_zone

if TYPE_CHECKING:
    from src.pipeline.anomalies.unusual import UnusualSpendingList
    from src.pipeline.budgets.limits import LimitOverview
    from src.pipeline.budgets.overview import BudgetOverview
    from src.pipeline.insight.recurring import RecurringPayments
    from src.pipeline.monitoring.quality import Quality
    from src.services.analysis.state import AnalysisState
    from src.services.forecast.forecasts import Forecasts
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.analytics import Analytics

api = Operations("analytics", __name__, url_prefix="/api/v1")


class DashboardBody(AnalyticsBody):
    """The totals, and in their currency what other operations list."""

    anomalies: Annotated[
        list[AnomalyBody],
        Field(description="Unusual spending of the period, as last found. Its own operation has more."),
    ]
    budgets: Annotated[list[BudgetBody], Field(description="In the month of `to`, or the newest one.")]
    flags: Annotated[
        list[LimitBody],
        Field(description="Finance rules not kept in the month of `to`, or the last complete one."),
    ]
    recurring: Annotated[list[RecurringBody], Field(description="Those that have not ended.")]
    forecast: Annotated[
        list[ForecastBody], Field(description="As last made; empty before, and with too few months.")
    ]


@api.operation(
    "GET",
    "/analytics",
    summary="Get totals of spending, income and transfers, and the live accuracy",
    query=AnalyticsQuery,
    returns={200: DashboardBody},
)
def analytics(
    query: AnalyticsQuery,
    *,
    analytics: Analytics,
    quality: Quality,
    unusual_spending: UnusualSpendingList,
    budget_overview: BudgetOverview,
    limit_overview: LimitOverview,
    recurring_payments: RecurringPayments,
    forecasts: Forecasts,
    analysis_state: AnalysisState,
    preferences: PreferenceStore,
) -> ResponseValue:
    """All totals are in one currency. Those by category, mode, merchant and group are spending less refunds.

    Savings and transfers are neither spending nor income; `savings_and_transfers` has them.
    """
    sums = analytics.overview(since=query.since, until=query.until, currency=query.currency)
    accuracy = quality.accuracy(since=query.since, until=query.until)
    today, currency = time_zone.today(), sums["currency"]
    month = month_of(min(query.until, today), preferences.current().month_starts) if query.until else None
    limits = limit_overview.states(today=today, month=month, currency=currency)
    forecast, status = forecasts.get(currency), analysis_state.status()
    return {
        **analytics_body({**sums, "accuracy": accuracy}),
        "anomalies": [
            anomaly_body(anomaly, AnomalyStatus.OPEN)
            for anomaly in unusual_spending.open()
            if anomaly.currency == currency and _is_in(query, anomaly.date)
        ],
        "budgets": [
            budget_body(state)
            for state in budget_overview.states(today=today, month=month, currency=currency)
        ],
        "flags": [
            limit_body(limit)
            for limit in limits
            if limit.status is LimitStatus.ALARM and limit.currency == currency
        ],
        "recurring": [
            recurring_body(payment)
            for payment in recurring_payments.all(today=today)
            if payment.currency == currency and payment.status is not SeriesStatus.ENDED
        ],
        "forecast": forecast_body(forecast, months=MOST_MONTHS, up_to_date=status.is_current(FORECAST))
        if forecast
        else [],
    }


def _is_in(query: AnalyticsQuery, day: date) -> bool:
    return (query.since is None or query.since <= day) and (query.until is None or day <= query.until)
