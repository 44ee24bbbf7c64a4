"""The page of one transaction: its history, an answer, edits, and its deletion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.transactions import StoredTransaction, Transaction, active_edits
from src.errors import Conflict, InvalidInput, Unavailable
from src.web.history import text
from src.web.history.life import events_of
from src.web.prediction.forms import CURRENCIES, TransactionForm, changes_of
from src.web.shared.blueprint import bp, page
from src.web.shared.fields import last_date
from src.web.shared.forms import Errors, count_in, errors_of, with_query
from src.web.shared.learned import learned_from

if TYPE_CHECKING:
    from src.pipeline.feedback.edit import TransactionEditor
    from src.pipeline.prediction.predict import Predictor
    from src.services.transactions.feedback import FeedbackEvents
    from src.services.transactions.repository import Transactions


@bp.get("/transactions/<transaction_id>")
def transaction(
    transaction_id: str, *, transactions: Transactions, feedback_events: FeedbackEvents, predictor: Predictor
) -> ResponseReturnValue:
    row = transactions.get(transaction_id)
    values = _values(row, transactions, feedback_events, predictor)
    return page("transactions/show.html", **values, **_form(TransactionForm.of(row.transaction), row))


@bp.post("/transactions/<transaction_id>")
def edit_transaction(
    transaction_id: str,
    *,
    transactions: Transactions,
    transaction_editor: TransactionEditor,
    feedback_events: FeedbackEvents,
    predictor: Predictor,
) -> ResponseReturnValue:
    """Edit the transaction; the page then offers to undo it."""
    row, now = transactions.get(transaction_id), datetime.now(UTC)
    form = TransactionForm.read(request.form)
    shown = shown_at(row, request.form.get("version"))

    def again(errors: Errors, status: int, amounts: tuple[str, ...] = ()) -> ResponseReturnValue:
        values = _values(row, transactions, feedback_events, predictor)
        return page("transactions/show.html", status, **values, **_form(form, row, errors, amounts))

    try:
        changes = changes_of(shown, form)
        if changes is None:
            return redirect(_address(row), 303)
        names = changes.model_fields_set
        amounts = form.amounts(changes.currency or row.transaction.currency) if "amount" in names else ()
        if len(amounts) > 1:
            return again({"amount": text.TWO_AMOUNTS}, 422, amounts)

        def changed(current: Transaction) -> dict[str, Any]:
            if conflicts := conflicting(names, shown, current):
                raise EditedElsewhere(conflicts, current)
            return changes.changed(current, today=now.date())

        _, act = transaction_editor.edit(transaction_id, changed, at=now)
    except (ValidationError, InvalidInput) as error:
        return again(errors_of(error), 422)
    except EditedElsewhere as error:
        row, typed = transactions.get(transaction_id), form
        form = replace(TransactionForm.of(error.current), **{name: getattr(typed, name) for name in names})
        return again({"": str(error)}, 409)
    except Conflict as error:
        return again({"": str(error)}, 409)
    except Unavailable as error:
        return again({"": str(error)}, 503)
    return redirect(with_query(_address(row), {"edited": act}), 303)


@bp.post("/transactions/<transaction_id>/delete")
def delete_transaction(transaction_id: str, *, transaction_editor: TransactionEditor) -> ResponseReturnValue:
    """The history then offers to undo it."""
    act = transaction_editor.delete(transaction_id, at=datetime.now(UTC))
    return redirect(url_for("pages.history", deleted=act), 303)


def version_of(row: StoredTransaction) -> str:
    """Names the input that a form shows: the newest edit, "" if there is none."""
    edits = active_edits(row.edits)
    return edits[-1].act if edits else ""


def shown_at(row: StoredTransaction, version: str | None) -> Transaction:
    """The input that the form of `version` showed. Without a known version, the current one."""
    if version == version_of(row) or not row.edits:
        return row.transaction
    if version == "":
        return row.edits[0].before
    return next((edit.after for edit in row.edits if edit.act == version), row.transaction)


def conflicting(names: Collection[str], shown: Transaction, current: Transaction) -> list[str]:
    """The changed fields that somebody else has changed too. An amount counts with its currency."""
    fields = [*sorted(names), "currency"] if "amount" in names else sorted(names)
    return [name for name in dict.fromkeys(fields) if getattr(shown, name) != getattr(current, name)]


class EditedElsewhere(Conflict):
    """fields: changed both here and elsewhere since the form was shown."""

    def __init__(self, fields: Sequence[str], current: Transaction) -> None:
        super().__init__(text.edited_elsewhere(fields, TransactionForm.of(current)))
        self.current = current


def _address(row: StoredTransaction) -> str:
    return url_for("pages.transaction", transaction_id=row.id)


def _values(
    row: StoredTransaction, transactions: Transactions, feedback_events: FeedbackEvents, predictor: Predictor
) -> dict[str, Any]:
    edits, edited = active_edits(row.edits), request.args.get("edited")
    return {
        "row": row,
        "events": events_of(row),
        "edited": edited if edits and edits[-1].act == edited else None,
        "learned": learned_from(row, request.args, _address(row), predictor),
        "undone": count_in(request.args, "undone"),
        "similar": feedback_events.count_similar(row.transaction.merchant, but=row.id),
        "modes": transactions.modes(),
        "here": _address(row),
    }


def _form(
    form: TransactionForm,
    row: StoredTransaction,
    errors: Errors | None = None,
    amounts: tuple[str, ...] = (),
) -> dict[str, Any]:
    """amounts: to choose from, if the typed amount can be read in two ways."""
    today = datetime.now(UTC).date()
    return {
        "form": form,
        "errors": errors,
        "amounts": amounts,
        "currencies": CURRENCIES,
        "currency": form.currency.upper() or row.transaction.currency,
        "last_date": last_date(today),
        "today": today,
        "version": version_of(row),
    }
