"""Imports: each uploaded file with its plan, progress and result, its rejected rows, and the saved plans."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pymongo import DESCENDING, ReplaceOne, ReturnDocument

from src.domain import LOCAL_OWNER
from src.domain.imports import FILE_RETENTION, IMPORT_UNDER_WAY, RETRYABLE, Import, ImportStatus, Profile
from src.errors import Conflict, NotFound
from src.services.imports.worker_lease import ImportLease, import_of
from src.services.mongo.client import Database, Document, dataclass_of, from_now, guarded
from src.services.mongo.leases import NEW_START

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts

_FILE_KEPT_SINCE = {
    ImportStatus.PREVIEW: "created_at",
    ImportStatus.STOPPED: "finished_at",
    ImportStatus.FAILED: "finished_at",
    ImportStatus.DONE: None,
    ImportStatus.UNDONE: None,
}
"""When the day starts for which a file is kept; None: it is not kept."""
_ENDED = (ImportStatus.DONE, ImportStatus.FAILED, ImportStatus.STOPPED, ImportStatus.UNDONE)


class Imports(ImportLease):
    """The `imports` collection, as a person changes it; `ImportLease` is for the process that runs one."""

    @guarded
    def add(
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
        """Store a file until it is imported. name: masked. form: its format. rows: how many it has.

        preview: any bytes; stored encrypted, and deleted with the file.
        """
        import_id = _new_id()
        fields = {"layout": layout, **self._plan_fields(import_id, plan, form, rows, preview)}
        return self._insert(import_id, ImportStatus.PREVIEW, content, name, at, fields)

    @guarded
    def add_unread(
        self, content: bytes, *, name: str, changes: Mapping[str, Any], starts: bool, at: datetime
    ) -> Import:
        """Store a file that is to be read. name: masked. changes: of its plan; stored encrypted."""
        import_id = _new_id()
        sealed = self._uploads.seal(_changes_name(import_id), json.dumps(changes).encode())
        fields = {"layout": "", "plan": {}, "changes": sealed, "starts": starts}
        return self._insert(import_id, ImportStatus.READING, content, name, at, fields)

    def _insert(
        self,
        import_id: str,
        status: ImportStatus,
        content: bytes,
        name: str,
        at: datetime,
        fields: Document,
    ) -> Import:
        document = {
            "_id": import_id,
            "owner": LOCAL_OWNER,
            "status": status.value,
            "name": name,
            "size": len(content),
            "created_at": at,
            "attempt": 0,
            **fields,
            "file_id": self._uploads.keep(import_id, content),
        }
        self._imports.insert_one(document)
        return import_of(document)

    @guarded
    def changes(self, import_id: str) -> dict[str, Any]:
        """What `add_unread` stored. Raises NotFound, Unavailable."""
        sealed = self._document(import_id).get("changes")
        if sealed is None:
            return {}
        changes: dict[str, Any] = json.loads(self._uploads.unseal(_changes_name(import_id), sealed))
        return changes

    @guarded
    def finish_reading(
        self,
        import_id: str,
        holder: str,
        attempt: int,
        *,
        queue: bool,
        layout: str,
        plan: Mapping[str, Any],
        form: str,
        rows: int,
        preview: bytes,
    ) -> None:
        """The file is read: it waits for a person, or to be imported (`queue`). Raises LeaseLost."""
        status = ImportStatus.QUEUED if queue else ImportStatus.PREVIEW
        fields = {"layout": layout, **self._plan_fields(import_id, plan, form, rows, preview)}
        ended: Document = {"changes": "", "lease_until": "", "holder": ""}
        new_start = {"status": status.value, "uncounted_attempts": attempt}
        update = {"$set": {**fields, **new_start}, "$unset": ended}
        self._leases.write(import_id, holder, attempt, update)

    @guarded
    def get(self, import_id: str) -> Import:
        """Raises NotFound, Unavailable."""
        return import_of(self._document(import_id))

    @guarded
    def newest(self, limit: int = 30) -> list[Import]:
        documents = self._imports.find({"owner": LOCAL_OWNER}, {"preview": 0}).sort("created_at", DESCENDING)
        return [import_of(document) for document in documents.limit(limit)]

    def _plan_fields(
        self, import_id: str, plan: Mapping[str, Any], form: str, rows: int, preview: bytes
    ) -> Document:
        sealed = self._uploads.seal(_preview_name(import_id), preview)
        return {"plan": dict(plan), "format": form, "rows": rows, "preview": sealed}

    @guarded
    def preview(self, import_id: str) -> bytes | None:
        """The bytes that `add` or `set_plan` stored; None once deleted. Raises NotFound, Unavailable."""
        sealed = self._document(import_id).get("preview")
        return None if sealed is None else self._uploads.unseal(_preview_name(import_id), sealed)

    @guarded
    def set_plan(
        self, import_id: str, plan: Mapping[str, Any], *, form: str, rows: int, preview: bytes
    ) -> Import:
        """Raises Conflict once the import was started, NotFound, Unavailable."""
        fields = self._plan_fields(import_id, plan, form, rows, preview)
        return self._change(import_id, (ImportStatus.PREVIEW,), {"$set": fields})

    @guarded
    def queue(self, import_id: str) -> Import:
        """Start the import. Raises Conflict if it was started before, NotFound, Unavailable."""
        queued = {"$set": {"status": ImportStatus.QUEUED.value}}
        return self._change(import_id, (ImportStatus.PREVIEW,), queued)

    @guarded
    def stop(self, import_id: str) -> Import:
        """Stop after the current chunk. Raises Conflict if it is not running, NotFound, Unavailable."""
        return self._change(import_id, IMPORT_UNDER_WAY, {"$set": {"stop": True}})

    @guarded
    def start_undo(self, import_id: str, *, holder: str, rows: int, passed_on: int = 0) -> Import:
        """Start to undo it, with the lease for `holder`. Raises Conflict while it is running, NotFound.

        rows: how many it has. passed_on: how many had passed to other imports before.
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
        """Queue a stopped or failed import again, from its first row; no row is added twice.

        Raises Conflict, NotFound, Unavailable.
        """
        unread = {"$eq": ["$layout", ""]}
        queued = {"$cond": [unread, ImportStatus.READING.value, ImportStatus.QUEUED.value]}
        update = [
            {"$set": {**NEW_START, "status": queued}},
            {"$unset": ["stop", "error", "finished_at", "lease_until"]},
        ]
        return self._change(import_id, RETRYABLE, update, file_id={"$exists": True})

    def _change(
        self, import_id: str, allowed: Collection[ImportStatus], update: Any, **condition: Any
    ) -> Import:
        """condition: what else the document must match."""
        statuses = [status.value for status in allowed]
        query = {"_id": {"$eq": import_id}, "status": {"$in": statuses}, **condition}
        document = self._imports.find_one_and_update(query, update, return_document=ReturnDocument.AFTER)
        if document is None:
            current = self.get(import_id)
            if current.status in allowed and not current.has_file:
                raise Conflict("The file of this import is deleted; upload it again.")
            raise Conflict(f"This import is {current.status.value}; that cannot be done now.")
        return import_of(document)

    @guarded
    def content(self, import_id: str) -> bytes:
        """The file. Raises NotFound once it is deleted, or if it cannot be decrypted; Unavailable."""
        file_id = self._document(import_id).get("file_id")
        if file_id is None:
            raise NotFound("The file of this import is deleted; upload it again.")
        return self._uploads.read(file_id, import_id)

    @guarded
    def discard(self, import_id: str) -> None:
        """Cancel an import before it starts. Raises Conflict once it was started, NotFound, Unavailable."""
        cancelled = self._change(
            import_id, (ImportStatus.READING, ImportStatus.PREVIEW), {"$set": {"error": None}}
        )
        query: Document = {"_id": {"$eq": import_id}, "status": cancelled.status.value}
        self._delete_file(query)
        self._imports.delete_one(query)

    @guarded
    def delete_old_files(self) -> int:
        """Delete files that are no longer needed; returns how many.

        A file is kept for a day after its upload if its import was not started, for a day after its import
        was stopped or failed, and not at all once the import is done or undone.
        """
        deleted = 0
        for status, since in _FILE_KEPT_SINCE.items():
            query: Document = {"status": status.value, "file_id": {"$exists": True}}
            if since:
                query["$expr"] = {"$lt": [f"${since}", from_now(-FILE_RETENTION.total_seconds())]}
            for document in list(self._imports.find(query, {"_id": 1})):
                deleted += self._delete_file({"_id": document["_id"], **query})
                if status is ImportStatus.PREVIEW:
                    self._imports.delete_one({"_id": document["_id"], "status": status.value})
        self._uploads.delete_strays(self._imports.distinct("file_id"))
        return deleted

    def _document(self, import_id: str) -> Document:
        document: Document | None = self._imports.find_one({"_id": {"$eq": import_id}, "owner": LOCAL_OWNER})
        if document is None:
            raise NotFound("There is no import with this id.")
        return document


