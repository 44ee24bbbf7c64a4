"""Correct a row of the list in its place; without scripts, the transaction's page does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request, url_for
from flask.typing import ResponseReturnValue

from src.domain.transactions import StoredTransaction
from src.web.history.edit_conflicts import Refusal, save, version_of
from src.web.prediction.forms import TransactionForm
from src.web.shared import time_zone
from src.web.shared.blueprint import bp, fragment
from src.web.shared.fields import last_date
from src.web.shared.forms import local_address

if TYPE_CHECKING:
    from src.pipeline.feedback.edit import TransactionEditor
    from src.services.transactions.repository import Transactions


@bp.get("/transactions/<transaction_id>/row")
def row_form(transaction_id: str, *, transactions: Transactions) -> ResponseReturnValue:
    row = transactions.get(transaction_id)
    return _form(row, TransactionForm.of(row.transaction))


@bp.post("/transactions/<transaction_id>/row")
def edit_row(
    transaction_id: str, *, transactions: Transactions, transaction_editor: TransactionEditor
) -> ResponseReturnValue:
    """The changed row with its undo, or the form again."""
    row = transactions.get(transaction_id)
    saved = save(row, request.form, transactions=transactions, transaction_editor=transaction_editor)
    if isinstance(saved, Refusal):
        return _form(saved.row, saved.form, saved), saved.status
    return fragment("history/_edited_row.html", row=transactions.get(row.id), edited=saved, here=_list())


def _form(row: StoredTransaction, form: TransactionForm, refusal: Refusal | None = None) -> str:
    return fragment(
        "history/_row_edit.html",
        row=row,
        form=form,
        refusal=refusal,
        version=version_of(row),
        last_date=last_date(time_zone.today()),
        here=_list(),
    )


def _list() -> str:
    """The address of the list that shows the row."""
    return local_address(request.values.get("next"), url_for("pages.history"))
