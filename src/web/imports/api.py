"""Files brought in: how one would be read, how far it is, what became of it, and the way back."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, request
from werkzeug.exceptions import BadRequest

from src.domain.imports import ImportStatus
from src.errors import InvalidInput
from src.pipeline.imports.preview import check_answered, heading_of_rejects
from src.web.history.csv_table import harmless
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
from src.web.openapi.operations import Answer, Operations
from src.web.shared.json_io import parse_json
from src.web.shared.services import container

api = Operations("imports", __name__, url_prefix="/api/v1")
REJECTS_SHOWN = 200


def uploaded() -> tuple[bytes, str]:
    """The file that was sent, and its name. Raises 413, and InvalidInput where there is none."""
    settings = container().settings
    request.max_content_length = settings.max_import_mb * 1_000_000 + 64 * 1024
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput("Choose a file to bring in.", field="file")
    return file.read(), file.filename


@api.operation(
    "POST",
    "/imports",
    summary="Bring a file in",
    form=UPLOAD,
    returns={202: AcceptedImportBody, 200: PreviewBody},
)
def start_import() -> Answer:
    """422 names the first open question where more than one reading fits the file; a dry run lists them all.
    The file is worked off apart from this call: ask `GET /imports/{id}` how far it is."""
    if request.mimetype != "multipart/form-data":
        raise InvalidInput("Send the file as multipart/form-data.", field="file")
    content, name = uploaded()
    unknown = set(request.form) - {"mapping", "dry_run"}
    if unknown:
        raise InvalidInput("A form has file, mapping and dry_run only.")
    changes = _mapping(request.form.get("mapping", ""))
    dry_run = _flag(request.form.get("dry_run", "false"))
    looked = container().intake.look(content, changes)
    if dry_run:
        return preview_body(looked.preview), 200
    check_answered(looked.preview)
    kept = container().intake.keep(content, looked, name=name)
    begun = container().intake.begin(kept.id)
    return {"id": begun.id, "status": status_of(begun)}, 202


def _mapping(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        changes = parse_json(text.encode("utf-8", "surrogatepass"))
    except BadRequest:
        raise InvalidInput("The mapping is not readable as JSON.", field="mapping") from None
    if not isinstance(changes, dict):
        raise InvalidInput("The mapping is an object of JSON.", field="mapping")
    return changes


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidInput("true or false", field="dry_run")
    return text == "true"


@api.operation(
    "GET", "/imports", summary="The 30 newest imports, newest first", returns={200: list[ImportBody]}
)
def list_imports() -> Answer:
    return [import_body(each, []) for each in container().imports.newest()]


@api.operation(
    "GET", "/imports/{id}", summary="One import, with what was rejected", returns={200: ImportBody}
)
def get_import(id: str) -> Answer:
    found = container().imports.get(id)
    return import_body(found, container().import_rejects.of(id, REJECTS_SHOWN))


@api.operation(
    "GET", "/imports/{id}/rejects.csv", summary="The rejected rows as CSV", returns={200: "text/csv"}
)
def import_rejects(id: str) -> Answer:
    """What stood in the rows, masked, and the reason of each: mend them, and bring this file in as it is.

    It is read as the file was of which these rows are, without a question."""
    found = container().imports.get(id)
    text = io.StringIO()
    writer = csv.writer(text)
    heading = heading_of_rejects(found)
    writer.writerow(heading)
    for each in container().import_rejects.of(id):
        if not each["left_out"]:
            cells = each.get("cells", [f"row {each['row']}"])
            blank = [""] * (len(heading) - 1 - len(cells))
            writer.writerow([*map(harmless, cells), *blank, each["reason"]])
    response = Response(text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="rejected.csv"'
    return response


@api.operation(
    "POST",
    "/imports/{id}/retry",
    summary="Try again an import that was stopped or has failed",
    returns={202: AcceptedImportBody},
    errors=(404, 409, 503),
)
def retry_import(id: str) -> Answer:
    """Its file is kept for a day; 409 once it is deleted. Rows that were added are not added twice."""
    queued = container().imports.retry(id)
    return {"id": queued.id, "status": status_of(queued)}, 202


@api.operation(
    "DELETE",
    "/imports/{id}",
    summary="Take one import back",
    returns={200: UndoneImportBody, 202: AcceptedImportBody},
    errors=(404, 409, 503),
)
def undo_import(id: str) -> Answer:
    """Its rows are deleted, except those that another import also has. Answers given since are kept aside and
    return if the rows are brought again.

    A large import is taken back apart from this call, which then answers 202: ask `GET /imports/{id}`."""
    done = container().undoing.begin(id, holder=container().holder)
    if done is None:
        return {"id": id, "status": ImportStatus.UNDOING.value}, 202
    rows, answers = done
    return {"rows_removed": rows, "rows_kept": container().imports.get(id).rows_stay, "answers_kept": answers}
