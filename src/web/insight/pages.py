"""The page of recurring payments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.acts import ActKind
from src.domain.categories import Group, flow_of
from src.domain.recurring import RecurringPayment, SeriesStatus
from src.errors import InvalidInput
from src.pipeline.insight.recurring import yearly_totals
from src.web.insight import text
from src.web.insight.schemas import RecurringRequest
from src.web.shared import time_zone
from src.web.shared.blueprint import bp, categories, page
from src.web.shared.forms import Errors, act_to_undo, count_in, errors_of, with_query
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.pipeline.insight.recurring import RecurringPayments
    from src.services.insight.payments import PaymentHistory
    from src.services.transactions.acts import ActLog

_RECENT = timedelta(days=14)


@bp.get("/insight/recurring")
def recurring() -> ResponseReturnValue:
    return _recurring_page()


@with_services
def _recurring_page(
    status: int = 200,
    wrong: tuple[str, str, Errors] | None = None,
    *,
    recurring_payments: RecurringPayments,
    payment_history: PaymentHistory,
    act_log: ActLog,
) -> ResponseReturnValue:
    """wrong: the id and the name of a form that was refused, with its errors."""
    today = time_zone.today()
    payments, newest = recurring_payments.all(today=today), payment_history.newest_date(until=today)
    groups: dict[str | None, Group] = {category.slug: category.group for category in categories()}
    lists: dict[str, list[RecurringPayment]] = {
        heading: [] for heading in (*text.HEADINGS.values(), text.ENDED)
    }
    for payment in payments:
        flow, _ = flow_of(groups.get(payment.category), payment.direction)
        has_ended = payment.status is SeriesStatus.ENDED
        lists[text.ENDED if has_ended else text.HEADINGS[flow]].append(payment)
    return page(
        "insight/recurring.html",
        status,
        lists=lists.items(),
        totals=yearly_totals(payments, groups),
        intervals=text.INTERVALS,
        statuses=text.STATUSES,
        remarks=text.remarks,
        newest=newest if newest and today - newest > _RECENT else None,
        wrong=wrong,
        act=act_to_undo(act_log, ActKind.RECURRING),
        saved="saved" in request.args,
        undone=count_in(request.args, "undone"),
    )


@bp.post("/insight/recurring/<payment_id>")
def change_recurring(payment_id: str, *, recurring_payments: RecurringPayments) -> ResponseReturnValue:
    """One of the forms of a recurring payment: its name, `confirmed` or `ended`."""
    name = request.form.get("name")
    try:
        fields = RecurringRequest.model_validate(_fields()).fields()
    except ValidationError as error:
        recurring_payments.find(payment_id, today=time_zone.today())  # 404 if there is none
        return _recurring_page(422, (payment_id, name or "", errors_of(error)))
    _, act = recurring_payments.change(payment_id, fields, today=time_zone.today(), at=datetime.now(UTC))
    return redirect(with_query(url_for("pages.recurring"), {"saved": 1, "act": act}), 303)


def _fields() -> dict[str, Any]:
    """A blank name shows the merchant's again."""
    form = request.form
    if "name" in form:
        return {"name": form["name"].strip() or None}
    if field := next(filter(form.__contains__, ("confirmed", "ended")), ""):
        return {field: form[field] == "true"}
    raise InvalidInput("This form has no known field.")
