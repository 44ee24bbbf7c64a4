"""What a person does with versions beside promoting one: pin and shadow; and how the history is told."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.promotions import ComparedMetrics, Promotion, PromotionEvent
from src.web.shared import format, labels
from src.web.shared.blueprint import bp
from src.web.shared.services import container

ASKED = "Asked for on the page"

_CHANGES = {
    PromotionEvent.PROMOTED: ("Promoted", "good"),
    PromotionEvent.ROLLED_BACK: ("Rolled back", "accent"),
    PromotionEvent.REFUSED: ("Refused", "warn"),
    PromotionEvent.PINNED: ("Pinned", ""),
    PromotionEvent.UNPINNED: ("Let go", ""),
}
_BY = {"training": "by training", "person": "by you", "mlflow": "in MLflow"}


@bp.post("/models/pin")
def pin() -> ResponseReturnValue:
    """Keep the version that served when the page was made; 409 where another does by now."""
    container().models.pin(request.form.get("version"), by="person", reason=ASKED, at=datetime.now(UTC))
    return _back()


@bp.post("/models/let-go")
def let_go() -> ResponseReturnValue:
    container().models.let_go(by="person", reason=ASKED, at=datetime.now(UTC))
    return _back()


@bp.post("/models/<version>/shadow")
def start_shadow(version: str) -> ResponseReturnValue:
    container().by_hand.shadow(version, at=datetime.now(UTC))
    return _back("shadow-title")


@bp.post("/models/shadow/end")
def end_shadow() -> ResponseReturnValue:
    container().models.shadows.end()
    return _back("shadow-title")


def _back(place: str = "") -> ResponseReturnValue:
    return redirect(url_for("pages.models", _anchor=place or None), 303)


@bp.app_template_filter()
def change(line: Promotion) -> tuple[str, str]:
    """What was done, in a word or two, and its tone."""
    return _CHANGES[line.change]


@bp.app_template_filter()
def promoted_by(by: str) -> str:
    return _BY.get(by, f"by {by}")


@bp.app_template_filter()
def figures(line: Promotion) -> str:
    """How both models did on the same rows, in a sentence; "" where nobody measured that."""
    found = line.figures
    if found is None or not found.judged:  # not judged: each of other rows, in lines of earlier releases
        return ""
    parts = [
        _against("accuracy", found.accuracy, found.previous_accuracy),
        _against("macro-F1", found.macro_f1, found.previous_macro_f1),
    ]
    told = ", ".join(part for part in parts if part)
    if not told:
        return ""
    return f"{told[0].upper()}{told[1:]}{_measured(found)}."


def _against(name: str, new: float | None, old: float | None) -> str:
    if new is None or not math.isfinite(new):
        return ""
    against = f" against {format.percent(old, 1)}" if old is not None and math.isfinite(old) else ""
    return f"{name} {format.percent(new, 1)}{against}"


def _measured(found: ComparedMetrics) -> str:
    rows = f" on {labels.rows_judged(found.rows, found.judged_on)}" if found.rows else ""
    if not found.macro_f1_ci95 or not all(map(math.isfinite, found.macro_f1_ci95)):
        return rows
    low, high = (format.points(end) for end in found.macro_f1_ci95)
    return f"{rows}; the change in macro-F1 lies between {low} and {high} points (95\N{NO-BREAK SPACE}%)"
