"""The second look on the review page: let an answer stand, or change it to what the others are."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from src.web.feedback.pages import asked_live, back, kept_answer
from src.web.shared.blueprint import bp
from src.web.shared.forms import extended, flag
from src.web.shared.services import container


@bp.post("/feedback/second-look")
def second_look() -> ResponseReturnValue:
    """Keep what a person says when asked again."""
    transaction_id, now = request.form.get("transaction_id", ""), datetime.now(UTC)
    if not flag(request.form, "keep"):
        return kept_answer(container().second_looks.correct(transaction_id, at=now))
    look = container().second_looks.confirm(transaction_id, at=now)
    if asked_live():
        return render_template("feedback/_kept_look.html", row=look.row)
    return redirect(extended(back(), {"kept": 1}), 303)


@bp.post("/feedback/move")
def settle_move() -> ResponseReturnValue:
    """Keep what a person says of a whole category."""
    looks, now = container().second_looks, datetime.now(UTC)
    move = looks.move(request.form.get("earlier", ""), request.form.get("category", ""))
    if flag(request.form, "keep"):
        looks.confirm_move(move, at=now)
        return redirect(extended(back(), {"kept": 1}), 303)
    act = looks.revert_move(move, at=now)
    return redirect(extended(back(), {"changed_back": len(move.transaction_ids), "act": act}), 303)
