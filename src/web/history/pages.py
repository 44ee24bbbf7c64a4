"""The list of all transactions, with filters; categories are changed in its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.errors import InvalidInput
from src.web.history import api as history_api
from src.web.history import text
from src.web.history.exports_api import EXPORTS
from src.web.history.schemas import HistoryQuery
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import ABOUT_AN_ACT, Errors, checked, count_in, errors_of, here, with_query
from src.web.shared.json_io import wants_json
from src.web.shared.learned import learned_from

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.services.transactions.repository import Transactions

FILTERS = (
    *("q", "from", "to", "category", "status", "direction", "mode", "min_amount", "max_amount"),
    *("predicted", "band", "version", "decided_by", "answer"),
    *("account", "counterparty", "tag", "mcc", "merchant", "currency", "import"),
)


@bp.get("/history")
def history(*, transactions: Transactions, predictor: Predictor) -> ResponseReturnValue:
    if wants_json():
        return history_api.history()
    values = {name: value for name, value in request.args.items() if name not in ABOUT_AN_ACT}
    result, errors = None, Errors()
    try:
        query = checked(HistoryQuery, values)
        where = query.to_domain()
        result = transactions.history(where, sort=query.sort, limit=query.limit, cursor=query.cursor)
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)
    filters = {name: values.get(name, "") for name in (*FILTERS, "sort", "limit")}
    cursor = result.next_cursor if result else None
    urls = {export.title: with_query(url_for(f"exports.{export.endpoint}"), filters) for export in EXPORTS}
    answered = request.args.get("answered")
    row = transactions.get(answered) if answered else None
    return page(
        "history/index.html",
        422 if errors else 200,
        page=result,
        errors=errors,
        values={**filters, "sort": filters["sort"] or "-date", "cursor": values.get("cursor", "")},
        active=sum(bool(filters[name]) for name in FILTERS) + (filters["sort"] not in ("", "-date")),
        modes=transactions.modes(),
        here=here(),
        next_page=with_query(request.path, {**filters, "cursor": cursor}) if cursor else None,
        first_page=with_query(request.path, filters),
        export_urls=urls,
        text=text,
        deleted=request.args.get("deleted"),
        learned=learned_from(row, request.args, here(), predictor) if row else None,
        undone=count_in(request.args, "undone"),
    )
