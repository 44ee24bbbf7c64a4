"""Unanswered transactions predicted anew with the model that serves, and taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.web.models.repredict_schemas import RepredictRequest, TakeBackRequest
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import count_in
from src.web.shared.services import container


@bp.get("/models/repredict")
def repredict() -> ResponseReturnValue:
    """How far it is; to reload goes no further."""
    done = container().repredicting.told(_act(request.args.get("act")))
    return page("models/repredict.html", done=done, undone=count_in(request.args, "undone"))


@bp.post("/models/repredict")
def go_on() -> ResponseReturnValue:
    """Some thousands more."""
    done = container().repredicting.go_on(_act(request.form.get("act")), at=datetime.now(UTC))
    return redirect(url_for("pages.repredict", act=done.act), 303)


@bp.post("/models/repredict/undo")
def take_back() -> ResponseReturnValue:
    body = TakeBackRequest.model_validate({"act": request.form.get("act")})
    undone = container().repredicting.take_back(body.act)
    return redirect(url_for("pages.repredict", undone=undone), 303)


def _act(given: str | None) -> str:
    return RepredictRequest.model_validate({"act": given or None}).act or ""
