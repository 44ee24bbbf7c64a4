"""Answers: given one by one from any page, worked off in the review queue, and taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from src.domain import FeedbackOutcome, HistoryFilter
from src.errors import InvalidInput
from src.web.api import feedback as feedback_api
from src.web.bodies import json_response, read_json
from src.web.forms import count_in, extended, flag, here, local_address, with_query
from src.web.metrics import metrics
from src.web.negotiation import wants_json
from src.web.pages.answers import learned_from
from src.web.pages.blueprint import bp, page
from src.web.wired import wiring

QUEUE_PAGE = 25
_FRAGMENTS = {
    "row": ("history/_changed_row.html", "history/_undone_row.html"),
    "item": ("feedback/_answered_item.html", "feedback/_undone_item.html"),
}
"""The parts of a page that a script swaps in, after an answer and after an undo."""


@bp.get("/feedback")
def feedback() -> ResponseReturnValue:
    """The transactions that wait for an answer, the oldest first."""
    transactions = wiring().transactions
    where = HistoryFilter(status="needs_review")
    found = transactions.history(
        where, sort="date", limit=QUEUE_PAGE, cursor=request.args.get("cursor") or None
    )
    answered = request.args.get("answered")
    return page(
        "feedback/index.html",
        rows=found.items,
        next_page=with_query(request.path, {"cursor": found.next_cursor}) if found.next_cursor else None,
        here=here(),
        learned=learned_from(transactions.get(answered), request.args, here()) if answered else None,
        undone=count_in(request.args, "undone"),
        recent_total=found.total or transactions.count(),
    )


@bp.post("/feedback")
def answer() -> ResponseReturnValue:
    """Keep what a person said of one transaction."""
    if wants_json():
        return feedback_api.feedback()
    category = request.form.get("category") or request.form.get("choice", "")
    if not category:
        raise InvalidInput("Choose a category first.", field="category")
    outcome = wiring().feedback.record(
        request.form.get("transaction_id", ""),
        category,
        apply_to_similar=flag(request.form, "apply_to_similar"),
        at=datetime.now(UTC),
    )
    metrics().answered(outcome.was_correct)
    return (
        _fragment(outcome.transaction_id, outcome.act)
        if _asked_live()
        else redirect(_back_with(outcome), 303)
    )


def _asked_live() -> bool:
    """Whether a script asks for the changed part only."""
    return "X-Live" in request.headers and request.form.get("shape") in _FRAGMENTS


def _back() -> str:
    return local_address(request.form.get("next"), url_for("pages.feedback"))


def _back_with(outcome: FeedbackOutcome) -> str:
    said = {
        "answered": outcome.transaction_id,
        "act": outcome.act,
        "similar": outcome.similar_updated or None,
    }
    return extended(_back(), said)


def _fragment(transaction_id: str, act: str = "") -> str:
    """The changed row or item, and a toast."""
    after_answer, after_undo = _FRAGMENTS[request.form["shape"]]
    row = wiring().transactions.get(transaction_id)
    return render_template(
        after_answer if act else after_undo,
        row=row,
        here=_back(),
        count_waiting=wiring().transactions.count_waiting(),
        shape=request.form["shape"],
        learned=learned_from(row, {"act": act}, _back()),
    )


@bp.post("/feedback/undo")
def undo() -> ResponseReturnValue:
    """Take back every answer of one click."""
    if wants_json():
        return json_response({"undone": _undone(read_json())})
    changed = wiring().feedback.undo(request.form.get("act", ""), at=datetime.now(UTC))
    if _asked_live():
        return _fragment(request.form.get("transaction_id", ""))
    return redirect(extended(_back(), {"undone": changed}), 303)


def _undone(body: object) -> int:
    act = body.get("act") if isinstance(body, dict) else None
    if not isinstance(act, str):
        raise InvalidInput("Give the act to take back.", field="act")
    return wiring().feedback.undo(act, at=datetime.now(UTC))
