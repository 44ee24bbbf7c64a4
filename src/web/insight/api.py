"""Recurring payments: list, confirm, rename and end them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.web.insight.schemas import ChangedRecurringBody, RecurringBody, RecurringRequest, recurring_body
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared import time_zone

if TYPE_CHECKING:
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
