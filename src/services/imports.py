"""The `imports` collection: each file that was brought, how it is read, how far it is, what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bson import ObjectId
from gridfs.errors import NoFile
from pymongo import DESCENDING, ReplaceOne, ReturnDocument

from src.domain.imports import IMPORT_UNDER_WAY, Import, ImportCounts, ImportStatus
from src.domain.owners import LOCAL_OWNER
from src.errors import Conflict, LeaseLost, NotFound
from src.services.database import Database, Document, guarded

MAX_ATTEMPTS = 3
_ENDED = (ImportStatus.DONE, ImportStatus.FAILED, ImportStatus.STOPPED, ImportStatus.UNDONE)
_GONE_AFTER_S = 24 * 3600
"""A file nobody said how to read is deleted then."""


class Imports:
    """An import is worked off by whoever holds its lease, reckoned by MongoDB's own clock."""

    def __init__(self, database: Database, *, lease_s: float = 30) -> None:
        self._database = database
        self.lease_s = lease_s

    @property
    def _imports(self) -> Any:
        return self._database.collection("imports")

    @guarded
    def open(
        self, content: bytes, *, name: str, layout: str, plan: Mapping[str, Any], form: str, at: datetime
    ) -> Import:
        """Keep a file until it is read. name: masked. form: its format in words."""
        import_id = secrets.token_urlsafe(9)
        file_id = self._database.uploads.upload_from_stream(import_id, content)
        document = {
            "_id": import_id,
            "owner": LOCAL_OWNER,
            "status": ImportStatus.PREVIEW.value,
            "name": name,
            "size": len(content),
            "layout": layout,
            "plan": dict(plan),
            "format": form,
            "created_at": at,
            "file_id": file_id,
            "attempt": 0,
        }
        self._imports.insert_one(document)
        return _import(document)

    @guarded
    def get(self, import_id: str) -> Import:
        """Raises NotFound, Unavailable."""
        return _import(self._document(import_id))

    @guarded
    def newest(self, limit: int = 30) -> list[Import]:
        found = self._imports.find({"owner": LOCAL_OWNER}).sort("created_at", DESCENDING).limit(limit)
        return [_import(each) for each in found]

    @guarded
    def content(self, import_id: str) -> bytes:
        """The file. Raises NotFound once it was read, Unavailable."""
        document = self._document(import_id)
        try:
            return self._database.uploads.open_download_stream(document["file_id"]).read()
        except (NoFile, KeyError):
            raise NotFound("The file of this import is deleted; bring it again.") from None

    @guarded
    def plan(self, import_id: str, plan: Mapping[str, Any], *, form: str) -> Import:
        """Say how the file is read. Raises Conflict once it was begun, NotFound, Unavailable."""
        return self._change(import_id, (ImportStatus.PREVIEW,), {"plan": dict(plan), "format": form})

    @guarded
    def begin(self, import_id: str, plan: Mapping[str, Any], *, rows: int) -> Import:
        """Let it be worked off. Raises Conflict once it was, NotFound, Unavailable."""
        queued = {"status": ImportStatus.QUEUED.value, "plan": dict(plan), "rows": rows}
        return self._change(import_id, (ImportStatus.PREVIEW,), queued)

    @guarded
    def stop(self, import_id: str) -> Import:
        """End it after the rows at hand. Raises Conflict where it is not under way, NotFound, Unavailable."""
        return self._change(import_id, IMPORT_UNDER_WAY, {"stop": True})

    @guarded
    def undone(self, import_id: str, *, kept_aside: int, at: datetime) -> Import:
        fields = {"status": ImportStatus.UNDONE.value, "kept_aside": kept_aside, "undone_at": at}
        changed = self._change(import_id, _ENDED, fields)
        self._forget(import_id)
        return changed

    def _change(self, import_id: str, allowed: Sequence[ImportStatus], fields: Document) -> Import:
        query = {"_id": {"$eq": import_id}, "status": {"$in": [each.value for each in allowed]}}
        document = self._imports.find_one_and_update(
            query, {"$set": fields}, return_document=ReturnDocument.AFTER
        )
        if document is None:
            raise Conflict(f"This import is {self.get(import_id).status.value}; that cannot be done now.")
        return _import(document)

    # Working one off

    @guarded
    def claim(self, *, holder: str) -> Import | None:
        """Take the oldest that waits, or one whose holder fell silent; None where there is none."""
        free = {
            "$or": [
                {"status": ImportStatus.QUEUED.value},
                {
                    "status": ImportStatus.RUNNING.value,
                    "$expr": {"$lt": ["$lease_until", "$$NOW"]},
                },
            ]
        }
        self._imports.update_many(
            {**free, "attempt": {"$gte": MAX_ATTEMPTS}},
            {
                "$set": {
                    "status": ImportStatus.FAILED.value,
                    "error": f"It was stopped {MAX_ATTEMPTS} times before it could finish.",
                }
            },
        )
        document = self._imports.find_one_and_update(
            free,
            [
                {
                    "$set": {
                        "status": ImportStatus.RUNNING.value,
                        "holder": {"$literal": holder},
                        "attempt": {"$add": ["$attempt", 1]},
                        "lease_until": self._lease(),
                    }
                }
            ],
            sort=[("created_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return _import(document) if document else None

    @guarded
    def release(self, import_id: str, *, holder: str, attempt: int) -> bool:
        """Let go of one whose process is known to be dead; whether it was still held."""
        past = {"$dateSubtract": {"startDate": "$$NOW", "unit": "second", "amount": 1}}
        held = self._held(import_id, holder, attempt)
        return bool(self._imports.update_one(held, [{"$set": {"lease_until": past}}]).matched_count)

    @guarded
    def went_on(self, import_id: str, holder: str, attempt: int, counts: ImportCounts) -> bool:
        """Note how far it is, and hold it further; whether it is to go on. Raises LeaseLost."""
        document = self._imports.find_one_and_update(
            self._held(import_id, holder, attempt),
            [{"$set": {"counts": asdict(counts), "lease_until": self._lease()}}],
            projection={"stop": 1},
        )
        if document is None:
            raise LeaseLost("Another process has taken this import over.")
        return not document.get("stop", False)

    @guarded
    def end(
        self,
        import_id: str,
        holder: str,
        attempt: int,
        status: ImportStatus,
        *,
        counts: ImportCounts,
        at: datetime,
        error: str | None = None,
    ) -> None:
        """Raises LeaseLost. The file is deleted."""
        fields = {
            "status": status.value,
            "counts": asdict(counts),
            "finished_at": at,
            "error": error,
        }
        held = self._held(import_id, holder, attempt)
        if not self._imports.update_one(held, {"$set": fields}).matched_count:
            raise LeaseLost("Another process has taken this import over.")
        self._forget(import_id)

    @guarded
    def reject(self, import_id: str, rejects: Sequence[Document]) -> None:
        """Keep `row`, `reason`, `left_out` and, where known, `cells` (masked); again changes nothing."""
        if rejects:
            self._rejects.bulk_write(
                [
                    ReplaceOne(
                        {"import": import_id, "row": each["row"]}, {"import": import_id, **each}, upsert=True
                    )
                    for each in rejects
                ],
                ordered=False,
            )

    @guarded
    def rejects(self, import_id: str, limit: int = 0) -> list[Document]:
        """By row; 0 is no limit."""
        found = self._rejects.find({"import": {"$eq": import_id}}, {"_id": 0, "import": 0})
        return list(found.sort("row", 1).limit(limit))

    @property
    def _rejects(self) -> Any:
        return self._database.collection("import_rejects")

    @guarded
    def forget_unread(self) -> int:
        """Delete files that nobody said how to read for a day, and those whose import has ended."""
        old = {
            "$expr": {
                "$lt": [
                    "$created_at",
                    {"$dateSubtract": {"startDate": "$$NOW", "unit": "second", "amount": _GONE_AFTER_S}},
                ]
            }
        }
        waiting = [*IMPORT_UNDER_WAY, ImportStatus.PREVIEW]
        ended = {"status": {"$nin": [each.value for each in waiting]}}
        found = list(
            self._imports.find(
                {
                    "file_id": {"$exists": True},
                    "$or": [{**old, "status": ImportStatus.PREVIEW.value}, ended],
                },
                {"status": 1},
            )
        )
        for each in found:
            self._forget(each["_id"])
            if each["status"] == ImportStatus.PREVIEW.value:
                self._imports.delete_one({"_id": each["_id"], "status": ImportStatus.PREVIEW.value})
        return len(found)

    @guarded
    def discard(self, import_id: str) -> None:
        """Delete a file that was not begun. Raises Conflict once it was, NotFound, Unavailable."""
        self._change(import_id, (ImportStatus.PREVIEW,), {})
        self._forget(import_id)
        self._imports.delete_one({"_id": {"$eq": import_id}, "status": ImportStatus.PREVIEW.value})

    def _forget(self, import_id: str) -> None:
        document = self._imports.find_one({"_id": {"$eq": import_id}}, {"file_id": 1}) or {}
        file_id = document.get("file_id")
        if isinstance(file_id, ObjectId):
            with suppress(NoFile):
                self._database.uploads.delete(file_id)
            self._imports.update_one({"_id": {"$eq": import_id}}, {"$unset": {"file_id": ""}})

    def _document(self, import_id: str) -> Document:
        document: Document | None = self._imports.find_one({"_id": {"$eq": import_id}, "owner": LOCAL_OWNER})
        if document is None:
            raise NotFound("There is no import with this id.")
        return document

    def _held(self, import_id: str, holder: str, attempt: int) -> Document:
        return {
            "_id": {"$eq": import_id},
            "holder": holder,
            "attempt": attempt,
            "status": ImportStatus.RUNNING.value,
        }

    def _lease(self) -> Document:
        return {
            "$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": round(self.lease_s * 1000)}
        }


def _import(document: Document) -> Import:
    return Import(
        id=document["_id"],
        status=ImportStatus(document["status"]),
        name=document["name"],
        size=document["size"],
        layout=document["layout"],
        plan=document["plan"],
        created_at=document["created_at"],
        format=document["format"],
        rows=document.get("rows", 0),
        counts=ImportCounts(**document.get("counts", {})),
        attempt=document["attempt"],
        finished_at=document.get("finished_at"),
        error=document.get("error"),
        kept_aside=document.get("kept_aside", 0),
    )
