"""The pages of imports: choose a file, check the preview, answer questions, follow the import, undo it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.imports import IMPORT_UNDER_WAY, NEW_CATEGORY, Import, ImportStatus
from src.errors import InvalidInput, NotFound
from src.web.imports import text
from src.web.imports.api import REJECTS_SHOWN, check_answered, uploaded
from src.web.imports.schemas import ProfileRename
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import flag
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.config import Settings
    from src.pipeline.imports.preview import ImportPreview
    from src.pipeline.imports.reading import ImportReading
    from src.pipeline.imports.undo import ImportUndo
    from src.services.accounts.repository import Accounts
    from src.services.firefly.outbox import FireflyOutbox
    from src.services.imports.repository import ImportProfiles, ImportRejects, Imports
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


@with_services
@bp.get("/import")
def imports(
    error: str = "",
    status: int = 200,
    *,
    imports: Imports,
    import_profiles: ImportProfiles,
    firefly_outbox: FireflyOutbox,
    settings: Settings,
) -> ResponseReturnValue:
    return page(
        "imports/index.html",
        status,
        error=error,
        imports=imports.newest(),
        profiles=import_profiles.all(),
        most_mb=settings.max_import_mb,
        deliveries=firefly_outbox.counts(now=datetime.now(UTC)) if settings.firefly_url else None,
    )


@bp.post("/import")
def upload_import(*, import_reading: ImportReading, settings: Settings) -> ResponseReturnValue:
    try:
        content, name = uploaded(settings)
        added = import_reading.upload(content, name=name)
    except InvalidInput as error:
        return imports(str(error), 422)
    return _to_import(added.id)


@with_services
@bp.get("/import/<import_id>")
def one_import(
    import_id: str,
    error: str = "",
    status: int = 200,
    *,
    imports: Imports,
    import_preview: ImportPreview,
    import_rejects: ImportRejects,
    imported_transactions: ImportedTransactions,
    accounts: Accounts,
) -> ResponseReturnValue:
    """The preview until the import is started, then its progress and result."""
    current = imports.get(import_id)
    if current.status is ImportStatus.PREVIEW:
        preview = None
        try:
            preview = import_preview.preview(import_id)
        except (InvalidInput, NotFound) as failure:
            error, status = str(failure), 422
        return page(
            "imports/preview.html",
            status,
            current=current,
            preview=preview,
            error=error,
            text=text,
            categories_of_file=import_preview.categories.of(preview) if preview else (),
            accounts=accounts.all(),
        )
    active = current.status in (ImportStatus.READING, *IMPORT_UNDER_WAY, ImportStatus.UNDOING)
    return page(
        "imports/report.html",
        status,
        current=current,
        active=active,
        error=error,
        rejects=import_rejects.of(import_id, REJECTS_SHOWN),
        rows=0 if active else imported_transactions.count(import_id),
        shared=0 if active else imported_transactions.count_shared(import_id),
        named=0 if active else imported_transactions.count_accounts_set(import_id),
        answered=0 if active else imported_transactions.count_answered(import_id),
    )


@bp.post("/import/demo")
def import_demo(*, import_preview: ImportPreview) -> ResponseReturnValue:
    return _to_import(import_preview.demo().id)


@bp.post("/import/<import_id>/plan")
def plan_import(import_id: str, *, import_preview: ImportPreview) -> ResponseReturnValue:
    """Change the plan; start the import if the person chose that and no question is open."""
    profile = request.form.get("profile", "").strip()[:60]
    try:
        preview = import_preview.change(import_id, _changes())
        if request.form.get("act") == "begin":
            check_answered(preview)
            import_preview.start(import_id, profile=profile)
            profile = ""
    except InvalidInput as error:
        return one_import(import_id, str(error), 422)
    return _to_import(import_id, profile=profile or None)


def _changes() -> dict[str, Any]:
    form = request.form
    changes: dict[str, Any] = {"take_categories": flag(form, "take_categories")}
    if "account" in form:
        changes["account"] = form["account"].strip() or None
    if "column-0" in form:
        names = (form.get(f"column-{position}") for position in range(len(form)))
        changes["columns"] = columns = [name for name in names if name is not None]
        added = form.get("add_column", "")  # the column that the person added to the text with its button
        if added.isascii() and added.isdecimal() and int(added) < len(columns):
            columns[int(added)] = "description"
    if changes["take_categories"] and "category-name-0" in form:
        changes["categories"] = _chosen_categories(form)
    changes |= {name: form[name] for name in _OPTIONS if form.get(name)}
    return changes | answers_in(form)


def answers_in(form: Mapping[str, str]) -> dict[str, str]:
    """The answers to the questions about a file, by their keys."""
    answers: dict[str, str] = {}
    for prefix in ("answer-", "other-"):  # `other-` has values typed in instead of a choice
        typed = {name.removeprefix(prefix): form[name].strip() for name in form if name.startswith(prefix)}
        answers |= {key: answer for key, answer in typed.items() if answer}
    return answers


def _chosen_categories(form: Mapping[str, str]) -> dict[str, str]:
    """What each category of the file becomes. One button keeps all of their names."""
    keep = form.get("act") == "keep-names"
    positions = takewhile(lambda position: f"category-name-{position}" in form, count())
    return {
        form[f"category-name-{position}"]: NEW_CATEGORY if keep else form.get(f"category-{position}", "")
        for position in positions
    }


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


@bp.post("/import/profiles/<layout>")
def rename_profile(layout: str, *, import_preview: ImportPreview) -> ResponseReturnValue:
    body = ProfileRename.model_validate({"name": request.form.get("name", "")})
    import_preview.rename_profile(layout, body.name)
    return redirect(url_for("pages.imports"), 303)


@bp.post("/import/profiles/<layout>/forget")
def forget_profile(layout: str, *, import_profiles: ImportProfiles) -> ResponseReturnValue:
    import_profiles.forget(layout)
    return redirect(url_for("pages.imports"), 303)


def _to_import(import_id: str, **query: Any) -> ResponseReturnValue:
    return redirect(url_for("pages.one_import", import_id=import_id, **query), 303)
