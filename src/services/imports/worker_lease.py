"""The lease of an import: one process at a time reads its file, or adds or undoes its rows."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from src.domain.imports import Import, ImportCounts, ImportStatus
from src.services.imports.encrypted_uploads import Uploads
from src.services.mongo.client import Database, Document, dataclass_of, guarded
from src.services.mongo.leases import Leases

_WAITING = (ImportStatus.READING, ImportStatus.QUEUED, ImportStatus.RUNNING, ImportStatus.UNDOING)
_ATTEMPTS = 10
"""An attempt passes over the rows it already added within seconds, so a restart costs little."""
_WORKED_ON = (ImportStatus.READING, ImportStatus.RUNNING, ImportStatus.UNDOING)


def import_of(document: Document) -> Import:
    return dataclass_of(
        Import,
        document,
        id=document["_id"],
        status=ImportStatus(document["status"]),
        counts=ImportCounts(**document.get("counts", {})),
        has_file="file_id" in document,
    )


class ImportLease:
    """Writes of the process that holds the lease of an import; they raise LeaseLost for any other."""

    def __init__(self, database: Database, uploads: Uploads, *, lease_s: float) -> None:
        self._database = database
        self._uploads = uploads
        self._leases = Leases(
            database,
            "imports",
            lease_s=lease_s,
            worked_on=[status.value for status in _WORKED_ON],
            lost="Another process has taken over this import.",
            attempts=_ATTEMPTS,
        )

    @property
    def _imports(self) -> Any:
        return self._database.imports

    @guarded
    def claim(self, *, holder: str) -> Import | None:
        """Claim the oldest waiting import, or one whose lease has expired.

        Its file is to be read if its status is `reading`, its rows are to be undone if it is `undoing`, else
        to be added.
        """
        waiting: Document = {"status": {"$in": [status.value for status in _WAITING]}}
        error = f"The import was interrupted {self._leases.attempts} times and did not finish."
        failed: Document = {"$set": {"status": ImportStatus.FAILED.value, "error": error}}
        self._leases.give_up(waiting, failed | {"$currentDate": {"finished_at": True}})
        queued = {"$eq": ["$status", ImportStatus.QUEUED.value]}
        claimed = {"status": {"$cond": [queued, ImportStatus.RUNNING.value, "$status"]}}
        document = self._leases.claim(waiting, claimed, holder=holder, sort=[("created_at", 1)])
        return import_of(document) if document else None

    def claim_reading(self, import_id: str, *, holder: str) -> Import | None:
        """Claim an import whose file is to be read; None if another process has it already."""
        unread = {"_id": {"$eq": import_id}, "status": ImportStatus.READING.value}
        document = self._leases.claim(unread, {}, holder=holder)
        return import_of(document) if document else None

    def release(self, import_id: str, *, holder: str, attempt: int, counts: bool = True) -> bool:
        """End the lease of a process that is known to be dead; returns whether it still had one.

        counts: see `Leases.release`.
        """
        return self._leases.release(import_id, holder, attempt, counts=counts)

    def keep_lease(self, import_id: str, holder: str, attempt: int) -> AbstractContextManager[None]:
        """A thread renews the lease until the block ends."""
        return self._leases.renewing(import_id, holder, attempt)

    def record_reading(self, import_id: str, holder: str, attempt: int, share: float) -> None:
        """Store how much of the file is read and renew the lease. Raises LeaseLost."""
        progress = {"share_read": share, "lease_until": self._leases.until()}
        self._leases.write(import_id, holder, attempt, [{"$set": progress}])

    def refuse(self, import_id: str, holder: str, attempt: int, *, error: str, at: datetime) -> None:
        """Its file cannot be read, so it is deleted. Raises LeaseLost."""
        failed = {"status": ImportStatus.FAILED.value, "error": error, "finished_at": at}
        update = {"$set": failed, "$unset": {"changes": "", "file_id": ""}}
        file_id = self._leases.write(import_id, holder, attempt, update, read="file_id")
        if file_id is not None:
            self._uploads.delete(file_id)

    def record_progress(self, import_id: str, holder: str, attempt: int, counts: ImportCounts) -> bool:
        """Store the counts and renew the lease; False if the import is to stop. Raises LeaseLost."""
        progress = {"counts": asdict(counts), "lease_until": self._leases.until()}
        return not self._leases.write(import_id, holder, attempt, [{"$set": progress}], read="stop")

    def finish(
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
        """Raises LeaseLost. The file is deleted unless a retry may need it."""
        result = {"status": status.value, "counts": asdict(counts), "finished_at": at, "error": error}
        self._leases.write(import_id, holder, attempt, {"$set": result})
        self._delete_file({"_id": {"$eq": import_id}, "status": ImportStatus.DONE.value})

    def record_undone(self, import_id: str, holder: str, attempt: int, *, undone: int) -> None:
        """Store how many rows are deleted and renew the lease. Raises LeaseLost."""
        progress = {"rows_undone": undone, "lease_until": self._leases.until()}
        self._leases.write(import_id, holder, attempt, [{"$set": progress}])

    def record_shared(self, import_id: str, holder: str, attempt: int, *, stay: int) -> None:
        """Store how many rows stay with other imports and renew the lease. Raises LeaseLost."""
        progress = {"rows_stay": stay, "lease_until": self._leases.until()}
        self._leases.write(import_id, holder, attempt, [{"$set": progress}])

    def finish_undo(
        self,
        import_id: str,
        holder: str,
        attempt: int,
        *,
        rows: int,
        kept_aside: int,
        at: datetime,
        stay: int = 0,
    ) -> None:
        """All its rows are deleted, except those that another import also has. Raises LeaseLost."""
        result = {"rows_undone": rows, "rows_stay": stay, "kept_aside": kept_aside, "undone_at": at}
        undone: Document = {"status": ImportStatus.UNDONE.value, **result}
        self._leases.write(import_id, holder, attempt, {"$set": undone})
        self._delete_file({"_id": {"$eq": import_id}, "status": ImportStatus.UNDONE.value})

    def _delete_file(self, query: Document) -> bool:
        """Delete the file and the preview of the import that `query` finds; returns whether it had a file.

        The import's reference goes first, in one step with the check of `query`. If this process is killed
        after that, `Uploads.delete_strays` deletes the file.
        """
        document = self._imports.find_one_and_update(
            query, {"$unset": {"file_id": "", "preview": ""}}, projection=["file_id"]
        )
        if document is None or "file_id" not in document:
            return False
        self._uploads.delete(document["file_id"])
        return True
