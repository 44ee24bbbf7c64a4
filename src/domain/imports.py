"""An imported file and its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class ImportStatus(StrEnum):
    READING = "reading"
    """Its file is being read, apart from the request that uploaded it."""
    PREVIEW = "preview"
    """Waits for a person to confirm how the file is read."""
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    UNDOING = "undoing"
    """Its transactions are being deleted."""
    UNDONE = "undone"


IMPORT_UNDER_WAY = (ImportStatus.QUEUED, ImportStatus.RUNNING)
RETRYABLE = (ImportStatus.STOPPED, ImportStatus.FAILED)
"""A person can retry these while the file is kept."""
FILE_RETENTION = timedelta(days=1)
"""How long the file of a stopped or failed import is kept."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How files of one layout are read."""

    layout: str
    name: str
    plan: dict[str, Any]
    """Of a Plan."""
    used_at: datetime


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Rows of a file, each counted once."""

    read: int = 0
    added: int = 0
    known: int = 0
    """Duplicates of transactions already stored."""
    deleted: int = 0
    """Not added because a person deleted them earlier."""
    rejected: int = 0
    left_out: int = 0
    """Ignored: totals, pending rows, fees of other rows."""


@dataclass(frozen=True, slots=True)
class Import:
    id: str
    status: ImportStatus
    name: str
    """The file's name, masked."""
    size: int
    """Bytes."""
    layout: str
    """Fingerprint shared by all files of one layout; "" until the file is read."""
    plan: dict[str, Any]
    """How the file is read: `Plan.to_dict` of `components/bank_files/plan.py`."""
    created_at: datetime
    format: str = ""
    rows: int = 0
    """Rows to read."""
    counts: ImportCounts = field(default_factory=ImportCounts)
    attempt: int = 0
    finished_at: datetime | None = None
    error: str | None = None
    """A sentence, if it failed."""
    rows_to_undo: int = 0
    """Transactions it had when its undo began."""
    rows_undone: int = 0
    """Those deleted so far."""
    rows_stay: int = 0
    """Those kept because another import contains them too."""
    passed_on_before: int = 0
    """Transactions that had passed to other imports before this undo."""
    kept_aside: int = 0
    """Deleted transactions with answers; the answers return when the rows are imported again."""
    has_file: bool = False
    starts: bool = False
    """Whether it starts without a confirmation once its file is read."""
    share_read: float = 0.0
    """Of its file, while it is read for the preview."""

    @property
    def retry_until(self) -> datetime | None:
        """When its file is deleted; None if it cannot be retried."""
        if self.status not in RETRYABLE or not self.has_file or self.finished_at is None:
            return None
        return self.finished_at + FILE_RETENTION

    @property
    def progress(self) -> float:
        """0..1, of the reading for the preview, of the import, or of its undo."""
        if self.status is ImportStatus.READING:
            return self.share_read
        if self.status is ImportStatus.UNDOING:
            finished = self.rows_undone + self.rows_stay
            return min(finished / self.rows_to_undo, 1.0) if self.rows_to_undo else 0.0
        if self.status in (*IMPORT_UNDER_WAY, ImportStatus.PREVIEW):
            return min(self.counts.read / self.rows, 1.0) if self.rows else 0.0
        return 1.0


NEW_CATEGORY = "+"
"""What a category of a file may become instead of an own one: one of its name."""
NO_CATEGORY = ""
"""The same: its rows get no answer, but a prediction."""


def identifying_text(description: str, note: str | None) -> str:
    """The same for texts that differ only in case or spaces."""
    return " ".join(" ".join(text.casefold().split()) for text in (description, note or ""))


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A stored or deleted transaction, as far as an import recognizes it by that."""

    key: str
    text: str
    """`identifying_text` of it."""
    account: str | None = None
    account_number: str | None = None
    """The keyed hash."""
