"""Recent changes, and their undo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.errors import InvalidInput, NotFound
from src.web.acts.schemas import ActsBody, ActsQuery, UndoneBody, UndoQuery, act_body
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.pipeline.feedback.undo import ActUndo
    from src.services.bulk.work import BulkQueue
    from src.services.transactions.acts import ActLog

api = Operations("acts", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/acts",
    summary="List the changes that can be undone, newest first",
    query=ActsQuery,
    returns={200: ActsBody},
    errors=(404, 503),
)
def list_acts(query: ActsQuery, *, act_log: ActLog, bulk_queue: BulkQueue) -> ResponseValue:
    """Answers, edits and deletions, with the number of transactions each changed. Includes undone ones."""
    try:
        page = act_log.page(limit=query.limit, cursor=query.cursor)
    except InvalidInput as error:  # the cursor is from no earlier page
        raise NotFound(str(error)) from None
    progress = bulk_queue.all_progress([act.id for act in page.items])
    items = [act_body(act, progress.get(act.id)) for act in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


@api.operation(
    "POST",
    "/acts/{id}/undo",
    summary="Undo a change",
    query=UndoQuery,
    returns={200: UndoneBody},
    errors=(404, 409, 503),
)
def undo_act(id: str, query: UndoQuery, *, act_undo: ActUndo) -> ResponseValue:
    """Transactions answered or edited since then do not change. 409 if the change is already undone.

    The acts of answers are also in `feedback` of a transaction, where those of an import have one act.
    """
    undone = act_undo.undo(id, at=datetime.now(UTC), only=query.transaction_id)
    return {"act": id, "undone": undone.rows, "kept": undone.kept}
