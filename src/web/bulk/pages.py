"""Change or delete the ticked transactions, or all that match: first what it would do, then the change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from src.domain.bulk import AT_ONCE, BulkChange, Selection
from src.errors import InvalidInput
from src.web.bulk.schemas import BulkRequest, BulkSet
from src.web.history import text
from src.web.history.schemas import HistoryFilterQuery
from src.web.prediction.forms import tags_in
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import checked, count_in, errors_of, flag, local_address, with_query

if TYPE_CHECKING:
    from src.pipeline.feedback.bulk import BulkChanges
    from src.services.bulk.work import BulkQueue
    from src.services.transactions.bulk import BulkRows

_EXAMPLES = 5


@bp.post("/history/bulk")
def bulk(*, bulk_changes: BulkChanges, bulk_rows: BulkRows) -> ResponseReturnValue:
    """Without `confirm` only a page that asks. If other transactions match by then, it asks again."""
    back = local_address(request.form.get("next"), url_for("pages.history"))
    at = datetime.now(UTC)
    try:
        selection, change = _selection(request.form), _change(request.form, at)
        summary = bulk_changes.preview(selection, change)
        asked = (count_in(request.form, "matched"), count_in(request.form, "changed"))
        is_same = asked == (summary.matched, summary.changed)
        if flag(request.form, "confirm") and is_same:
            done, act = bulk_changes.apply(selection, change, at=at)
            did = "removed" if change.delete else "changed"
            after = with_query(back, {"bulk": act or "none", did: done.changed})
            if act and done.changed > AT_ONCE:
                return redirect(url_for("pages.bulk_progress", act=act, next=after), 303)
            return redirect(after, 303)
    except (ValidationError, InvalidInput) as error:
        return page("bulk/confirm.html", 422, errors=errors_of(error), back=back)
    return page(
        "bulk/confirm.html",
        summary=summary,
        change=change,
        changes=text.bulk_changes(change),
        examples=bulk_rows.examples(selection, _EXAMPLES),
        asked_again=flag(request.form, "confirm"),
        sent=[
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in ("confirm", "matched", "changed")
        ],
        back=back,
    )


@bp.get("/history/bulk/<act>")
def bulk_progress(act: str, *, bulk_queue: BulkQueue) -> ResponseReturnValue:
    """Of a change that the scheduler does; when it is done, the list."""
    after = local_address(request.args.get("next"), url_for("pages.history"))
    done, rows = bulk_queue.progress(act) or (0, 0)
    if done >= rows:
        return redirect(after)
    deletes = "removed" in dict(parse_qsl(urlsplit(after).query))
    back = after.partition("?")[0]
    return page("bulk/progress.html", done=done, rows=rows, deletes=deletes, back=back)


def _selection(form: MultiDict[str, str]) -> Selection:
    if flag(form, "all"):
        values = dict(parse_qsl(urlsplit(form.get("filter", "")).query))
        return checked(HistoryFilterQuery, values).to_domain()
    ids = form.getlist("id")
    if not ids:
        raise InvalidInput("Select at least one transaction first.")
    return BulkRequest.model_validate({"ids": ids, "delete": True}).selection()


def _change(form: MultiDict[str, str], at: datetime) -> BulkChange:
    if form.get("action") == "delete":
        return BulkChange(delete=True)
    values = _values(form)
    if not values:
        raise InvalidInput("Choose at least one value to set.")
    return BulkSet.model_validate(values).to_domain(today=at.date())


def _values(form: MultiDict[str, str]) -> Mapping[str, Any]:
    """Fields that are left blank stay as they are; those in `empty` are emptied."""
    values: dict[str, Any] = {
        name: value for name in BulkSet.model_fields if (value := form.get(name, "").strip())
    }
    if "tags" in values:
        values["tags"] = tags_in(values["tags"])
    return values | dict.fromkeys(filter(None, form.getlist("empty")))
