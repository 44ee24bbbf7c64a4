"""The pages of imports: choose a file, check the preview, answer questions, follow the import, undo it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.imports import IMPORT_UNDER_WAY, Import, ImportStatus
from src.errors import InvalidInput, NotFound
from src.web.imports import text
from src.web.imports.api import REJECTS_SHOWN, check_answered, uploaded
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import flag

if TYPE_CHECKING:
    from src.components.bank_files.entry import Preview
    from src.config import Settings
    from src.pipeline.imports.preview import ImportPreview
    from src.pipeline.imports.undo import ImportUndo
    from src.services.firefly.outbox import FireflyOutbox
    from src.services.imports.profiles import ImportProfiles
    from src.services.imports.rejects import ImportRejects
    from src.services.imports.repository import Imports
    from src.services.transactions.imported import ImportedTransactions

_OPTIONS = ("encoding", "date_order", "decimal_mark", "sign", "default_currency", "default_date", "mode")

bp.add_app_template_filter(text.column_name)
bp.add_app_template_filter(text.reason, "reject_reason")


@bp.app_template_filter()
def import_status(current: Import) -> tuple[str, str]:
    return text.IMPORT_STATUSES[current.status]


@bp.app_template_filter()
def import_format(current: Import) -> str:
    return text.format_name(current.format, current.plan)


@bp.get("/import")
def imports(
    *, imports: Imports, import_profiles: ImportProfiles, firefly_outbox: FireflyOutbox, settings: Settings
) -> ResponseReturnValue:
    return _index(imports, import_profiles, firefly_outbox, settings)


@bp.post("/import")
def upload_import(
    *,
    imports: Imports,
    import_preview: ImportPreview,
    import_profiles: ImportProfiles,
    firefly_outbox: FireflyOutbox,
    settings: Settings,
) -> ResponseReturnValue:
    try:
        content, name = uploaded(settings)
        added = import_preview.upload(content, name=name)
    except InvalidInput as error:
        return _index(imports, import_profiles, firefly_outbox, settings, str(error), 422)
    return _to_import(added.id)


def _index(
    imports: Imports,
    profiles: ImportProfiles,
    outbox: FireflyOutbox,
    settings: Settings,
    error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    return page(
        "imports/index.html",
        status,
        error=error,
        imports=imports.newest(),
        profiles=profiles.all(),
        most_mb=settings.max_import_mb,
        deliveries=outbox.counts(now=datetime.now(UTC)) if settings.firefly_url else None,
    )


@bp.get("/import/<import_id>")
def one_import(
    import_id: str,
    *,
    imports: Imports,
    import_preview: ImportPreview,
    import_rejects: ImportRejects,
    imported_transactions: ImportedTransactions,
) -> ResponseReturnValue:
    current = imports.get(import_id)
    if current.status is ImportStatus.PREVIEW:
        return _preview_page(current, import_preview)
    return _report_page(current, import_rejects, imported_transactions)


def _report_page(
    current: Import, rejects: ImportRejects, rows: ImportedTransactions, error: str = "", status: int = 200
) -> ResponseReturnValue:
    active = current.status in (*IMPORT_UNDER_WAY, ImportStatus.UNDOING)
    return page(
        "imports/report.html",
        status,
        current=current,
        active=active,
        error=error,
        rejects=rejects.of(current.id, REJECTS_SHOWN),
        rows=0 if active else rows.count(current.id),
        shared=0 if active else rows.count_shared(current.id),
        answered=0 if active else rows.count_answered(current.id),
    )


def _preview_page(
    current: Import, import_preview: ImportPreview, error: str = "", status: int = 200
) -> ResponseReturnValue:
    try:
        preview: Preview | None = import_preview.preview(current.id)
    except (InvalidInput, NotFound) as failure:
        preview, error, status = None, str(failure), 422
    return page("imports/preview.html", status, current=current, preview=preview, error=error, text=text)


@bp.post("/import/<import_id>/plan")
def plan_import(
    import_id: str,
    *,
    imports: Imports,
    import_preview: ImportPreview,
    import_rejects: ImportRejects,
    imported_transactions: ImportedTransactions,
) -> ResponseReturnValue:
    """Change the plan; start the import if the person chose that and no question is open."""
    profile = request.form.get("profile", "").strip()[:60]
    try:
        preview = import_preview.change(import_id, _changes())
        if request.form.get("act") == "begin":
            check_answered(preview)
            import_preview.start(import_id, profile=profile)
            profile = ""
    except InvalidInput as error:
        current = imports.get(import_id)
        if current.status is ImportStatus.PREVIEW:
            return _preview_page(current, import_preview, str(error), 422)
        return _report_page(current, import_rejects, imported_transactions, str(error), 422)
    return _to_import(import_id, profile=profile or None)


def _changes() -> dict[str, Any]:
    form = request.form
    changes: dict[str, Any] = {"take_categories": flag(form, "take_categories")}
    if "column-0" in form:
        columns = [form.get(f"column-{position}") for position in range(len(form))]
        changes["columns"] = _with_added([column for column in columns if column is not None])
    changes |= {name: form[name] for name in _OPTIONS if form.get(name)}
    return changes | _answers("answer-") | _answers("other-")


def _with_added(columns: list[str]) -> list[str]:
    """With the column that the person added to the text with its button."""
    position = request.form.get("add_column", "")
    if position.isascii() and position.isdecimal() and int(position) < len(columns):
        columns[int(position)] = "description"
    return columns


def _answers(prefix: str) -> dict[str, str]:
    """By the key of the question. `other-` has values typed in instead of a choice."""
    answers = ((name, value.strip()) for name, value in request.form.items() if name.startswith(prefix))
    return {name.removeprefix(prefix): value for name, value in answers if value}


@bp.post("/import/<import_id>/stop")
def stop_import(import_id: str, *, imports: Imports) -> ResponseReturnValue:
    imports.stop(import_id)
    return _to_import(import_id)


@bp.post("/import/<import_id>/retry")
def retry_import(import_id: str, *, imports: Imports) -> ResponseReturnValue:
    imports.retry(import_id)
    return _to_import(import_id)


@bp.post("/import/<import_id>/undo")
def undo_import(import_id: str, *, import_undo: ImportUndo, holder: str) -> ResponseReturnValue:
    import_undo.start(import_id, holder=holder)
    return _to_import(import_id)


@bp.post("/import/<import_id>/discard")
def discard_import(import_id: str, *, imports: Imports) -> ResponseReturnValue:
    imports.discard(import_id)
    return redirect(url_for("pages.imports"), 303)


@bp.post("/import/profiles/<layout>/forget")
def forget_profile(layout: str, *, import_profiles: ImportProfiles) -> ResponseReturnValue:
    import_profiles.forget(layout)
    return redirect(url_for("pages.imports"), 303)


def _to_import(import_id: str, **query: Any) -> ResponseReturnValue:
    return redirect(url_for("pages.one_import", import_id=import_id, **query), 303)
