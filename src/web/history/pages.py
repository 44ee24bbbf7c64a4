"""The list of all transactions: filtered, paged by cursor, corrected in its rows."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.transactions import HistoryPage
from src.errors import InvalidInput
from src.web.history import api as history_api
from src.web.history.schemas import HistoryQuery
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import ABOUT_AN_ACT, Errors, checked, count_in, errors_of, here, with_query
from src.web.shared.learned import learned_from
from src.web.shared.negotiation import wants_json
from src.web.shared.services import container

EXPORTS = (
    ("JSON lines", "exports.history_jsonl"),
    ("Parquet", "exports.history_parquet"),
    ("beancount", "exports.history_beancount"),
    ("hledger", "exports.history_journal"),
)
FILTERS = (
    *("q", "from", "to", "category", "status", "direction", "mode", "min_amount", "max_amount"),
    *("predicted", "band", "version", "decided_by", "answer"),
)


@bp.get("/history")
def history() -> ResponseReturnValue:
    if wants_json():
        return history_api.history()
    values = {name: value for name, value in request.args.items() if name not in ABOUT_AN_ACT}
    found, errors = _found(values)
    filters = {name: values.get(name, "") for name in (*FILTERS, "sort", "limit")}
    return page(
        "history/index.html",
        422 if errors else 200,
        page=found,
        errors=errors,
        values={**filters, "sort": filters["sort"] or "-date", "cursor": values.get("cursor", "")},
        active=sum(bool(filters[name]) for name in FILTERS) + (filters["sort"] not in ("", "-date")),
        modes=container().transactions.modes(),
        here=here(),
        next_page=with_query(request.path, {**filters, "cursor": found.next_cursor})
        if found and found.next_cursor
        else None,
        first_page=with_query(request.path, filters),
        export_urls=[(name, with_query(url_for(endpoint), filters)) for name, endpoint in EXPORTS],
        csv_url=with_query(url_for("exports.history_csv"), filters),
        **_said(),
    )


def _found(values: dict[str, str]) -> tuple[HistoryPage | None, Errors]:
    try:
        query = checked(HistoryQuery, values)
        where = query.to_domain()
        return container().transactions.history(
            where, sort=query.sort, limit=query.limit, cursor=query.cursor
        ), {}
    except (ValidationError, InvalidInput) as error:
        return None, errors_of(error)


def _said() -> dict[str, object]:
    """What an answer in a row came to, where a browser without scripts comes back from it."""
    answered = request.args.get("answered")
    row = container().transactions.get(answered) if answered else None
    return {
        "deleted": request.args.get("deleted"),
        "learned": learned_from(row, request.args, here()) if row else None,
        "undone": count_in(request.args, "undone"),
    }
