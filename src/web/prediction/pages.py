"""The start page: add a transaction, see its prediction, and answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.money import KNOWN_CURRENCIES
from src.errors import InvalidInput, Unavailable
from src.pipeline.prediction.predict import prepare
from src.web.health.metrics import metrics
from src.web.prediction import api
from src.web.prediction.forms import CURRENCIES, TransactionForm, without_text
from src.web.prediction.text import two_amounts
from src.web.shared.blueprint import bp, page
from src.web.shared.fields import last_date
from src.web.shared.forms import Errors, count_in, errors_of, flag
from src.web.shared.json_io import wants_json
from src.web.shared.learned import learned_from

if TYPE_CHECKING:
    from src.config import Settings
    from src.pipeline.prediction.predict import Predictor, Serving
    from src.services.models.hot_swap import HotSwap
    from src.services.runs.repository import TrainingRuns
    from src.services.transactions.feedback import FeedbackEvents
    from src.services.transactions.repository import Transactions

RECENT = 8
EXAMPLES = (
    {"description": "SWIGGY order 8841 BANGALORE", "amount": "350.75", "currency": "INR", "mode": "UPI"},
    {"description": "SQ *BLUE DOOR 0042 SEATTLE WA", "amount": "4.20", "currency": "USD", "mode": "card"},
    {"description": "SHELL OIL 57444 PORTLAND", "amount": "41.60", "currency": "USD", "mode": "card"},
)


@bp.get("/")
@bp.get("/predict", endpoint="predict_form")
def start(
    *,
    transactions: Transactions,
    feedback_events: FeedbackEvents,
    predictor: Predictor,
    champion: HotSwap[Serving],
    runs: TrainingRuns,
    settings: Settings,
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
    today = datetime.now(UTC).date().isoformat()
    form = _form(TransactionForm.read(request.args, date=today), transactions, settings)
    return page("prediction/index.html", **form, **_waiting(champion, runs), **values)


@bp.post("/predict")
def predict(
    *,
    transactions: Transactions,
    predictor: Predictor,
    champion: HotSwap[Serving],
    runs: TrainingRuns,
    settings: Settings,
) -> ResponseReturnValue:
    """Store and predict, then redirect to the transaction, so that a reload adds nothing."""
    if wants_json():
        return api.predict()
    form, at = TransactionForm.read(request.form), datetime.now(UTC)

    def again(errors: Errors, status: int = 422, **questions: Any) -> ResponseReturnValue:
        """questions: `amounts` and their `currency` to choose from, or the `same` stored transaction."""
        values = _form(form, transactions, settings, errors)
        return page("prediction/index.html", status, **{**values, **_waiting(champion, runs), **questions})

    try:
        transaction = form.to_domain(currency=settings.currency, today=at.date())
        amounts, currency = form.amounts(settings.currency), transaction.currency
        if len(amounts) > 1:
            return again({"amount": two_amounts(amounts, currency)}, amounts=amounts, currency=currency)
        if not flag(request.form, "again") and (same := transactions.duplicate_of(prepare(transaction))):
            return again({}, same=same)
        [row] = predictor.predict_and_keep([transaction], source="page", at=at)
    except (ValidationError, InvalidInput) as error:
        return again(without_text(errors_of(error), form))
    except Unavailable as error:
        return again({"": str(error)}, 503)
    metrics().predicted([row.prediction])
    return redirect(url_for("pages.start", id=row.id), 303)


def _form(
    form: TransactionForm, transactions: Transactions, settings: Settings, errors: Errors | None = None
) -> dict[str, Any]:
    """The values of the form and of the latest transactions."""
    recent, today = transactions.newest(RECENT), datetime.now(UTC).date()
    if not form.currency:
        used = (row.transaction.currency for row in recent)
        known = (currency for currency in used if currency in KNOWN_CURRENCIES)
        form = TransactionForm.read({"currency": next(known, settings.currency)}, **vars(form))
    return {
        "form": form,
        "errors": errors,
        "currencies": CURRENCIES,
        "modes": transactions.modes(),
        "recent": recent,
        "recent_total": transactions.count(),
        "examples": EXAMPLES,
        "last_date": last_date(today),
        "today": today,
    }


def _waiting(champion: HotSwap[Serving], runs: TrainingRuns) -> dict[str, Any]:
    """Whether there is no model yet, and the run that trains the first one."""
    try:
        champion.current()
    except Unavailable:
        newest = runs.newest()
        return {
            "waiting": True,
            "waiting_for": runs.current(),
            "failed": newest[0].error if newest else None,
            "runs_so_far": len(newest),
        }
    return {"waiting": False}
