"""The `acts` collection: acts that can be undone. The transactions keep their own earlier state."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.acts import Act, ActKind, ActPage, ActSummary
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.cursors import decode_cursor, encode_cursor, time_of


class ActLog:
    """An act is stored before its first change, so that an interrupted one can be undone too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def begin(self, kind: ActKind, what: ActSummary, *, at: datetime, prefix: str = "") -> str:
        """Store an act that is about to begin; returns its id, with `prefix`. Raises Unavailable."""
        act = Act(prefix + secrets.token_hex(12), LOCAL_OWNER, kind, what, at, rows=None, undone_at=None)
        fields = asdict(act)
        self._database.acts.insert_one({"_id": fields.pop("id"), **fields})
        return act.id

    @guarded
    def finish(self, act_id: str, *, rows: int, keep: bool = False) -> None:
        """Store how many transactions the act changed; delete an act without any, unless `keep`."""
        if rows or keep:
            self._database.acts.update_one(_by_id(act_id), {"$set": {"rows": rows}})
        else:
            self._database.acts.delete_one(_by_id(act_id))

    @guarded
    def unfinished(self, kind: ActKind, *, before: datetime) -> list[Act]:
        """Up to 100 acts from before that time that are neither finished nor undone, oldest first."""
        query = {"owner": LOCAL_OWNER, "kind": kind.value, "rows": None, "undone_at": None}
        oldest = self._database.acts.find({**query, "at": {"$lt": before}}).sort("at", ASCENDING).limit(100)
        return [_act(document) for document in oldest]

    @guarded
    def in_effect(self, kind: ActKind, limit: int) -> list[Act]:
        """The newest acts of a kind that are not undone."""
        query = {"owner": LOCAL_OWNER, "kind": kind.value, "undone_at": None}
        newest = self._database.acts.find(query).sort([("at", DESCENDING), ("_id", DESCENDING)])
        return [_act(document) for document in newest.limit(limit)]

    @guarded
    def find(self, act_id: str) -> Act | None:
        document = self._database.acts.find_one(_by_id(act_id))
        return _act(document) if document else None

    def undone(self, act_id: str) -> Act | None:
        """The act, if somebody has undone it, which is possible while it is running."""
        act = self.find(act_id)
        return act if act and act.undone_at else None

    @guarded
    def merge_of(self, slug: str) -> str | None:
        """The act that merged this category into another and is not undone."""
        merge = {"owner": LOCAL_OWNER, "kind": ActKind.CATEGORY_MERGE.value, "undone_at": None}
        of_slug = {**merge, "what.values.slug": {"$eq": slug}}
        document = self._database.acts.find_one(of_slug, sort=[("at", DESCENDING)])
        return str(document["_id"]) if document else None

    @guarded
    def earned(self, *, since: datetime) -> tuple[int, int]:
        """How many acts of answers there were that hold, and how many transactions they changed."""
        query = {
            "owner": LOCAL_OWNER,
            "kind": ActKind.FEEDBACK.value,
            "at": {"$gte": since},
            "undone_at": None,
        }
        sums = {"_id": None, "acts": {"$sum": 1}, "rows": {"$sum": "$rows"}}
        for totals in self._database.acts.aggregate([{"$match": query}, {"$group": sums}]):
            return totals["acts"], totals["rows"]
        return 0, 0

    @guarded
    def page(self, *, limit: int = 50, cursor: str | None = None) -> ActPage:
        """Newest first. Raises InvalidInput for a cursor that no page gave, Unavailable."""
        query: Document = {"owner": LOCAL_OWNER}
        if cursor:
            at, act_id = decode_cursor(cursor, time_of, str)
            query["$or"] = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": act_id}}]
        newest = (
            self._database.acts.find(query).sort([("at", DESCENDING), ("_id", DESCENDING)]).limit(limit + 1)
        )
        acts = [_act(document) for document in newest]
        shown = tuple(acts[:limit])
        more = len(acts) > limit
        return ActPage(shown, encode_cursor(shown[-1].at.timestamp(), shown[-1].id) if more else None)

    @guarded
    def mark_undone(self, act_id: str, *, at: datetime) -> bool:
        """False if it is already marked. Raises Unavailable."""
        query = {**_by_id(act_id), "undone_at": None}
        return bool(self._database.acts.update_one(query, {"$set": {"undone_at": at}}).matched_count)


def _by_id(act_id: str) -> Document:
    return {"_id": {"$eq": act_id}, "owner": LOCAL_OWNER}


def _act(document: Document) -> Act:
    fields = {name: document[name] for name in ("owner", "at", "rows", "undone_at")}
    kind, what = ActKind(document["kind"]), ActSummary(**document["what"])
    return Act(id=document["_id"], kind=kind, what=what, **fields)
