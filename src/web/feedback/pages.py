"""The review queue, answers given on any page and their undo, and possible mistakes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.feedback import FeedbackOutcome
from src.domain.transactions import HistoryFilter
from src.errors import Conflict, InvalidInput, NotFound
from src.pipeline.categories.resolver import CategoryNames
from src.web.categories.schemas import NewCategory
from src.web.feedback import api
from src.web.health.metrics import metrics
from src.web.shared.blueprint import bp, fragment, page
from src.web.shared.forms import count_in, flag, here, local_address, with_query
from src.web.shared.json_io import json_response, read_json, wants_json
from src.web.shared.learned import learned_from

if TYPE_CHECKING:
    from src.pipeline.feedback.feedback import FeedbackLoop
    from src.pipeline.feedback.label_review import LabelReview
    from src.pipeline.feedback.undo import ActUndo
    from src.pipeline.prediction.predict import Predictor
    from src.services.categories.repository import Categories
    from src.services.monitoring.quality_counts import AuditSample
    from src.services.transactions.possible_mistakes import PossibleMistakes
    from src.services.transactions.repository import Transactions
    from src.services.transfers.links import Links

QUEUE_PAGE = 25
SPOT_CHECKS = 5
"""Shown at once: few, so that they do not hide what needs review."""
_MOST_OTHERS = 500
_FRAGMENTS = {
    "row": ("history/_changed_row.html", "history/_undone_row.html"),
    "item": ("feedback/_answered_item.html", "feedback/_undone_item.html"),
    "look": ("feedback/_answered_item.html", "feedback/_undone_mistake.html"),
}
"""The part of a page that a script replaces after an answer, and after an undo."""


@bp.get("/feedback")
def feedback(
    *,
    transactions: Transactions,
    label_review: LabelReview,
    possible_mistakes: PossibleMistakes,
    audit_sample: AuditSample,
    predictor: Predictor,
    links: Links,
) -> ResponseReturnValue:
    """What needs review, oldest first; the first page also has possible mistakes and spot checks."""
    cursor, answered = request.args.get("cursor"), request.args.get("answered")
    queue = transactions.history(
        HistoryFilter(status="needs_review"), sort="date", limit=QUEUE_PAGE, cursor=cursor or None
    )
    row = transactions.get(answered) if answered else None
    return page(
        "feedback/index.html",
        rows=queue.items,
        count_waiting=transactions.count_waiting(),
        relabels=[] if cursor else possible_mistakes.relabels(),
        mistakes=[] if cursor else label_review.open(),
        checks=[] if cursor else audit_sample.unanswered(SPOT_CHECKS),
        next_page=with_query(request.path, {"cursor": queue.next_cursor}) if queue.next_cursor else None,
        suggested_links=links.count_suggested(),
        here=here(),
        learned=learned_from(row, request.args, here(), predictor) if row else None,
        undone=count_in(request.args, "undone"),
        kept=flag(request.args, "kept"),
        changed_back=count_in(request.args, "changed_back"),
        act=request.args.get("act", ""),
        recent_total=queue.total or transactions.count(),
    )


@bp.post("/feedback")
def answer(
    *, feedback: FeedbackLoop, categories: Categories, transactions: Transactions, predictor: Predictor
) -> ResponseReturnValue:
    """Store an answer for one transaction."""
    if wants_json():
        return api.feedback()
    outcome = feedback.record(
        request.form.get("transaction_id", ""),
        _chosen_category(categories, transactions),
        apply_to_similar=flag(request.form, "apply_to_similar"),
        at=datetime.now(UTC),
    )
    return _answered(outcome, transactions, predictor)


def _chosen_category(categories: Categories, transactions: Transactions) -> str:
    """From the button, else from the list, else a new one."""
    category = request.form.get("category") or request.form.get("choice", "")
    if category:
        return category
    name = request.form.get("new_category", "")
    if not name.strip():
        raise InvalidInput("Choose a category first.", field="category")
    transactions.get(request.form.get("transaction_id", ""))  # none is added for an unknown transaction
    return CategoryNames(categories).slug(NewCategory.model_validate({"name": name}).name)


@bp.post("/feedback/second-look")
def review_mistake(
    *, label_review: LabelReview, transactions: Transactions, predictor: Predictor
) -> ResponseReturnValue:
    """Confirm or change an answer that is a possible mistake."""
    transaction_id, now = request.form.get("transaction_id", ""), datetime.now(UTC)
    if not flag(request.form, "keep"):
        return _answered(label_review.correct(transaction_id, at=now), transactions, predictor)
    row = label_review.confirm(transaction_id, at=now)
    if _is_live():
        return fragment("feedback/_confirmed_mistake.html", row=row)
    return redirect(with_query(_back(), {"kept": 1}), 303)


@bp.post("/feedback/move")
def review_relabel(*, label_review: LabelReview) -> ResponseReturnValue:
    """Confirm or revert the change of a whole category."""
    keep = flag(request.form, "keep")
    relabel, act = label_review.review_relabel(
        request.form.get("earlier", ""), request.form.get("category", ""), keep=keep, at=datetime.now(UTC)
    )
    if keep:
        return redirect(with_query(_back(), {"kept": 1}), 303)
    return redirect(with_query(_back(), {"changed_back": len(relabel.transaction_ids), "act": act}), 303)


@bp.post("/feedback/undo")
def undo(*, act_undo: ActUndo, transactions: Transactions, label_review: LabelReview) -> ResponseReturnValue:
    """Undo every answer of one click."""
    if as_json := wants_json():
        body = read_json()
        act = body.get("act") if isinstance(body, dict) else None
        if not isinstance(act, str):
            raise InvalidInput("Give the act to undo.", field="act")
    else:
        act = request.form.get("act", "")
    try:
        restored = act_undo.undo(act, at=datetime.now(UTC)).rows
    except Conflict as error:
        raise NotFound(str(error)) from None
    if as_json:
        return json_response({"undone": restored})
    if not _is_live():
        return redirect(with_query(_back(), {"undone": restored}), 303)
    row = transactions.get(request.form.get("transaction_id", ""))
    mistake = None
    if request.form["shape"] == "look":
        with suppress(NotFound):  # other answers may have resolved it meanwhile
            _, mistake = label_review.get(row.id)
    _, template = _FRAGMENTS[request.form["shape"]]
    return fragment(template, row=row, learned=None, mistake=mistake, **_fragment(transactions))


def _answered(
    outcome: FeedbackOutcome, transactions: Transactions, predictor: Predictor
) -> ResponseReturnValue:
    """The changed part for a script, else the page where the answer was given."""
    metrics().answered(outcome.was_correct)
    counts = {"similar": outcome.similar_updated, "also": outcome.also_updated}
    about = {"act": outcome.act, **{name: str(count) for name, count in counts.items() if count}}
    if outcome.more_follow:
        about["more"] = "true"
    if not _is_live():
        return redirect(with_query(_back(), {"answered": outcome.transaction_id, **about}), 303)
    row = transactions.get(outcome.transaction_id)
    learned = learned_from(row, about, _back(), predictor)
    template, _ = _FRAGMENTS[request.form["shape"]]
    return fragment(template, row=row, learned=learned, **_fragment(transactions))


def _fragment(transactions: Transactions) -> dict[str, object]:
    """The other transactions of the merchant that the page shows, and the size of the queue."""
    return {
        "here": _back(),
        "others": transactions.get_many(request.form.get("others", "").split(",")[:_MOST_OTHERS]),
        "count_waiting": transactions.count_waiting(),
        "shape": request.form["shape"],
    }


def _is_live() -> bool:
    """Whether a script requests only the changed part."""
    return "X-Live" in request.headers and request.form.get("shape") in _FRAGMENTS


def _back() -> str:
    return local_address(request.form.get("next"), url_for("pages.feedback"))
