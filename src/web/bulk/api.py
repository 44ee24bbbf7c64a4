"""Change or delete many transactions at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.web.bulk.schemas import BulkBody, BulkRequest, bulk_body
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.pipeline.feedback.bulk import BulkChanges

api = Operations("bulk changes", __name__, url_prefix="/api/v1")


@api.operation(
    "POST",
    "/transactions/bulk",
    summary="Change or delete many transactions as one act",
    body=BulkRequest,
    returns={200: BulkBody},
    errors=(409, 503),
)
def change_many(body: BulkRequest, *, bulk_changes: BulkChanges) -> ResponseValue:
    """Up to 100,000 at once. More than 1,000 are changed after the response, in which `changed` is their
    number; until then, and if a request is interrupted, `GET /acts` lists the act with its `progress`."""
    at = datetime.now(UTC)
    selection, change = body.selection(), body.change(today=at.date())
    if body.dry_run:
        return bulk_body(bulk_changes.preview(selection, change), None)
    return bulk_body(*bulk_changes.apply(selection, change, at=at))