def _new_id() -> str:
    # Hexadecimal, because an id that begins with "-" would look like an option of a command.
    return secrets.token_hex(9)


def _preview_name(import_id: str) -> str:
    """The name it is encrypted with."""
    return f"{import_id}: preview"


def _changes_name(import_id: str) -> str:
    return f"{import_id}: changes"


class ImportRejects:
    """The `import_rejects` collection: the rows of a file that were not imported, and why."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def add(self, import_id: str, rejects: Sequence[Document]) -> None:
        """Store `row`, `reason`, `left_out` and, if known, `cells` (masked). Can be repeated safely."""
        writes = [
            ReplaceOne(
                {"import": import_id, "row": reject["row"]}, {"import": import_id, **reject}, upsert=True
            )
            for reject in rejects
        ]
        if writes:
            self._database.import_rejects.bulk_write(writes, ordered=False)

    @guarded
    def of(self, import_id: str, limit: int = 0) -> list[Document]:
        """By row. limit: 0 for all."""
        documents = self._database.import_rejects.find(
            {"import": {"$eq": import_id}}, {"_id": 0, "import": 0}
        )
        return list(documents.sort("row", 1).limit(limit))


class ImportProfiles:
    """The `import_profiles` collection: saved plans by layout, so that questions are answered once.

    A plan with an account keeps its id, so that it follows when the account is renamed or merged.
    """

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    @guarded
    def all(self) -> list[Profile]:
        """The last used first."""
        documents = self._database.import_profiles.find({"owner": LOCAL_OWNER}).sort("used_at", -1)
        return [self._profile(document) for document in documents]

    def find(self, layout: str) -> Profile | None:
        return next((profile for profile in self.all() if profile.layout == layout), None)

    def named(self, name: str) -> Profile:
        """Raises NotFound, Unavailable."""
        for profile in self.all():
            if profile.name.casefold() == name.casefold():
                return profile
        raise NotFound("There is no profile with this name.")

    @guarded
    def remember(self, layout: str, plan: Mapping[str, Any], *, name: str, at: datetime) -> None:
        """Save the plan of a layout."""
        account = self._accounts.by_name(plan["account"]) if plan.get("account") else None
        fields = {
            "plan": dict(plan),
            "account_id": account.id if account else None,
            "used_at": at,
            "name": name,
        }
        self._database.import_profiles.update_one(_of(layout), {"$set": fields}, upsert=True)

    @guarded
    def rename(self, layout: str, name: str) -> None:
        """Raises NotFound, Unavailable."""
        if not self._database.import_profiles.update_one(_of(layout), {"$set": {"name": name}}).matched_count:
            raise _no_profile()

    @guarded
    def forget(self, layout: str) -> None:
        """Raises NotFound, Unavailable."""
        if not self._database.import_profiles.delete_one(_of(layout)).deleted_count:
            raise _no_profile()

    def _profile(self, document: Document) -> Profile:
        profile = dataclass_of(Profile, document)
        if name := profile.plan.get("account"):
            name = self._accounts.name_today(name, document.get("account_id"))
        return replace(profile, plan={**profile.plan, "account": name}) if name else profile


def _of(layout: str) -> Document:
    return {"owner": LOCAL_OWNER, "layout": {"$eq": layout}}


def _no_profile() -> NotFound:
    return NotFound("There is no such profile.")
