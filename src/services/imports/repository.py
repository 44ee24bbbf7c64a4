"""The `imports` collection: each file that was brought, how it is read, how far it is, what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pymongo import DESCENDING, ReturnDocument

from src.domain import LOCAL_OWNER
from src.domain.imports import FILE_RETENTION, IMPORT_UNDER_WAY, RETRYABLE, Import, ImportStatus
from src.errors import Conflict, NotFound
from src.services.imports.documents import import_of, new, planned
from src.services.imports.worker_lease import ImportWork
from src.services.mongo.client import Document, from_now, guarded
from src.services.mongo.leases import NEW_START

_FILES_GO = {
    ImportStatus.PREVIEW: "created_at",
    ImportStatus.STOPPED: "finished_at",
    ImportStatus.FAILED: "finished_at",
    ImportStatus.DONE: None,
    ImportStatus.UNDONE: None,
}
"""Since when a file is kept for a day; None: not at all."""
_ENDED = (ImportStatus.DONE, ImportStatus.FAILED, ImportStatus.STOPPED, ImportStatus.UNDONE)


class Imports(ImportWork):
    """What a person does with an import; `ImportWork` is what the process does that works it off."""

    @guarded
    def open(
        self,
        content: bytes,
        *,
        name: str,
        layout: str,
        plan: Mapping[str, Any],
        form: str,
        rows: int,
        preview: bytes,
        at: datetime,
    ) -> Import:
        """Keep a file until it is read. name: masked. form: its format in words. rows: how many it has.

        preview: what it shows, in any form; kept encrypted, and deleted with the file.
        """
        # Hexadecimal: an id that begins with "-" would look like an option of a command.
        import_id = secrets.token_hex(9)
        document = {
            **new(import_id, name=name, size=len(content), layout=layout, at=at),
            **planned(plan, form, rows, self._sealed(import_id, preview)),
            "file_id": self._uploads.keep(import_id, content),
        }
        self._imports.insert_one(document)
        return import_of(document)

    @guarded
    def get(self, import_id: str) -> Import:
        """Raises NotFound, Unavailable."""
        return import_of(self._document(import_id))

    @guarded
    def newest(self, limit: int = 30) -> list[Import]:
        found = (
            self._imports.find({"owner": LOCAL_OWNER}, {"preview": 0})
            .sort("created_at", DESCENDING)
            .limit(limit)
        )
        return [import_of(each) for each in found]

    def _sealed(self, import_id: str, preview: bytes) -> bytes:
        return self._uploads.seal(_preview_of(import_id), preview)

    @guarded
    def preview(self, import_id: str) -> bytes | None:
        """What `open` or `plan` was given; None where it is deleted. Raises NotFound, Unavailable."""
        sealed = self._document(import_id).get("preview")
        return None if sealed is None else self._uploads.unseal(_preview_of(import_id), sealed)

    @guarded
    def plan(
        self, import_id: str, plan: Mapping[str, Any], *, form: str, rows: int, preview: bytes
    ) -> Import:
        """Say how the file is read. Raises Conflict once it was begun, NotFound, Unavailable."""
        fields = planned(plan, form, rows, self._sealed(import_id, preview))
        return self._change(import_id, (ImportStatus.PREVIEW,), {"$set": fields})

    @guarded
    def begin(self, import_id: str) -> Import:
        """Let it be worked off. Raises Conflict once it was, NotFound, Unavailable."""
        queued = {"$set": {"status": ImportStatus.QUEUED.value}}
        return self._change(import_id, (ImportStatus.PREVIEW,), queued)

    @guarded
    def stop(self, import_id: str) -> Import:
        """End it after the rows at hand. Raises Conflict where it is not under way, NotFound, Unavailable."""
        return self._change(import_id, IMPORT_UNDER_WAY, {"$set": {"stop": True}})

    @guarded
    def undo(self, import_id: str, *, holder: str, rows: int, passed_on: int = 0) -> Import:
        """Let its rows be taken back, by `holder` first. Raises Conflict while it is under way, NotFound.

        rows: how many there are. passed_on: how many had passed to other imports before.
        """
        fields = {
            "status": ImportStatus.UNDOING.value,
            **NEW_START,
            "holder": {"$literal": holder},
            "attempt": {"$add": ["$attempt", 1]},
            "lease_until": self._leases.until(),
            "rows_to_undo": rows,
            "rows_undone": 0,
            "rows_stay": 0,
            "passed_on_before": passed_on,
            "error": None,
        }
        return self._change(import_id, _ENDED, [{"$set": fields}])

    @guarded
    def retry(self, import_id: str) -> Import:
        """Queue one again that was stopped or has failed. Raises Conflict, NotFound, Unavailable.

        It begins at the first row; those that are in already are not added twice.
        """
        document = self._imports.find_one_and_update(
            {
                "_id": {"$eq": import_id},
                "status": {"$in": [status.value for status in RETRYABLE]},
                "file_id": {"$exists": True},
            },
            [
                {"$set": {**NEW_START, "status": ImportStatus.QUEUED.value}},
                {"$unset": ["stop", "error", "finished_at", "lease_until"]},
            ],
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            raise Conflict(_why_not_again(self.get(import_id)))
        return import_of(document)

    def _change(self, import_id: str, allowed: Collection[ImportStatus], update: Any) -> Import:
        query = {"_id": {"$eq": import_id}, "status": {"$in": [each.value for each in allowed]}}
        document = self._imports.find_one_and_update(query, update, return_document=ReturnDocument.AFTER)
        if document is None:
            raise Conflict(f"This import is {self.get(import_id).status.value}; that cannot be done now.")
        return import_of(document)

    @guarded
    def content(self, import_id: str) -> bytes:
        """The file. Raises NotFound once it was read, or where it cannot be opened; Unavailable."""
        file_id = self._document(import_id).get("file_id")
        if file_id is None:
            raise NotFound("The file of this import is deleted; upload it again.")
        return self._uploads.read(file_id, import_id)

    @guarded
    def discard(self, import_id: str) -> None:
        """Delete a file that was not begun. Raises Conflict once it was, NotFound, Unavailable."""
        self._change(import_id, (ImportStatus.PREVIEW,), {"$set": {"error": None}})
        self._forget({"_id": {"$eq": import_id}, "status": ImportStatus.PREVIEW.value})
        self._imports.delete_one({"_id": {"$eq": import_id}, "status": ImportStatus.PREVIEW.value})

    @guarded
    def forget_unread(self) -> int:
        """Delete files that are needed no more; how many there were.

        A file goes a day after its upload if nobody said how to read it, a day after its import was stopped
        or failed, and at once where the import was done or undone.
        """
        deleted = 0
        for status, since in _FILES_GO.items():
            query: Document = {"status": status.value, "file_id": {"$exists": True}}
            if since:
                query["$expr"] = {"$lt": [f"${since}", from_now(-FILE_RETENTION.total_seconds())]}
            for document in list(self._imports.find(query, {"_id": 1})):
                deleted += self._forget({"_id": document["_id"], **query})
                if status is ImportStatus.PREVIEW:
                    self._imports.delete_one({"_id": document["_id"], "status": status.value})
        self._uploads.delete_strays(self._imports.distinct("file_id"))
        return deleted

    def _document(self, import_id: str) -> Document:
        document: Document | None = self._imports.find_one({"_id": {"$eq": import_id}, "owner": LOCAL_OWNER})
        if document is None:
            raise NotFound("There is no import with this id.")
        return document


def _preview_of(import_id: str) -> str:
    """The name under which it is encrypted."""
    return f"{import_id}: preview"


def _why_not_again(found: Import) -> str:
    if found.status in RETRYABLE:
        return "The file of this import is deleted; upload it again."
    return f"This import is {found.status.value}; that cannot be done now."
