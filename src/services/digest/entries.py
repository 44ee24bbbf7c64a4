"""The `feed_entries` collection: alarms and digests, and for which channels they wait."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from pymongo import DESCENDING, UpdateOne

from src.domain import LOCAL_OWNER
from src.domain.feed import Channel, EntryKind, FeedEntry, FeedPage, NewEntry
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.cursors import decode_cursor, encode_cursor, time_of
from src.services.mongo.outbox import GIVE_UP_AFTER

_KEPT_FOR = timedelta(days=400)
_NEWEST_FIRST = [("created_at", DESCENDING), ("_id", DESCENDING)]
_OURS: Document = {"owner": LOCAL_OWNER}


class FeedEntries:
    """The id of an entry is derived from its key, so that two processes cannot add it twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def add(self, entries: Collection[NewEntry], channels: Collection[Channel], *, at: datetime) -> int:
        """Add those that are new, each in one write with the channels it waits for. Returns how many.

        The others get their present figures, and are not sent again. Raises Unavailable; safe to repeat.
        """
        if not entries:
            return 0
        waiting = {"waiting": [channel.value for channel in channels]} if channels else {}
        updates = [
            UpdateOne(
                {"_id": _id_of(entry.key)},
                {
                    "$set": {"values": dict(entry.values)},
                    "$setOnInsert": {**_fields(entry), **waiting, "created_at": at, "read_at": None},
                },
                upsert=True,
            )
            for entry in entries
        ]
        return int(self._database.feed_entries.bulk_write(updates, ordered=False).upserted_count)

    @guarded
    def page(self, *, limit: int = 50, cursor: str | None = None, kind: EntryKind | None = None) -> FeedPage:
        """Newest first. Raises InvalidInput for a cursor that no page gave, Unavailable."""
        query = {**_OURS, **({"kind": kind.value} if kind else {})}
        if cursor:
            at, entry_id = decode_cursor(cursor, time_of, str)
            query["$or"] = [{"created_at": {"$lt": at}}, {"created_at": at, "_id": {"$lt": entry_id}}]
        newest = self._database.feed_entries.find(query).sort(_NEWEST_FIRST).limit(limit + 1)
        entries = [_entry(document) for document in newest]
        shown = tuple(entries[:limit])
        more = len(entries) > limit
        return FeedPage(
            shown, encode_cursor(shown[-1].created_at.timestamp(), shown[-1].id) if more else None
        )

    @guarded
    def unread(self) -> int:
        return int(self._database.feed_entries.count_documents({**_OURS, "read_at": None}))

    @guarded
    def mark_read(self, ids: Collection[str] | None, *, at: datetime) -> int:
        """ids: None for all. Returns how many were unread. Raises Unavailable."""
        query: Document = {**_OURS, "read_at": None}
        if ids is not None:
            query["_id"] = {"$in": list(ids)}
        read = {"$set": {"read_at": at}}
        return int(self._database.feed_entries.update_many(query, read).modified_count)

    @guarded
    def waiting(self, channel: Channel, limit: int, *, now: datetime) -> list[FeedEntry]:
        """Those still to send, oldest first; an entry is sent for three days, then it is in the feed only."""
        query = {"waiting": channel.value, "created_at": {"$gt": now - GIVE_UP_AFTER}}
        oldest = self._database.feed_entries.find({**_OURS, **query}).sort([("created_at", 1), ("_id", 1)])
        return [_entry(document) for document in oldest.limit(limit)]

    @guarded
    def mark_sent(self, ids: Sequence[str], channel: Channel) -> None:
        """Also for one that was refused."""
        query = {"_id": {"$in": list(ids)}}
        self._database.feed_entries.update_many(query, {"$pull": {"waiting": channel.value}})

    @guarded
    def delete_old(self, *, now: datetime) -> None:
        self._database.feed_entries.delete_many({**_OURS, "created_at": {"$lt": now - _KEPT_FOR}})


def _id_of(key: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"ledgerloop feed {LOCAL_OWNER} {key}"))


def _fields(entry: NewEntry) -> Document:
    return {
        **_OURS,
        "kind": entry.kind.value,
        "day": entry.day.isoformat(),
        "code": entry.code,
    }


def _entry(document: Document) -> FeedEntry:
    return FeedEntry(
        id=document["_id"],
        kind=EntryKind(document["kind"]),
        day=date.fromisoformat(document["day"]),
        code=document["code"],
        values=document["values"],
        created_at=document["created_at"],
        read_at=document["read_at"],
    )
