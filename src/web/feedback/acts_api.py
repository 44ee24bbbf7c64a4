"""What was done that can be undone."""

from __future__ import annotations

from datetime import UTC, datetime

from src.errors import InvalidInput, NotFound
from src.web.feedback.acts_schemas import ActsBody, ActsQuery, UndoneBody, acts_body, undone_body
from src.web.openapi.operations import Answer, Operations
from src.web.shared.services import container

api = Operations("acts", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/acts",
    summary="What was done, newest first",
    query=ActsQuery,
    returns={200: ActsBody},
    errors=(404, 503),
)
def list_acts(query: ActsQuery) -> Answer:
    """Each answer, edit and deletion with the number of transactions it changed, undone or not."""
    try:
        return acts_body(container().acts.page(limit=query.limit, cursor=query.cursor))
    except InvalidInput as error:  # only a cursor can still be one that no page gave
        raise NotFound(str(error)) from None


@api.operation(
    "POST",
    "/acts/{id}/undo",
    summary="Undo one act",
    returns={200: UndoneBody},
    errors=(404, 409, 503),
)
def undo_act(id: str) -> Answer:
    """Transactions that were answered since stay as they are. 409 where the act was undone before."""
    return undone_body(id, container().acts.undo(id, at=datetime.now(UTC)))
