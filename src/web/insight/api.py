"""Recurring payments: list, confirm, rename and end them; a month against others, and its report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.web.insight.month_schemas import (
    ComparisonBody,
    ComparisonQuery,
    SumsQuery,
    checked_month,
    comparison_body,
)
from src.web.insight.report_schemas import ReportBody, report_body
from src.web.insight.schemas import ChangedRecurringBody, RecurringBody, RecurringRequest, recurring_body
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared import time_zone

if TYPE_CHECKING:
    from src.pipeline.insight.months import MonthInsight
    from src.pipeline.insight.recurring import RecurringPayments

api = Operations("insight", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/insight/recurring",
    summary="List subscriptions, bills, rent and income that recur",
    returns={200: list[RecurringBody]},
)
def list_recurring(*, recurring_payments: RecurringPayments) -> ResponseValue:
    """By the next date; those that have ended come last. Own transfers do not count, and a linked refund
    lowers the payment that it refunds."""
    payments = recurring_payments.all(today=time_zone.today())
    return [recurring_body(payment) for payment in payments]


@api.operation(
    "PATCH",
    "/insight/recurring/{id}",
    summary="Confirm, rename or end a recurring payment",
    body=RecurringRequest,
    returns={200: ChangedRecurringBody},
    errors=(404, 503),
)
def change_recurring(
    id: str, body: RecurringRequest, *, recurring_payments: RecurringPayments
) -> ResponseValue:
    """A payment after the end makes it active again."""
    payment, act = recurring_payments.change(id, body.fields(), today=time_zone.today(), at=datetime.now(UTC))
    return {**recurring_body(payment), "act": act}


@api.operation(
    "GET",
    "/insight/compare",
    summary="Compare a month with the last one, the same a year before, and what is usual",
    query=ComparisonQuery,
    returns={200: ComparisonBody},
    errors=(404, 503),
)
def compare(query: ComparisonQuery, *, month_insight: MonthInsight) -> ResponseValue:
    """A month that is not over is compared day for day: with the same days of the other months. 404 if there
    are no transactions of the month."""
    currency = month_insight.currency(query.currency)
    month = query.month or month_insight.newest_month(currency)
    return comparison_body(month_insight.compare(month, currency, query.account))


@api.operation(
    "GET",
    "/insight/months/{month}",
    summary="Get the report of a month",
    query=SumsQuery,
    returns={200: ReportBody},
    errors=(404, 503),
)
def month_report(month: str, query: SumsQuery, *, month_insight: MonthInsight) -> ResponseValue:
    """Totals, categories and merchants, what changed, what recurs, and habits. Recurring payments and what
    changed in them are of all accounts, so a report of one account has none. 404 if there are no
    transactions of the month."""
    month, account = checked_month(month), query.account
    currency = month_insight.currency(query.currency)
    comparison = month_insight.compare(month, currency, account)
    return report_body(
        comparison,
        month_insight.what_changed(month, currency, account),
        month_insight.merchants(comparison.days, currency, account),
        month_insight.recurring_of(comparison.days, currency) if account is None else (),
        month_insight.habits(month, currency, account),
    )
