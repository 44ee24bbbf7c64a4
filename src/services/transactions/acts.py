"""The `acts` collection: what was done that can be undone. The rows themselves keep what they were before."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.acts import Act, ActKind, ActPage, ActSummary
from src.errors import InvalidInput
from src.services.mongo.client import Database, Document, guarded

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ActLog:
    """An act is written before the first row it changes: one that is interrupted can be undone too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _acts(self) -> Any:
        return self._database.acts

    @guarded
    def begin(self, kind: ActKind, what: ActSummary, *, at: datetime, prefix: str = "") -> str:
        """Write down an act that is about to change rows; returns its id.

        prefix: what the id begins with. Raises Unavailable.
        """
        act_id = prefix + secrets.token_hex(12)
        self._acts.insert_one(
            {
                "_id": act_id,
                "owner": LOCAL_OWNER,
                "kind": kind.value,
                "what": {"code": what.code, "values": dict(what.values)},
                "at": at,
                "rows": None,
                "undone_at": None,
            }
        )
        return act_id

    @guarded
    def finish(self, act_id: str, *, rows: int, keep: bool = False) -> None:
        """Note how many rows the act changed. Raises Unavailable.

        keep: keep an act without rows too, because it changed something else.
        """
        if rows or keep:
            self._acts.update_one(_this(act_id), {"$set": {"rows": rows}})
        else:
            self._acts.delete_one(_this(act_id))

    @guarded
    def unfinished(self, kind: ActKind, *, before: datetime, limit: int = 100) -> list[Act]:
        """Acts that began before that moment, are not finished, and were not undone; the oldest first."""
        query = {"owner": LOCAL_OWNER, "kind": kind.value, "rows": None, "undone_at": None}
        begun = self._acts.find({**query, "at": {"$lt": before}}).sort("at", ASCENDING).limit(limit)
        return [_act(document) for document in begun]

    @guarded
    def find(self, act_id: str) -> Act | None:
        document = self._acts.find_one(_this(act_id))
        return _act(document) if document else None

    @guarded
    def page(self, *, limit: int = 50, cursor: str | None = None) -> ActPage:
        """Newest first. Raises InvalidInput for a cursor that no page gave, Unavailable."""
        query: Document = {"owner": LOCAL_OWNER}
        if cursor:
            at, act_id = _decoded(cursor)
            query["$or"] = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": act_id}}]
        newest = self._acts.find(query).sort([("at", DESCENDING), ("_id", DESCENDING)]).limit(limit + 1)
        acts = [_act(document) for document in newest]
        following = _encoded(acts[limit - 1]) if len(acts) > limit else None
        return ActPage(tuple(acts[:limit]), following)

    @guarded
    def mark_undone(self, act_id: str, *, at: datetime) -> bool:
        """False where it was marked before. Raises Unavailable."""
        not_yet = {**_this(act_id), "undone_at": None}
        return bool(self._acts.update_one(not_yet, {"$set": {"undone_at": at}}).matched_count)


def _this(act_id: str) -> Document:
    return {"_id": {"$eq": act_id}, "owner": LOCAL_OWNER}


def _act(document: Document) -> Act:
    return Act(
        id=document["_id"],
        owner=document["owner"],
        kind=ActKind(document["kind"]),
        what=ActSummary(document["what"]["code"], document["what"]["values"]),
        at=document["at"],
        rows=document["rows"],
        undone_at=document["undone_at"],
    )


def _encoded(act: Act) -> str:
    """MongoDB keeps milliseconds, so nothing is lost."""
    parts = [(act.at - _EPOCH) // timedelta(milliseconds=1), act.id]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _decoded(cursor: str) -> tuple[datetime, str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        milliseconds, act_id = json.loads(base64.urlsafe_b64decode(padded))
        return _EPOCH + timedelta(milliseconds=int(milliseconds)), str(act_id)
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
        raise InvalidInput("This cursor is not one that an earlier page gave.", field="cursor") from None
