"""The kept transactions: read them, change or delete one."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response

from src.errors import InvalidInput, NotFound
from src.web.history.life_schemas import EditedBody, LifeBody, edited_body, life_body
from src.web.history.schemas import HistoryBody, HistoryQuery, history_item
from src.web.openapi.operations import Answer, Operations
from src.web.prediction.schemas import TransactionChanges
from src.web.shared.services import container

api = Operations("history", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/history",
    summary="Search the history, page by page",
    query=HistoryQuery,
    returns={200: HistoryBody},
    errors=(404, 503),
)
def history(query: HistoryQuery) -> Answer:
    """Hand `next_cursor` back as `cursor`, with the same filters, for the page that follows."""
    try:
        page = container().transactions.history(
            query.to_domain(), sort=query.sort, limit=query.limit, cursor=query.cursor
        )
    except InvalidInput as error:  # the filters are checked: only a cursor can still be one we never gave
        raise NotFound(str(error)) from None
    return {
        "items": [history_item(each) for each in page.items],
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


@api.operation(
    "GET",
    "/transactions/{id}",
    summary="One transaction with its whole life",
    returns={200: LifeBody},
    errors=(404, 503),
)
def transaction(id: str) -> Answer:
    """What was given, every prediction and every answer. An answer is taken back by undoing its act."""
    return life_body(container().transactions.get(id))


@api.operation(
    "PATCH",
    "/transactions/{id}",
    summary="Change what was given of one transaction",
    body=TransactionChanges,
    returns={200: EditedBody},
    errors=(404, 409, 503),
)
def edit_transaction(id: str, body: TransactionChanges) -> Answer:
    """It is predicted anew, unless a person has answered: that answer stays. `POST /acts/{act}/undo` restores
    what was given before."""
    at = datetime.now(UTC)
    changes = body.changed(container().transactions.get(id).transaction, today=at.date())
    return edited_body(*container().editing.edit(id, changes, at=at))


@api.operation(
    "DELETE",
    "/transactions/{id}",
    summary="Delete one transaction with its feedback",
    returns={204: None},
    errors=(404, 503),
)
def delete_transaction(id: str) -> Answer:
    """What was learned from its feedback goes with it, and no import adds it again. The header
    `Ledgerloop-Act` has the id of the act: `POST /acts/{id}/undo` restores the transaction as it was."""
    act = container().deleting.delete(id, at=datetime.now(UTC))
    return Response(status=204, headers={"Ledgerloop-Act": act})
