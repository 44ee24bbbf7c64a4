"""When to look whether somebody moved the MLflow alias: without importing mlflow, which takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from src.domain.models import Pointer

_PREFIX = "sqlite:///"
_FILES = ("", "-wal", "-journal")

Trace = tuple[tuple[int, int] | None, ...]
"""Time of the last change in nanoseconds and size of each file of the store; None for one there is not."""


class Steps(Protocol):
    def claim_look(self, every_s: float) -> bool: ...


def trace_of(uri: str) -> Trace | None:
    """What changes whenever anybody writes to a store in SQLite; None for any other store."""
    if not uri.startswith(_PREFIX):
        return None
    path = uri.removeprefix(_PREFIX).split("?")[0]
    return tuple(_changed(Path(f"{path}{suffix}")) for suffix in _FILES)


def _changed(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


class AliasWatch:
    """Lets a child process settle the alias when it is late, or when somebody may have moved it."""

    def __init__(
        self,
        uri: str,
        steps: Steps,
        settle: Callable[[], bool],
        *,
        pause_s: float = 20,
        remote_pause_s: float = 300,
    ) -> None:
        """settle: starts the child and waits for it; whether it did its work.

        pause_s: the least time between two looks, among all clocks of one database. A store on another
        machine tells of no change, so it is looked at every `remote_pause_s`; so is one that just failed.
        """
        self._uri = uri
        self._steps = steps
        self._settle = settle
        self._pause_s = pause_s
        self._remote_pause_s = remote_pause_s
        self._seen: Trace | None = None
        self._failed = False

    def look(self, pointer: Pointer, *, may: Callable[[], bool] = lambda: True) -> None:
        """may: whether this is a time to settle it; asked only where there is something to settle."""
        trace = trace_of(self._uri)
        late = pointer.version not in (pointer.alias, pointer.alias_passed_over)
        if not late and trace is not None and trace == self._seen:
            return
        seldom = self._failed or (trace is None and not late)
        if may() and self._steps.claim_look(self._remote_pause_s if seldom else self._pause_s):
            self._failed = not self._settle()
            # Taken before the child looked: what was written while it worked is seen by the next look.
            self._seen = None if self._failed else trace
