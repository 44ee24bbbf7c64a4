"""What would change with another model, before it serves; and what a promotion changed, afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

from flask.typing import ResponseReturnValue

from src.domain.promotions import PredictionDiff
from src.domain.transactions import Transaction
from src.errors import Conflict
from src.web.models.prediction_diff_schemas import example_ids
from src.web.shared import format, labels
from src.web.shared.blueprint import bp, page
from src.web.shared.services import container


@bp.get("/models/<version>/changes")
def changes(version: str) -> ResponseReturnValue:
    """By itself a page; a script takes the part of it that the question before a promotion shows."""
    service, at = container().models, datetime.now(UTC)
    champion = next((each for each in service.versions() if each.champion), None)
    shown = {"version": service.get(version), "champion": champion}
    try:
        told = container().changes.promoting(container().champion.current(), version, at=at)
    except Conflict as error:
        return page("models/changes.html", 409, **shown, trouble=str(error))
    return page("models/changes.html", **shown, changes=told)


@bp.app_template_filter()
def what_would_change(changes: PredictionDiff) -> str:
    if not changes.changed:
        return f"Nothing would change: of {_looked_at(changes)} both models say the same."
    return f"Of {_looked_at(changes)} {_part(changes)} would change category."


@bp.app_template_filter()
def what_changed(changes: PredictionDiff) -> str:
    """The same of a promotion that was: what was unanswered then may have its answer now."""
    looked_at = _looked_at(changes)
    if not changes.changed:
        return f"Nothing changed: of {looked_at} at that time both models said the same."
    models = (
        f"model {changes.after} puts {_part(changes)} in another category than model {changes.before} did"
    )
    return f"Of {looked_at} at that time {models}."


def _looked_at(changes: PredictionDiff) -> str:
    every = format.counted(changes.unanswered, "unanswered transaction")
    if changes.rows < changes.unanswered:
        return f"the newest {format.number(changes.rows)} of your {every}"
    return f"your {every}"


def _part(changes: PredictionDiff) -> str:
    """`31 (2.5 %, $412.50)`."""
    money = [format.money(amount, currency) for currency, amount in changes.money.items()]
    share = format.percent(changes.changed / changes.rows, 1)
    return f"{format.number(changes.changed)} ({', '.join([share, *money])})"


@bp.app_template_filter()
def band_changes(changes: PredictionDiff) -> list[str]:
    """`14 from “Sorted” to “Please check”`."""
    return [
        f"{format.number(rows)} from “{labels.BANDS[before]}” to “{labels.BANDS[after]}”"
        for before, after, rows in changes.bands
    ]


@bp.app_template_filter()
def examples(changes: PredictionDiff) -> dict[str, Transaction]:
    """What was given of them, by id; those deleted since are absent."""
    return container().unanswered.given(example_ids([changes]))
