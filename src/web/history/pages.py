"""The list of all transactions, with filters; categories are changed in its rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.errors import InvalidInput
from src.web.history import api as history_api
from src.web.history import text
from src.web.history.filters import (
    DEFAULT_SORT,
    NAMES,
    SavedFilterRename,
    SavedFilterRequest,
    active_filters,
    counted_in_words,
    query_text,
    sort_links,
    tidy,
)
from src.web.history.schemas import HistoryQuery
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import (
    ABOUT_AN_ACT,
    Errors,
    checked,
    count_in,
    errors_of,
    here,
    local_address,
    with_query,
)
from src.web.shared.json_io import wants_json
from src.web.shared.learned import learned_from

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.services.accounts.repository import Accounts
    from src.services.history.saved_filters import SavedFilters
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.analytics import Analytics
    from src.services.transactions.repository import Transactions
    from src.services.transfers.links import Links


_TOTALS_AT_ONCE, _TOTALS_OF_TEXTS = 2_000, 200
"""Of more transactions, the totals come after the page; a search reads their texts again for them."""


@bp.get("/history")
def history(
    *,
    transactions: Transactions,
    analytics: Analytics,
    predictor: Predictor,
    links: Links,
    accounts: Accounts,
    saved_filters: SavedFilters,
    preferences: PreferenceStore,
) -> ResponseReturnValue:
    if wants_json():
        return history_api.history()
    asked = request.args.to_dict()
    if tidy(asked) != asked:
        return redirect(with_query(request.path, tidy(asked)))
    values = {name: value for name, value in asked.items() if name not in ABOUT_AN_ACT}
    filters = {name: values.get(name, "") for name in (*NAMES, "sort", "limit")}
    active = list(active_filters(request.path, filters))
    result, totals, totals_address, errors = None, None, None, Errors()
    try:
        query = checked(HistoryQuery, values)
        where = query.to_domain()
        result = transactions.history(where, sort=query.sort, limit=query.limit, cursor=query.cursor)
        most = _TOTALS_OF_TEXTS if query.q else _TOTALS_AT_ONCE
        if active and not (result.total_is_exact and result.total <= most):
            totals_address = with_query(
                url_for("pages.matching_totals"), {name: filters[name] for name in NAMES}
            )
        elif active and result.items:
            totals = analytics.totals(where)
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)

    def page_at(cursor: str | None) -> str | None:
        return with_query(request.path, {**filters, "cursor": cursor}) if cursor else None

    answered = request.args.get("answered")
    row = transactions.get(answered) if answered else None
    return page(
        "history/index.html",
        422 if errors else 200,
        page=result,
        totals=totals,
        totals_address=totals_address,
        errors=errors,
        values={**filters, "sort": filters["sort"] or DEFAULT_SORT},
        active=active,
        in_words=None if errors else counted_in_words(filters, preferences.current().month_starts),
        saved_filters=saved_filters.all(),
        current_query="" if errors else query_text(filters),
        headings=sort_links(request.path, filters),
        modes=transactions.modes(),
        account_names=accounts.names(),
        here=here(),
        next_page=page_at(result.next_cursor) if result else None,
        previous_page=page_at(result.previous_cursor) if result else None,
        filters=filters,
        text=text,
        deleted=request.args.get("deleted"),
        suggested_links=links.count_suggested(),
        filter_address=with_query(request.path, {name: filters[name] for name in NAMES}),
        bulk_changed=count_in(request.args, "changed"),
        bulk_deleted=count_in(request.args, "removed"),
        learned=learned_from(row, request.args, here(), predictor) if row else None,
        undone=count_in(request.args, "undone"),
    )


@bp.get("/history/totals")
def matching_totals(*, analytics: Analytics) -> ResponseReturnValue:
    """The page of very many transactions shows them when they are ready."""
    values = {name: request.args.get(name, "") for name in NAMES}
    where = checked(HistoryQuery, values).to_domain()
    back = with_query(url_for("pages.history"), values)
    return page("history/totals.html", totals=analytics.totals(where), values=values, text=text, back=back)


@bp.post("/history/filters")
def save_filter(*, saved_filters: SavedFilters) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in ("name", "query")}
    body = SavedFilterRequest.model_validate(typed)
    saved_filters.add(body.name, body.query, at=datetime.now(UTC))
    return _back()


@bp.post("/history/filters/<filter_id>")
def change_filter(filter_id: str, *, saved_filters: SavedFilters) -> ResponseReturnValue:
    """Rename it, or delete it."""
    if "delete" in request.form:
        saved_filters.delete(filter_id)
    else:
        body = SavedFilterRename.model_validate({"name": request.form.get("name", "")})
        saved_filters.rename(filter_id, body.name)
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(local_address(request.form.get("next"), url_for("pages.history")), 303)
