"""Working imports off: one process at a time holds one, brings its rows in or takes them back."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from src.domain.imports import Import, ImportCounts, ImportStatus
from src.services.imports.documents import counted, import_of
from src.services.imports.encrypted_uploads import Uploads
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.leases import Leases

_WAITING = (ImportStatus.QUEUED, ImportStatus.RUNNING, ImportStatus.UNDOING)
_ATTEMPTS = 10
"""Each goes over what is there already in seconds, so a machine in trouble costs an import little."""
_WORKED_ON = (ImportStatus.RUNNING, ImportStatus.UNDOING)


class ImportWork:
    """Whoever holds the lease of an import works it off; each of its writes raises LeaseLost otherwise."""

    def __init__(self, database: Database, uploads: Uploads, *, lease_s: float) -> None:
        self._database = database
        self._uploads = uploads
        self._leases = Leases(
            database,
            "imports",
            lease_s=lease_s,
            worked_on=[each.value for each in _WORKED_ON],
            lost="Another process has taken this import over.",
            attempts=_ATTEMPTS,
        )

    @property
    def _imports(self) -> Any:
        return self._database.imports

    @guarded
    def claim(self, *, holder: str) -> Import | None:
        """Take the oldest that waits, or one whose holder fell silent; None where there is none.

        It is to be taken back where its status is `undoing`, else to be brought in.
        """
        waiting = {"status": {"$in": [each.value for each in _WAITING]}}
        sentence = f"It was stopped {self._leases.attempts} times before it could finish."
        failed: Document = {"$set": {"status": ImportStatus.FAILED.value, "error": sentence}}
        self._leases.give_up(waiting, failed | {"$currentDate": {"finished_at": True}})
        queued = {"$eq": ["$status", ImportStatus.QUEUED.value]}
        taken = {"status": {"$cond": [queued, ImportStatus.RUNNING.value, "$status"]}}
        document = self._leases.claim(waiting, taken, holder=holder, sort=[("created_at", 1)])
        return import_of(document) if document else None

    def release(self, import_id: str, *, holder: str, attempt: int, counts: bool = True) -> bool:
        """Let go of one whose process is known to be dead; whether it was still held.

        counts: see `Leases.release`.
        """
        return self._leases.release(import_id, holder, attempt, counts=counts)

    def kept(self, import_id: str, holder: str, attempt: int) -> AbstractContextManager[None]:
        """A thread renews the lease until the block ends."""
        return self._leases.renewing(import_id, holder, attempt)

    def went_on(self, import_id: str, holder: str, attempt: int, counts: ImportCounts) -> bool:
        """Note how far it is, and hold it further; whether it is to go on. Raises LeaseLost."""
        fields = {**counted(counts), "lease_until": self._leases.until()}
        return not self._leases.write(import_id, holder, attempt, [{"$set": fields}], read="stop")

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
        """Raises LeaseLost. The file is deleted unless it is needed to try again."""
        fields = {"status": status.value, **counted(counts), "finished_at": at, "error": error}
        self._leases.write(import_id, holder, attempt, {"$set": fields})
        self._forget({"_id": {"$eq": import_id}, "status": ImportStatus.DONE.value})

    def took_back(self, import_id: str, holder: str, attempt: int, *, undone: int) -> None:
        """Note how many rows are gone, and hold it further. Raises LeaseLost."""
        fields = {"rows_undone": undone, "lease_until": self._leases.until()}
        self._leases.write(import_id, holder, attempt, [{"$set": fields}])

    def passed_on(self, import_id: str, holder: str, attempt: int, *, stay: int) -> None:
        """Note how many rows stay with other imports, and hold it further. Raises LeaseLost."""
        fields = {"rows_stay": stay, "lease_until": self._leases.until()}
        self._leases.write(import_id, holder, attempt, [{"$set": fields}])

    def undone(
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
        """All its rows are gone, but for those that another import has as well. Raises LeaseLost."""
        fields = {"rows_undone": rows, "rows_stay": stay, "kept_aside": kept_aside, "undone_at": at}
        ended: Document = {"status": ImportStatus.UNDONE.value, **fields}
        self._leases.write(import_id, holder, attempt, {"$set": ended})
        self._forget({"_id": {"$eq": import_id}, "status": ImportStatus.UNDONE.value})

    def _forget(self, query: Document) -> bool:
        """Delete the file of the import of `query` and its preview; whether there was one.

        The import forgets it first, in one step with the question whether it may go: were this process killed
        after that, `Uploads.delete_strays` finds the file.
        """
        document = self._imports.find_one_and_update(
            query, {"$unset": {"file_id": "", "preview": ""}}, projection=["file_id"]
        )
        if document is None or "file_id" not in document:
            return False
        self._uploads.delete(document["file_id"])
        return True
