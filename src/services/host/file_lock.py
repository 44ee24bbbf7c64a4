"""A lock on a file that the kernel frees when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import weakref
from pathlib import Path


class FileLock:
    """At most one open `FileLock` of a path holds it, among all processes of this machine.

    The file may carry a note for those who come too late; it is empty unless the holder wrote one, and keeps
    the note of a holder that was killed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        # A forked child shares the lock until it closes its copy, and must not hold it beyond its parent.
        me = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _let_go(me()))

    @property
    def held(self) -> bool:
        return self._handle is not None

    def acquire(self) -> bool:
        """Take the lock unless another holds it. Does not wait."""
        if self.held:
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Free the lock and clear the note."""
        if self._handle is not None:
            self.write("")
            fcntl.flock(self._handle, fcntl.LOCK_UN)  # a copy in a forked child holds nothing now
            self.forget()

    def forget(self) -> None:
        """Close this process's copy; the lock is free once all copies are closed."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                os.close(self._handle)
            self._handle = None

    def write(self, note: str) -> None:
        """Replace the note. Only for the holder."""
        assert self._handle is not None, "only the holder of a lock writes its note"  # noqa: S101
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, note.encode(), 0)

    def read(self) -> str:
        """The note, whoever wrote it."""
        return self._path.read_text() if self._path.exists() else ""


def _let_go(lock: FileLock | None) -> None:
    if lock is not None:
        lock.forget()
