"""The stored transactions: search them, edit or delete one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from flask import Response

from src.errors import InvalidInput, NotFound
from src.web.history.filters import SavedFilterBody, SavedFilterRename, SavedFilterRequest, saved_filter
from src.web.history.schemas import (
    EditedBody,
    EditRequest,
    HistoryBody,
    HistoryFilterQuery,
    HistoryQuery,
    HistoryTotalsBody,
    LifeBody,
    edited_body,
    history_body,
    history_totals,
    life_body,
)
from src.web.history.splits import SplitsRequest
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.pipeline.feedback.edit import TransactionEditor
    from src.services.categories.repository import Categories
    from src.services.history.saved_filters import SavedFilters
    from src.services.transactions.analytics import Analytics
    from src.services.transactions.repository import Transactions
    from src.services.transfers.links import Links

api = Operations("history", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/history",
    summary="Search the history, page by page",
    query=HistoryQuery,
    returns={200: HistoryBody},
    errors=(404, 503),
)
def history(query: HistoryQuery, *, transactions: Transactions) -> ResponseValue:
    """For the next page, send `next_cursor` as `cursor` with the same filters."""
    try:
        page = transactions.history(
            query.to_domain(), sort=query.sort, limit=query.limit, cursor=query.cursor
        )
    except InvalidInput as error:  # the filters are valid: the cursor is from no earlier page
        raise NotFound(str(error)) from None
    return history_body(page)


@api.operation(
    "GET",
    "/history/totals",
    summary="Get the totals of what a filter matches, by currency",
    query=HistoryFilterQuery,
    returns={200: HistoryTotalsBody},
)
def totals(query: HistoryFilterQuery, *, analytics: Analytics) -> ResponseValue:
    """Exact, and counted like those of `/analytics`: refunds are netted, transfers and savings apart."""
    return history_totals(analytics.totals(query.to_domain()))


@api.operation(
    "GET",
    "/transactions/{id}",
    summary="Get one transaction with its predictions, answers and edits",
    returns={200: LifeBody},
    errors=(404, 503),
)
def transaction(id: str, *, transactions: Transactions, links: Links) -> ResponseValue:
    """To undo an answer or an edit, undo its act: `POST /acts/{act}/undo`."""
    row = transactions.get(id)
    return life_body(row, links.in_effect(row.id))


@api.operation(
    "PATCH",
    "/transactions/{id}",
    summary="Edit one transaction",
    body=EditRequest,
    returns={200: EditedBody},
    errors=(404, 409, 503),
)
def edit_transaction(id: str, body: EditRequest, *, transaction_editor: TransactionEditor) -> ResponseValue:
    """An unanswered transaction is predicted again; an answer stays. `POST /acts/{act}/undo` restores the
    earlier fields. 409 if a change does not fit the other fields, or `revision` is not the current one: it
    names the fields that were changed since, and `edits` of the transaction have their values."""
    at = datetime.now(UTC)
    changed = partial(body.changed, today=at.date())
    row, act = transaction_editor.edit(id, changed, at=at, revision=body.revision)
    return edited_body(row, act)


@api.operation(
    "PUT",
    "/transactions/{id}/splits",
    summary="Split one transaction over categories",
    body=SplitsRequest,
    returns={200: EditedBody},
    errors=(404, 409, 503),
)
def split_transaction(
    id: str, body: SplitsRequest, *, transaction_editor: TransactionEditor, categories: Categories
) -> ResponseValue:
    """The parts replace the earlier ones, and sums count them instead of the whole; an empty list removes
    them. The category of the transaction itself stays. `POST /acts/{act}/undo` restores the earlier parts."""
    changed = partial(body.changed, slugs=categories.slugs())
    row, act = transaction_editor.edit(id, changed, at=datetime.now(UTC))
    return edited_body(row, act)


@api.operation(
    "DELETE",
    "/transactions/{id}",
    summary="Delete one transaction with its feedback",
    returns={204: None},
    errors=(404, 503),
)
def delete_transaction(id: str, *, transaction_editor: TransactionEditor) -> ResponseValue:
    """Its feedback no longer counts, and no import adds it again. The header `Ledgerloop-Act` has the id of
    the act: `POST /acts/{id}/undo` restores the transaction."""
    act = transaction_editor.delete(id, at=datetime.now(UTC))
    return Response(status=204, headers={"Ledgerloop-Act": act})


@api.operation(
    "GET",
    "/history/filters",
    summary="List the saved filters",
    returns={200: list[SavedFilterBody]},
)
def list_filters(*, saved_filters: SavedFilters) -> ResponseValue:
    return [saved_filter(saved) for saved in saved_filters.all()]


@api.operation(
    "POST",
    "/history/filters",
    summary="Save a filter under a name",
    body=SavedFilterRequest,
    returns={201: SavedFilterBody},
    errors=(409, 503),
)
def save_filter(body: SavedFilterRequest, *, saved_filters: SavedFilters) -> ResponseValue:
    """409 if the name is taken."""
    return saved_filter(saved_filters.add(body.name, body.query, at=datetime.now(UTC)))


@api.operation(
    "PATCH",
    "/history/filters/{id}",
    summary="Rename a saved filter",
    body=SavedFilterRename,
    returns={200: SavedFilterBody},
    errors=(404, 409, 503),
)
def rename_filter(id: str, body: SavedFilterRename, *, saved_filters: SavedFilters) -> ResponseValue:
    """409 if the name is taken."""
    return saved_filter(saved_filters.rename(id, body.name))


@api.operation(
    "DELETE",
    "/history/filters/{id}",
    summary="Delete a saved filter",
    returns={204: None},
    errors=(404, 503),
)
def delete_filter(id: str, *, saved_filters: SavedFilters) -> ResponseValue:
    """The transactions stay."""
    saved_filters.delete(id)
    return None
