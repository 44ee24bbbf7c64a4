"""Answers given on any page and their undo, possible mistakes and spot checks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.feedback import FeedbackOutcome
from src.errors import Conflict, InvalidInput, NotFound
from src.pipeline.categories.resolver import CategoryNames
from src.web.categories.schemas import NewCategory
from src.web.feedback import api
from src.web.health.metrics import metrics
from src.web.shared import time_zone
from src.web.shared.blueprint import bp, fragment, page
from src.web.shared.forms import count_in, flag, here, local_address, with_query
from src.web.shared.json_io import json_response, read_json, wants_json
from src.web.shared.learned import learned_from
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.pipeline.feedback.feedback import FeedbackLoop
    from src.pipeline.feedback.label_review import LabelReview
    from src.pipeline.feedback.review import GroupReview
    from src.pipeline.feedback.undo import ActUndo
    from src.pipeline.prediction.predict import Predictor
    from src.services.categories.repository import Categories
    from src.services.monitoring.quality_counts import AuditSample
    from src.services.transactions.possible_mistakes import PossibleMistakes
    from src.services.transactions.repository import Transactions
    from src.services.transfers.links import Links

SPOT_CHECKS = 25
_MOST_OTHERS = 500
_FRAGMENTS = {
    "row": ("history/_changed_row.html", "history/_undone_row.html"),
    "item": ("feedback/_answered_item.html", "feedback/_undone_item.html"),
    "look": ("feedback/_answered_item.html", "feedback/_undone_mistake.html"),
}
"""The part of a page that a script replaces after an answer, and after an undo."""


@bp.get("/review/mistakes")
def mistakes(*, transactions: Transactions, predictor: Predictor) -> ResponseReturnValue:
    """Answers that contradict nearly all others."""
    return page(
        "feedback/mistakes.html",
        kept=flag(request.args, "kept"),
        changed_back=count_in(request.args, "changed_back"),
        act=request.args.get("act", ""),
        **_after_an_answer(transactions, predictor),
        **review_tabs(),
    )


@bp.get("/review/checks")
def checks(*, transactions: Transactions, predictor: Predictor) -> ResponseReturnValue:
    """Automatic results that were drawn at random."""
    return page("feedback/checks.html", **_after_an_answer(transactions, predictor), **review_tabs())


@with_services
def review_tabs(
    *,
    links: Links,
    possible_mistakes: PossibleMistakes,
    label_review: LabelReview,
    audit_sample: AuditSample,
) -> dict[str, Any]:
    """What waits in the other parts of the review."""
    return {
        "count_links": links.count_suggested(),
        "relabels": possible_mistakes.relabels(),
        "mistakes": label_review.open(),
        "checks": audit_sample.unanswered(SPOT_CHECKS),
    }


def _after_an_answer(transactions: Transactions, predictor: Predictor) -> dict[str, Any]:
    """What the page says after an answer or an undo that was sent without a script."""
    answered = request.args.get("answered")
    row = transactions.get(answered) if answered else None
    return {
        "here": here(),
        "learned": learned_from(row, request.args, here(), predictor) if row else None,
        "undone": count_in(request.args, "undone"),
    }


@bp.post("/feedback")
def answer(
    *, feedback: FeedbackLoop, categories: Categories, transactions: Transactions, predictor: Predictor
) -> ResponseReturnValue:
    """Store an answer for one transaction."""
    if wants_json():
        return api.feedback()
    outcome = feedback.record(
        request.form.get("transaction_id", ""),
        chosen_category(categories, check=lambda: transactions.get(request.form.get("transaction_id", ""))),
        apply_to_similar=flag(request.form, "apply_to_similar"),
        at=datetime.now(UTC),
    )
    return _answered(outcome, transactions, predictor)


def chosen_category(categories: Categories, *, check: Callable[[], object]) -> str:
    """From the button, else from the list, else a new one. check: raises if there is nothing to answer."""
    category = request.form.get("category") or request.form.get("choice", "")
    if category:
        return category
    name = request.form.get("new_category", "")
    if not name.strip():
        raise InvalidInput("Choose a category first.", field="category")
    check()
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
    return fragment(template, row=row, learned=None, mistake=mistake, **_fragment())


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
    return fragment(template, row=row, learned=learned, **_fragment())


@with_services
def _fragment(*, transactions: Transactions, group_review: GroupReview) -> dict[str, object]:
    """The other transactions of the merchant that the page shows, and the size of the queue."""
    return {
        "here": _back(),
        "others": transactions.get_many(request.form.get("others", "").split(",")[:_MOST_OTHERS]),
        "groups_waiting": group_review.count(100, today=time_zone.today()),
        "shape": request.form["shape"],
    }


def _is_live() -> bool:
    """Whether a script requests only the changed part."""
    return "X-Live" in request.headers and request.form.get("shape") in _FRAGMENTS


def _back() -> str:
    return local_address(request.form.get("next"), url_for("pages.review"))
