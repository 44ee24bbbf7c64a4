"""Bringing files in: choose one, see how it is read, say what is unclear, follow it, take it back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.deliveries import DeliveryCounts
from src.domain.imports import IMPORT_UNDER_WAY, Import, ImportStatus
from src.errors import InvalidInput, NotFound
from src.pipeline.imports.preview import Preview
from src.web.imports.api import REJECTS_SHOWN, uploaded
from src.web.shared import labels
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import flag
from src.web.shared.services import container

_PLAIN = ("encoding", "date_order", "decimal_mark", "sign", "default_currency", "default_date", "mode")


@bp.app_template_filter()
def import_status(found: Import) -> tuple[str, str]:
    return labels.IMPORT_STATUSES[found.status]


@bp.get("/import")
def imports() -> ResponseReturnValue:
    return _list()


def _list(wrong: str = "", status: int = 200) -> ResponseReturnValue:
    return page(
        "imports/index.html",
        status,
        wrong=wrong,
        imports=container().imports.newest(),
        profiles=container().import_profiles.all(),
        most_mb=container().settings.max_import_mb,
        deliveries=_deliveries(),
    )


def _deliveries() -> DeliveryCounts | None:
    """None where no Firefly III is named."""
    if container().settings.firefly_url is None:
        return None
    return container().deliveries.counts(now=datetime.now(UTC))


@bp.post("/import")
def receive() -> ResponseReturnValue:
    """Keep the file and show how it would be read."""
    try:
        content, name = uploaded()
        found = container().intake.receive(content, name=name)
    except InvalidInput as error:
        return _list(str(error), 422)
    return redirect(url_for("pages.one_import", import_id=found.id), 303)


@bp.get("/import/<import_id>")
def one_import(import_id: str) -> ResponseReturnValue:
    return _shown(container().imports.get(import_id))


def _shown(found: Import, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    if found.status is ImportStatus.PREVIEW:
        return _preview(found, wrong, status)
    active = found.status in (*IMPORT_UNDER_WAY, ImportStatus.UNDOING)
    kept = container().imported_rows
    return page(
        "imports/report.html",
        status,
        found=found,
        active=active,
        wrong=wrong,
        rejects=container().import_rejects.of(found.id, REJECTS_SHOWN),
        rows=0 if active else kept.count(found.id),
        stay=0 if active else kept.count_shared(found.id),
        answered=0 if active else kept.count_answered(found.id),
    )


def _preview(found: Import, wrong: str, status: int) -> ResponseReturnValue:
    try:
        seen: Preview | None = container().intake.preview(found.id)
    except (InvalidInput, NotFound) as error:
        seen, wrong, status = None, str(error), 422
    return page(
        "imports/preview.html",
        status,
        found=found,
        seen=seen,
        wrong=wrong,
        fields=labels.COLUMN_FIELDS,
        signs=labels.SIGNS,
        orders=labels.DATE_ORDERS,
        marks=labels.DECIMAL_MARKS,
        encodings=labels.ENCODINGS,
    )


@bp.post("/import/<import_id>/plan")
def plan_import(import_id: str) -> ResponseReturnValue:
    """Take what a person says of the file; bring it in where that was asked for and nothing is open."""
    name = request.form.get("profile", "").strip()[:60]
    try:
        container().intake.change(import_id, _said())
        if request.form.get("act") == "begin":
            container().intake.begin(import_id, profile=name)
            name = ""
    except InvalidInput as error:
        return _shown(container().imports.get(import_id), str(error), 422)
    return redirect(url_for("pages.one_import", import_id=import_id, profile=name or None), 303)


def _said() -> dict[str, Any]:
    form = request.form
    changes: dict[str, Any] = {"take_categories": flag(form, "take_categories")}
    if "column-0" in form:
        columns = [form.get(f"column-{place}") for place in range(len(form))]
        changes["columns"] = _with_added([each for each in columns if each is not None])
    changes |= {name: form[name] for name in _PLAIN if form.get(name)}
    return changes | _answers("answer-") | _answers("other-")


def _with_added(columns: list[str]) -> list[str]:
    """With the column that the person added to the text by its button."""
    place = request.form.get("add_column", "")
    if place.isascii() and place.isdecimal() and int(place) < len(columns):
        columns[int(place)] = "description"
    return columns


def _answers(prefix: str) -> dict[str, str]:
    """By the key of the question; what is typed in beside its choices stands under `other-`."""
    given = ((name, value.strip()) for name, value in request.form.items() if name.startswith(prefix))
    return {name.removeprefix(prefix): value for name, value in given if value}


@bp.post("/import/<import_id>/stop")
def stop_import(import_id: str) -> ResponseReturnValue:
    container().imports.stop(import_id)
    return redirect(url_for("pages.one_import", import_id=import_id), 303)


@bp.post("/import/<import_id>/retry")
def retry_import(import_id: str) -> ResponseReturnValue:
    container().imports.retry(import_id)
    return redirect(url_for("pages.one_import", import_id=import_id), 303)


@bp.post("/import/<import_id>/undo")
def undo_import(import_id: str) -> ResponseReturnValue:
    container().undoing.begin(import_id, holder=container().holder)
    return redirect(url_for("pages.one_import", import_id=import_id), 303)


@bp.post("/import/<import_id>/discard")
def discard_import(import_id: str) -> ResponseReturnValue:
    container().imports.discard(import_id)
    return redirect(url_for("pages.imports"), 303)


@bp.post("/import/profiles/<layout>/forget")
def forget_profile(layout: str) -> ResponseReturnValue:
    container().import_profiles.forget(layout)
    return redirect(url_for("pages.imports"), 303)
