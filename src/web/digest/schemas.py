"""The feed."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.feed import EntryKind, FeedEntry
from src.web.digest import text
from src.web.shared.fields import Identifier, QueryModel, RequestModel, utc_text


class FeedQuery(QueryModel):
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Annotated[str | None, Field(max_length=500, description="`next_cursor` of the last page.")] = None
    kind: EntryKind | None = None


class ReadRequest(RequestModel):
    """Which entries were read."""

    ids: Annotated[
        list[Identifier] | None, Field(max_length=500, description="Null or missing: all entries.")
    ] = None


class EntryBody(TypedDict):
    id: str
    kind: EntryKind
    code: str
    day: Annotated[str, Field(description="That it is about; of a digest, the last day of the month.")]
    title: str
    sentences: list[str]
    values: Annotated[dict[str, Any], Field(description="What the sentences name. Amounts are text.")]
    created_at: str
    read: bool


class FeedBody(TypedDict):
    items: list[EntryBody]
    next_cursor: str | None
    unread: Annotated[int, Field(description="Of the whole feed.")]


class MarkedBody(TypedDict):
    marked: Annotated[int, Field(description="Entries that were unread.")]


def entry_body(entry: FeedEntry) -> EntryBody:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "code": entry.code,
        "day": entry.day.isoformat(),
        "title": text.title(entry),
        "sentences": text.sentences(entry),
        "values": dict(entry.values),
        "created_at": utc_text(entry.created_at),
        "read": entry.read_at is not None,
    }
