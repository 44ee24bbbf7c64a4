"""A file brought in, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class ImportStatus(StrEnum):
    PREVIEW = "preview"
    """It waits for a person to say how it is to be read."""
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    UNDOING = "undoing"
    """Its rows are being taken back."""
    UNDONE = "undone"


IMPORT_UNDER_WAY = (ImportStatus.QUEUED, ImportStatus.RUNNING)
RETRIED = (ImportStatus.STOPPED, ImportStatus.FAILED)
"""What a person can let run again, as long as its file is there."""
FILE_KEPT = timedelta(days=1)
"""How long the file of one that was stopped or failed is kept."""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Rows of a file, each counted once."""

    read: int = 0
    added: int = 0
    known: int = 0
    """They had been brought before."""
    deleted: int = 0
    """A person had deleted them before, so they were not added again."""
    rejected: int = 0
    left_out: int = 0
    """Rightly: no transactions."""


@dataclass(frozen=True, slots=True)
class Import:
    """One file and what became of it."""

    id: str
    status: ImportStatus
    name: str
    """Of the file, masked."""
    size: int
    """Bytes."""
    layout: str
    """The same for all files of one layout."""
    plan: dict[str, Any]
    """How it is read, as of `importing.Plan.to_dict`."""
    created_at: datetime
    format: str = ""
    rows: int = 0
    """How many there are to read."""
    counts: ImportCounts = field(default_factory=ImportCounts)
    attempt: int = 0
    finished_at: datetime | None = None
    error: str | None = None
    """A sentence, where it failed."""
    rows_to_undo: int = 0
    """How many there were when it was begun to take them back."""
    rows_undone: int = 0
    """How many of them are gone."""
    rows_stay: int = 0
    """How many of them stay, because another import has them as well."""
    passed_on_before: int = 0
    """How many of its rows had passed to other imports before it was undone this time."""
    kept_aside: int = 0
    """Rows with a person's answers that were taken back; the answers return with the rows."""
    has_file: bool = False

    @property
    def retry_until(self) -> datetime | None:
        """When its file is deleted; None where it cannot be tried again."""
        if self.status not in RETRIED or not self.has_file or self.finished_at is None:
            return None
        return self.finished_at + FILE_KEPT

    @property
    def progress(self) -> float:
        """0..1 of bringing it in, or of taking it back."""
        if self.status is ImportStatus.UNDOING:
            settled = self.rows_undone + self.rows_stay
            return min(settled / self.rows_to_undo, 1.0) if self.rows_to_undo else 0.0
        if self.status in (*IMPORT_UNDER_WAY, ImportStatus.PREVIEW):
            return min(self.counts.read / self.rows, 1.0) if self.rows else 0.0
        return 1.0
