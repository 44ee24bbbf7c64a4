"""The API of imports: preview and start one, follow it, download its rejected rows, retry and undo it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from flask import Response, request
from werkzeug.exceptions import BadRequest

from src.domain.imports import ImportStatus
from src.domain.spreadsheet_cells import escape_formula
from src.errors import Conflict, InvalidInput
from src.pipeline.imports.preview import heading_of_rejects
from src.pipeline.imports.reading import is_long
from src.web.imports import text
from src.web.imports.schemas import (
    UPLOAD,
    AcceptedImportBody,
    ImportBody,
    PreviewBody,
    UndoneImportBody,
    import_body,
    preview_body,
    status_of,
)
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared.json_io import parse_json

if TYPE_CHECKING:
    from src.components.bank_files.entry import Preview
    from src.config import Settings
    from src.pipeline.imports.preview import ImportPreview
    from src.pipeline.imports.reading import ImportReading
    from src.pipeline.imports.undo import ImportUndo
    from src.services.imports.repository import ImportRejects, Imports

api = Operations("imports", __name__, url_prefix="/api/v1")
REJECTS_SHOWN = 200


def uploaded(settings: Settings) -> tuple[bytes, str]:
    """(content, name) of the uploaded file. Raises InvalidInput without one, 413 if it is too large."""
    request.max_content_length = settings.max_import_mb * 1_000_000 + 64 * 1024
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput("Choose a file to import.", field="file")
    return file.read(), file.filename


def check_answered(preview: Preview) -> None:
    """Raises InvalidInput that names the first open question."""
    if preview.questions:
        raise InvalidInput(text.unanswered(preview.questions), field=preview.questions[0].key)


@api.operation(
    "POST",
    "/imports",
    summary="Import a file",
    form=UPLOAD,
    returns={202: AcceptedImportBody, 200: PreviewBody},
)
def start_import(
    *, import_preview: ImportPreview, import_reading: ImportReading, settings: Settings
) -> ResponseValue:
    """422 names the first open question if the file can be read in several ways; a dry run lists all.
    The import runs in the background; `GET /imports/{id}` has its progress.

    A file of more than 250 kB is read in the background too: instead of 422, the import fails with the
    reason as `error`, and a dry run answers 202. Its preview is at `GET /imports/{id}/preview` as soon as
    the status is `preview`; the file is kept for a day."""
    if request.mimetype != "multipart/form-data":
        raise InvalidInput("Send the file as multipart/form-data.", field="file")
    content, name = uploaded(settings)
    if set(request.form) - {"mapping", "dry_run"}:
        raise InvalidInput("The form accepts file, mapping and dry_run only.")
    changes = mapping_in(request.form.get("mapping", ""))
    dry_run = request.form.get("dry_run", "false")
    if dry_run not in ("true", "false"):
        raise InvalidInput("dry_run must be true or false.", field="dry_run")
    if is_long(content):
        added = import_reading.start(content, name=name, changes=changes, imports=dry_run == "false")
        return {"id": added.id, "status": status_of(added)}, 202
    result = import_preview.read(content, changes)
    if dry_run == "true":
        return preview_body(result.preview, import_preview.categories.of(result.preview)), 200
    check_answered(result.preview)
    started = import_preview.start(import_preview.store(content, result, name=name).id)
    return {"id": started.id, "status": status_of(started)}, 202


def mapping_in(json_text: str) -> dict[str, Any]:
    """The `mapping` of a form. Raises InvalidInput."""
    if not json_text:
        return {}
    try:
        changes = parse_json(json_text.encode("utf-8", "surrogatepass"))
    except BadRequest:
        raise InvalidInput("The mapping is not valid JSON.", field="mapping") from None
    if not isinstance(changes, dict):
        raise InvalidInput("The mapping must be a JSON object.", field="mapping")
    return changes


@api.operation(
    "GET", "/imports", summary="List the 30 newest imports, newest first", returns={200: list[ImportBody]}
)
def list_imports(*, imports: Imports) -> ResponseValue:
    return [import_body(current, []) for current in imports.newest()]


@api.operation(
    "GET", "/imports/{id}", summary="Get one import with its rejected rows", returns={200: ImportBody}
)
def get_import(id: str, *, imports: Imports, import_rejects: ImportRejects) -> ResponseValue:
    return import_body(imports.get(id), import_rejects.of(id, REJECTS_SHOWN))


@api.operation(
    "GET",
    "/imports/{id}/preview",
    summary="Get the preview of an import that is not started",
    returns={200: PreviewBody},
    errors=(404, 409, 503),
)
def get_preview(id: str, *, imports: Imports, import_preview: ImportPreview) -> ResponseValue:
    """409 while its file is read, and once it was started."""
    current = imports.get(id)
    if current.status is not ImportStatus.PREVIEW:
        raise Conflict(f"This import is {current.status.value}; it has no preview now.")
    preview = import_preview.preview(id)
    return preview_body(preview, import_preview.categories.of(preview))


@api.operation(
    "GET", "/imports/{id}/rejects.csv", summary="Get the rejected rows as CSV", returns={200: "text/csv"}
)
def import_rejects(id: str, *, imports: Imports, import_rejects: ImportRejects) -> ResponseValue:
    """The masked rows, each with its reason. Correct them and import this file: it is read with the
    mapping of the original file."""
    heading = heading_of_rejects(imports.get(id))
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(heading)
    for reject in import_rejects.of(id):
        if not reject["left_out"]:
            cells = reject.get("cells", [f"row {reject['row']}"])
            blank = [""] * (len(heading) - 1 - len(cells))
            writer.writerow([*map(escape_formula, cells), *blank, text.reason(reject["reason"])])
    response = Response(table.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="rejected.csv"'
    return response


@api.operation(
    "POST",
    "/imports/{id}/retry",
    summary="Retry an import that was stopped or has failed",
    returns={202: AcceptedImportBody},
    errors=(404, 409, 503),
)
def retry_import(id: str, *, imports: Imports) -> ResponseValue:
    """The file is kept for a day; 409 after that. No transaction is added twice."""
    queued = imports.retry(id)
    return {"id": queued.id, "status": status_of(queued)}, 202


@api.operation(
    "DELETE",
    "/imports/{id}",
    summary="Undo an import",
    returns={200: UndoneImportBody, 202: AcceptedImportBody},
    errors=(404, 409, 503),
)
def undo_import(id: str, *, imports: Imports, import_undo: ImportUndo, holder: str) -> ResponseValue:
    """Deletes its transactions, except those that another import contains too. Their answers are kept, and
    apply again if the rows are imported again.

    A large import is undone in the background: the status is 202; `GET /imports/{id}` has the progress."""
    undone = import_undo.start(id, holder=holder)
    if undone is None:
        return {"id": id, "status": ImportStatus.UNDOING.value}, 202
    rows, answers = undone
    return {"rows_removed": rows, "rows_kept": imports.get(id).rows_stay, "answers_kept": answers}
