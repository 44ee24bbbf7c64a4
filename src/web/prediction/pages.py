"""The start page: add a transaction, see its prediction, and answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.imports import IMPORT_UNDER_WAY
from src.domain.money import KNOWN_CURRENCIES
from src.domain.months import first_day, month_of
from src.domain.transactions import HistoryFilter
from src.errors import InvalidInput, Unavailable
from src.pipeline.prediction.predict import prepare
from src.web.health.metrics import metrics
from src.web.prediction import api
from src.web.prediction.forms import CURRENCIES, TransactionForm
from src.web.prediction.text import MISSING_TEXT, two_amounts
from src.web.shared import time_zone
from src.web.shared.blueprint import bp, page
from src.web.shared.fields import last_date
from src.web.shared.forms import Errors, count_in, errors_of, flag
from src.web.shared.json_io import wants_json
from src.web.shared.learned import learned_from
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.components.model.serving import Serving
    from src.pipeline.prediction.predict import Predictor
    from src.pipeline.prediction.waiting import FirstPredictions
    from src.services.accounts.repository import Accounts
    from src.services.imports.repository import Imports
    from src.services.models.hot_swap import HotSwap
    from src.services.runs.repository import TrainingRuns
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.analytics import Analytics
    from src.services.transactions.feedback import FeedbackEvents
    from src.services.transactions.repository import Transactions
    from src.services.transactions.waiting import WaitingTransactions

RECENT = 8
WAITING_SHOWN = 20
EXAMPLES = (
    {"description": "SWIGGY order 8841 BANGALORE", "amount": "350.75", "currency": "INR", "mode": "UPI"},
    {"description": "SQ *BLUE DOOR 0042 SEATTLE WA", "amount": "4.20", "currency": "USD", "mode": "card"},
    {"description": "SHELL OIL 57444 PORTLAND", "amount": "41.60", "currency": "USD", "mode": "card"},
)


@bp.get("/")
@bp.get("/predict", endpoint="predict_form")
def start(
    *, transactions: Transactions, feedback_events: FeedbackEvents, predictor: Predictor
) -> ResponseReturnValue:
    """The form, with the transaction that `?id=` names."""
    values: dict[str, Any] = {}
    if transaction_id := request.args.get("id"):
        row = transactions.get(transaction_id)
        values = {
            "row": row,
            "learned": learned_from(row, request.args, url_for("pages.start", id=row.id), predictor),
            "undone": count_in(request.args, "undone"),
            "similar": feedback_events.count_similar(row.transaction.merchant, but=row.id),
        }
    today = time_zone.today().isoformat()
    return _form_page(TransactionForm.read(request.args, date=today), **values)


@bp.post("/predict")
def predict(
    *,
    transactions: Transactions,
    waiting_transactions: WaitingTransactions,
    first_predictions: FirstPredictions,
    predictor: Predictor,
    champion: HotSwap[Serving],
    preferences: PreferenceStore,
) -> ResponseReturnValue:
    """Store and predict, then redirect to the transaction, so that a reload adds nothing.

    Before there is a model the transaction waits, and is predicted by the scheduler.
    """
    if wants_json():
        return api.predict()
    form, at = TransactionForm.read(request.form), datetime.now(UTC)
    try:
        transaction = form.to_domain(currency=preferences.current().currency, today=at.date())
        amounts, currency = form.amounts(preferences.current().currency), transaction.currency
        if len(amounts) > 1:
            errors = {"amount": two_amounts(amounts, currency)}
            return _form_page(form, 422, errors, amounts=amounts, currency=currency)
        prepared, again = prepare(transaction), flag(request.form, "again")
        if not again and (same := transactions.duplicate_of(prepared)):
            return _form_page(form, 422, {}, same=same)
        if not _has_model(champion):
            if not again and waiting_transactions.includes(prepared):
                return _form_page(form, 422, {}, same_waits=True)
            first_predictions.keep(transaction, at=at)
            return redirect(url_for("pages.start"), 303)
        [row] = predictor.predict_and_keep([transaction], source="page", at=at)
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)
        if not (form.description or form.subcategory):
            errors["description"] = MISSING_TEXT
        return _form_page(form, 422, errors)
    except Unavailable as error:
        return _form_page(form, 503, {"": str(error)})
    metrics().predicted([row.prediction])
    return redirect(url_for("pages.start", id=row.id), 303)


@bp.post("/categorize")
def categorize() -> ResponseReturnValue:
    """For programs only."""
    return api.categorize()


@bp.post("/predict/waiting/<transaction_id>/remove")
def remove_waiting(transaction_id: str, *, waiting_transactions: WaitingTransactions) -> ResponseReturnValue:
    waiting_transactions.remove([transaction_id])
    return redirect(url_for("pages.start"), 303)


def _has_model(champion: HotSwap[Serving]) -> bool:
    try:
        champion.current()
    except Unavailable:
        return False
    return True


@with_services
def _form_page(
    form: TransactionForm,
    status: int = 200,
    errors: Errors | None = None,
    *,
    transactions: Transactions,
    waiting_transactions: WaitingTransactions,
    champion: HotSwap[Serving],
    runs: TrainingRuns,
    imports: Imports,
    preferences: PreferenceStore,
    accounts: Accounts,
    analytics: Analytics,
    **values: Any,
) -> ResponseReturnValue:
    """The form, the latest transactions, and, before there is a model, the run that trains the first one.

    values: such as `amounts` and their `currency` to choose from, or the `same` stored transaction.
    """
    recent, today = transactions.newest(RECENT), time_zone.today()
    if recent:
        month_starts = preferences.current().month_starts
        values["month_since"] = since = first_day(month_of(today, month_starts), month_starts)
        values["month"] = analytics.totals(HistoryFilter(since=since))
    else:
        values["importing"] = [item for item in imports.newest() if item.status in IMPORT_UNDER_WAY]
    if not form.currency:
        used = (row.transaction.currency for row in recent)
        known = (currency for currency in used if currency in KNOWN_CURRENCIES)
        form = replace(form, currency=next(known, preferences.current().currency))
    if not _has_model(champion):
        newest = runs.newest()
        values |= {
            "waiting": True,
            "waiting_for": runs.current(),
            "failed": newest[0].error if newest else None,
            "runs_so_far": len(newest),
        }
    return page(
        "prediction/index.html",
        status,
        form=form,
        errors=errors,
        currencies=CURRENCIES,
        modes=transactions.modes(),
        account_names=accounts.names(),
        recent=recent,
        recent_total=transactions.count(),
        kept=waiting_transactions.oldest(WAITING_SHOWN),
        examples=EXAMPLES,
        last_date=last_date(today),
        today=today,
        **values,
    )
