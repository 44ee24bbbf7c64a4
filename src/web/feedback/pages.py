"""Answers: given one by one from any page, worked off in the review queue, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.feedback import FeedbackOutcome
from src.domain.transactions import HistoryFilter
from src.errors import Conflict, InvalidInput, NotFound
from src.pipeline.categories.resolver import CategoryNames
from src.pipeline.feedback.label_review import SecondLook
from src.web.categories.schemas import NewCategory
from src.web.feedback import api as feedback_api
from src.web.health.metrics import metrics
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import count_in, extended, flag, here, local_address, with_query
from src.web.shared.json_io import json_response, read_json
from src.web.shared.learned import learned_from
from src.web.shared.negotiation import wants_json
from src.web.shared.services import container

QUEUE_PAGE = 25
CHECKS = 5
"""Random checks that are open at once: a small request, beside what really waits."""
_MOST_OTHERS = 500
_FRAGMENTS = {
    "row": ("history/_changed_row.html", "history/_undone_row.html"),
    "item": ("feedback/_answered_item.html", "feedback/_undone_item.html"),
    "look": ("feedback/_answered_item.html", "feedback/_undone_look.html"),
}
"""The parts of a page that a script swaps in, after an answer and after an undo."""


@bp.get("/feedback")
def feedback() -> ResponseReturnValue:
    """The transactions that wait for an answer, the oldest first; the first page asks a little more."""
    transactions = container().transactions
    first_page = not request.args.get("cursor")
    where = HistoryFilter(status="needs_review")
    found = transactions.history(
        where, sort="date", limit=QUEUE_PAGE, cursor=request.args.get("cursor") or None
    )
    answered = request.args.get("answered")
    return page(
        "feedback/index.html",
        rows=found.items,
        count_waiting=transactions.count_waiting(),
        moves=container().second_looks.moves() if first_page else [],
        looks=container().second_looks.open() if first_page else [],
        checks=container().audits.open(CHECKS) if first_page else [],
        next_page=with_query(request.path, {"cursor": found.next_cursor}) if found.next_cursor else None,
        here=here(),
        learned=learned_from(transactions.get(answered), request.args, here()) if answered else None,
        undone=count_in(request.args, "undone"),
        kept=flag(request.args, "kept"),
        changed_back=count_in(request.args, "changed_back"),
        act=request.args.get("act", ""),
        recent_total=found.total or transactions.count(),
    )


@bp.post("/feedback")
def answer() -> ResponseReturnValue:
    """Keep what a person said of one transaction."""
    if wants_json():
        return feedback_api.feedback()
    outcome = container().feedback.record(
        request.form.get("transaction_id", ""),
        _chosen_category(),
        apply_to_similar=flag(request.form, "apply_to_similar"),
        at=datetime.now(UTC),
    )
    return kept_answer(outcome)


def _chosen_category() -> str:
    """The category of the button, else of the list, else one that is new."""
    category = request.form.get("category") or request.form.get("choice", "")
    if category:
        return category
    name = request.form.get("new_category", "")
    if not name.strip():
        raise InvalidInput("Choose a category first.", field="category")
    container().transactions.get(
        request.form.get("transaction_id", "")
    )  # none is made for a row there is not
    return CategoryNames(container().categories).slug(NewCategory.model_validate({"name": name}).name)


def kept_answer(outcome: FeedbackOutcome) -> ResponseReturnValue:
    """What follows an answer: the changed part for a script, else the page it was given on."""
    metrics().answered(outcome.was_correct)
    if asked_live():
        return _fragment(outcome.transaction_id, _about(outcome))
    return redirect(_back_with(outcome), 303)


def asked_live() -> bool:
    """Whether a script asks for the changed part only."""
    return "X-Live" in request.headers and request.form.get("shape") in _FRAGMENTS


def back() -> str:
    return local_address(request.form.get("next"), url_for("pages.feedback"))


def _back_with(outcome: FeedbackOutcome) -> str:
    return extended(back(), {"answered": outcome.transaction_id, **_about(outcome)})


def _about(outcome: FeedbackOutcome) -> dict[str, str | int]:
    counts = {"similar": outcome.similar_updated, "also": outcome.also_updated}
    more = {"more": "true"} if outcome.more_follow else {}
    return {"act": outcome.act, **{name: count for name, count in counts.items() if count}, **more}


def _fragment(transaction_id: str, about: Mapping[str, str | int] | None = None) -> str:
    """The changed row or item, and those of the merchant's others that the page shows too."""
    after_answer, after_undo = _FRAGMENTS[request.form["shape"]]
    row = container().transactions.get(transaction_id)
    return render_template(
        after_answer if about else after_undo,
        row=row,
        here=back(),
        others=container().transactions.get_many(request.form.get("others", "").split(",")[:_MOST_OTHERS]),
        count_waiting=container().transactions.count_waiting(),
        shape=request.form["shape"],
        learned=learned_from(row, {name: str(value) for name, value in (about or {}).items()}, back()),
        look=_asked_again(transaction_id) if request.form["shape"] == "look" else None,
    )


def _asked_again(transaction_id: str) -> SecondLook | None:
    """After an undo: the question stands again, unless other answers have settled it meanwhile."""
    try:
        return container().second_looks.get(transaction_id)
    except NotFound:
        return None


@bp.post("/feedback/undo")
def undo() -> ResponseReturnValue:
    """Take back every answer of one click."""
    if wants_json():
        return json_response({"undone": _undone(read_json())})
    changed = _undo(request.form.get("act", ""))
    if asked_live():
        return _fragment(request.form.get("transaction_id", ""))
    return redirect(extended(back(), {"undone": changed}), 303)


def _undone(body: object) -> int:
    act = body.get("act") if isinstance(body, dict) else None
    if not isinstance(act, str):
        raise InvalidInput("Give the act to take back.", field="act")
    return _undo(act)


def _undo(act: str) -> int:
    """How many transactions are as they were before. Raises NotFound also where it was undone before."""
    try:
        return container().acts.undo(act, at=datetime.now(UTC)).rows
    except Conflict as error:
        raise NotFound(str(error)) from None
