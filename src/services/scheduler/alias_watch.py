"""Decides when to check the MLflow alias, without importing mlflow, which takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from src.domain.models import Pointer

if TYPE_CHECKING:
    from src.services.models.alias_record import AliasRecord

_PREFIX = "sqlite:///"
_FILES = ("", "-wal", "-journal")
_PAUSE_S = 20
"""Least time between two checks by any scheduler of one database."""
_REMOTE_PAUSE_S = 300
"""The same for a remote store, whose changes cannot be seen, and for one whose last check failed."""

Trace = tuple[tuple[int, int] | None, ...]
"""Modification time in nanoseconds and size of each file of the store; None for a missing file."""


def trace_of(uri: str) -> Trace | None:
    """Changes whenever anybody writes to a SQLite store; None for any other store."""
    if not uri.startswith(_PREFIX):
        return None
    path = uri.removeprefix(_PREFIX).split("?")[0]
    return tuple(_changed(Path(f"{path}{suffix}")) for suffix in _FILES)


def _changed(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class AliasWatch:
    """Starts a child process to sync the alias if it is out of date or may have been moved."""

    def __init__(self, uri: str, record: AliasRecord, sync: Callable[[], bool]) -> None:
        """sync: starts the child and waits for it; returns whether it succeeded."""
        self._uri = uri
        self._record = record
        self._sync = sync
        self._seen: Trace | None = None
        self._failed = False

    def sync_if_needed(self, pointer: Pointer, *, allowed: Callable[[], bool] = lambda: True) -> None:
        """allowed: whether a sync is possible now; called only if one is needed."""
        trace = trace_of(self._uri)
        late = pointer.version not in (pointer.alias, pointer.alias_passed_over)
        if not late and trace is not None and trace == self._seen:
            return
        seldom = self._failed or (trace is None and not late)
        if allowed() and self._record.claim_check(_REMOTE_PAUSE_S if seldom else _PAUSE_S):
            self._failed = not self._sync()
            # From before the child ran: what is written meanwhile is seen by the next check.
            self._seen = None if self._failed else trace
