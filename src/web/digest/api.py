"""The feed of alarms and monthly digests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.errors import InvalidInput, NotFound
from src.web.digest.schemas import FeedBody, FeedQuery, MarkedBody, ReadRequest, entry_body
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.services.digest.entries import FeedEntries

api = Operations("feed", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/insight/feed",
    summary="List alarms and monthly digests, newest first",
    query=FeedQuery,
    returns={200: FeedBody},
    errors=(404, 503),
)
def list_feed(query: FeedQuery, *, feed_entries: FeedEntries) -> ResponseValue:
    """Of the kinds that are switched on in the settings: `digest` and those beginning with `alarm_`."""
    try:
        page = feed_entries.page(limit=query.limit, cursor=query.cursor, kind=query.kind)
    except InvalidInput as error:  # the cursor is from no earlier page
        raise NotFound(str(error)) from None
    return {
        "items": [entry_body(entry) for entry in page.items],
        "next_cursor": page.next_cursor,
        "unread": feed_entries.unread(),
    }


@api.operation(
    "POST",
    "/insight/feed/read",
    summary="Mark entries of the feed as read",
    body=ReadRequest,
    body_optional=True,
    returns={200: MarkedBody},
)
def mark_read(body: ReadRequest, *, feed_entries: FeedEntries) -> ResponseValue:
    return {"marked": feed_entries.mark_read(body.ids, at=datetime.now(UTC))}
