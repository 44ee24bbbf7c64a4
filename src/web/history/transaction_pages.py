"""The page of one transaction: its whole life, answered, edited and deleted there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.transactions import StoredTransaction, active_edits
from src.errors import Conflict, InvalidInput, Unavailable
from src.web.history.life import events_of
from src.web.prediction.forms import CURRENCIES, TransactionForm, changes_of
from src.web.shared import format
from src.web.shared.blueprint import bp, page
from src.web.shared.fields import last_date
from src.web.shared.forms import Errors, count_in, errors_of, extended
from src.web.shared.learned import learned_from
from src.web.shared.services import container


@bp.get("/transactions/<transaction_id>")
def transaction(transaction_id: str) -> ResponseReturnValue:
    row = container().transactions.get(transaction_id)
    return _shown(row, TransactionForm.of(row.transaction))


@bp.post("/transactions/<transaction_id>")
def edit_transaction(transaction_id: str) -> ResponseReturnValue:
    """Change what was given; the page then offers to undo it."""
    row, now = container().transactions.get(transaction_id), datetime.now(UTC)
    form = TransactionForm.read(request.form)
    try:
        changes = changes_of(row.transaction, form, today=now.date())
    except (ValidationError, InvalidInput) as error:
        return _shown(row, form, errors_of(error), 422)
    except Conflict as error:
        return _shown(row, form, {"": str(error)}, 409)
    currency = changes.get("currency", row.transaction.currency)
    amounts = form.amounts(currency) if "amount" in changes else ()
    if len(amounts) > 1:
        return _shown(row, form, {"amount": "This can be read in two ways."}, 422, amounts=amounts)
    try:
        _, act = container().editing.edit(transaction_id, changes, at=now)
    except Unavailable as error:
        return _shown(row, form, {"": str(error)}, 503)
    return redirect(extended(_address(row), {"edited": act}), 303)


@bp.post("/transactions/<transaction_id>/delete")
def delete_transaction(transaction_id: str) -> ResponseReturnValue:
    """The history then offers to undo it."""
    act = container().deleting.delete(transaction_id, at=datetime.now(UTC))
    return redirect(url_for("pages.history", deleted=act), 303)


def _address(row: StoredTransaction) -> str:
    return url_for("pages.transaction", transaction_id=row.id)


def _shown(
    row: StoredTransaction,
    form: TransactionForm,
    errors: Errors | None = None,
    status: int = 200,
    **questions: Any,
) -> ResponseReturnValue:
    """questions: the `amounts` to choose from."""
    standing = active_edits(row.edits)
    edited = request.args.get("edited")
    return page(
        "transactions/show.html",
        status,
        row=row,
        form=form,
        errors=errors,
        events=events_of(row),
        edited=edited if standing and standing[-1].act == edited else None,
        learned=learned_from(row, request.args, _address(row)),
        undone=count_in(request.args, "undone"),
        similar=container().feedback_events.count_similar(row.transaction.merchant, but=row.id),
        currencies=CURRENCIES,
        currency=form.currency.upper() or row.transaction.currency,
        modes=container().transactions.modes(),
        last_date=last_date(datetime.now(UTC).date()),
        today=datetime.now(UTC).date(),
        here=_address(row),
        amount_example=format.amount(row.transaction.amount, row.transaction.currency),
        **questions,
    )
