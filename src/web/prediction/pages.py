"""Add a transaction and see what is thought of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.money import KNOWN_CURRENCIES
from src.domain.transactions import StoredTransaction
from src.errors import InvalidInput, Unavailable
from src.pipeline.prediction.predict import prepare
from src.web.health.metrics import metrics
from src.web.prediction import api as predictions
from src.web.prediction.forms import CURRENCIES, TransactionForm, without_text
from src.web.shared import format
from src.web.shared.blueprint import bp, page
from src.web.shared.fields import last_date
from src.web.shared.forms import Errors, count_in, errors_of, flag
from src.web.shared.learned import learned_from
from src.web.shared.negotiation import wants_json
from src.web.shared.services import container

RECENT = 8
EXAMPLES = (
    {"description": "SWIGGY order 8841 BANGALORE", "amount": "350.75", "currency": "INR", "mode": "UPI"},
    {"description": "SQ *BLUE DOOR 0042 SEATTLE WA", "amount": "4.20", "currency": "USD", "mode": "card"},
    {"description": "SHELL OIL 57444 PORTLAND", "amount": "41.60", "currency": "USD", "mode": "card"},
)


@bp.get("/")
def start() -> ResponseReturnValue:
    """The form, and beside it the transaction `?id=` names."""
    return _shown(TransactionForm.read(request.args, **_defaults()))


@bp.route("/predict", methods=["GET", "POST"])
def predict() -> ResponseReturnValue:
    if request.method == "GET":
        return start()
    if wants_json():
        return predictions.predict()
    return _added(TransactionForm.read(request.form), again=flag(request.form, "again"))


def _either(amounts: Sequence[str], currency: str) -> str:
    """`€1,150.00 or €1.15?`"""
    return f"{' or '.join(format.money(amount, currency) for amount in amounts)}?"


def _added(form: TransactionForm, *, again: bool) -> ResponseReturnValue:
    """again: although the same is kept already, which is asked about first.

    Predict and keep; then the browser asks for the page of that transaction, so a reload adds nothing."""
    at = datetime.now(UTC)
    currency = container().settings.currency
    try:
        transaction = form.to_domain(currency=currency, today=at.date())
    except (ValidationError, InvalidInput) as error:
        return _shown(form, without_text(errors_of(error), form), 422)
    if len(amounts := form.amounts(currency)) > 1:
        errors = {"amount": f"This can be read in two ways. {_either(amounts, transaction.currency)}"}
        return _shown(form, errors, 422, amounts=amounts, currency=transaction.currency)
    try:
        if not again and (same := container().transactions.duplicate_of(prepare(transaction))):
            return _shown(form, {}, 422, same=same)
        [row] = container().predictor.predict_and_keep([transaction], source="page", at=at)
    except Unavailable as error:
        return _shown(form, {"": str(error)}, 503)
    metrics().predicted([row.prediction])
    return redirect(url_for("pages.start", id=row.id), 303)


def _defaults() -> dict[str, str]:
    return {"date": datetime.now(UTC).date().isoformat()}


def _shown(
    form: TransactionForm, errors: Errors | None = None, status: int = 200, **questions: Any
) -> ResponseReturnValue:
    """questions: `amounts` and their `currency` to choose from, or the `same` transaction that is kept."""
    transactions = container().transactions
    recent = transactions.newest(RECENT)
    if not form.currency:
        used = (row.transaction.currency for row in recent)
        known = (currency for currency in used if currency in KNOWN_CURRENCIES)
        form = TransactionForm.read({"currency": next(known, container().settings.currency)}, **vars(form))
    row = _asked_for() if errors is None else None
    return page(
        "predict/index.html",
        status,
        form=form,
        errors=errors,
        currencies=CURRENCIES,
        modes=transactions.modes(),
        recent=recent,
        recent_total=transactions.count(),
        examples=EXAMPLES,
        last_date=last_date(datetime.now(UTC).date()),
        today=datetime.now(UTC).date(),
        **questions,
        **_answer(row),
        **_waiting(),
    )


def _asked_for() -> StoredTransaction | None:
    transaction_id = request.args.get("id")
    return container().transactions.get(transaction_id) if transaction_id else None


def _answer(row: StoredTransaction | None) -> dict[str, Any]:
    """What the answer beside the form needs."""
    if row is None:
        return {"row": None, "learned": None, "undone": None, "similar": 0}
    return {
        "row": row,
        "learned": learned_from(row, request.args, url_for("pages.start", id=row.id)),
        "undone": count_in(request.args, "undone"),
        "similar": container().feedback_events.count_similar(row.transaction.merchant, but=row.id),
    }


def _waiting() -> dict[str, Any]:
    """Whether there is no model to ask yet, and the run that will bring it."""
    if _has_model():
        return {"waiting": False, "waiting_for": None}
    runs = container().runs.newest()
    return {
        "waiting": True,
        "waiting_for": container().runs.current(),
        "failed": runs[0].error if runs else None,
        "runs_so_far": len(runs),
    }


def _has_model() -> bool:
    try:
        container().champion.current()
    except Unavailable:
        return False
    return True
