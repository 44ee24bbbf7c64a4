"""The summary page: what a file or pasted text amounts to, before or instead of an import."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.errors import InvalidInput, Unavailable
from src.web.health.metrics import metrics
from src.web.imports import text as imports_text
from src.web.imports.pages import answers_in
from src.web.shared import time_zone
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import Errors, count_in, errors_of
from src.web.shared.json_io import wants_json
from src.web.shared.services import with_services
from src.web.summary import api, text
from src.web.summary.csv_table import csv_table
from src.web.summary.submitted import packed, submitted

if TYPE_CHECKING:
    from src.config import Settings
    from src.pipeline.imports.reading import ImportReading
    from src.pipeline.summary.files import FileSummaries, FileSummary

_ROWS_OF_A_PAGE = 50
_SHOWN = 10
"""Categories, merchants, months and weeks that are shown at once; the rest on demand."""


@bp.get("/summary")
def summary_form() -> ResponseReturnValue:
    return _form_page()


@with_services
def _form_page(status: int = 200, errors: Errors | None = None, *, settings: Settings) -> ResponseReturnValue:
    return page(
        "summary/index.html",
        status,
        errors=errors or {},
        typed="" if "packed" in request.form else request.form.get("text", ""),
        limits=text.limits(settings.max_import_mb),
    )


@bp.post("/summary")
def summarize(*, file_summaries: FileSummaries, settings: Settings) -> ResponseReturnValue:
    """The summary, or its rows as CSV. Nothing is stored, so that the page carries the file on."""
    if wants_json():
        return api.summary()
    try:
        content, name = submitted(settings)
        summary = file_summaries.of(content, answers_in(request.form), at=datetime.now(UTC))
    except InvalidInput as error:
        return _form_page(422, errors_of(error))
    except Unavailable as error:
        return _form_page(503, {"": str(error)})
    if request.form.get("act") == "csv":
        response = Response(csv_table(summary.rows), mimetype="text/csv")
        response.headers["Content-Disposition"] = 'attachment; filename="summary.csv"'
        return response
    metrics().predicted(row.prediction for row in summary.rows if row.prediction)
    return _summary_page(summary, content, name)


def _summary_page(summary: FileSummary, content: bytes, name: str) -> ResponseReturnValue:
    pages = max(1, -(-len(summary.rows) // _ROWS_OF_A_PAGE))
    number = min(max(1, count_in(request.form, "page") or 1), pages)
    first = (number - 1) * _ROWS_OF_A_PAGE
    predictions = [row.prediction for row in summary.rows if row.prediction]
    return page(
        "summary/show.html",
        summary=summary,
        name=name[:120] or text.PASTED,
        packed=packed(content),
        answers={key: value for key, value in request.form.items() if key.startswith(("answer-", "other-"))},
        rows=summary.rows[first : first + _ROWS_OF_A_PAGE],
        first=first + 1,
        page_number=number,
        pages=pages,
        needs_review=sum(prediction.needs_review for prediction in predictions),
        shown=_SHOWN,
        today=time_zone.today(),
        text=text,
        imports_text=imports_text,
    )


@bp.post("/summary/import")
def import_summarized(*, import_reading: ImportReading, settings: Settings) -> ResponseReturnValue:
    """Continue with the preview of an import."""
    try:
        content, name = submitted(settings)
        added = import_reading.upload(content, name=name, changes=answers_in(request.form))
    except InvalidInput as error:
        return _form_page(422, errors_of(error))
    return redirect(url_for("pages.one_import", import_id=added.id), 303)
