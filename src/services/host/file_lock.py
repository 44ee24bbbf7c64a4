"""A file lock that the kernel releases when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import weakref
from pathlib import Path


class FileLock:
    """At most one open `FileLock` of a path is held, among all processes of the machine.

    The file may contain a note of the holder for other processes. The note of a killed holder remains.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        # A forked child shares the lock until it closes its copy; it must not outlast its parent's.
        reference = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _close(reference()))

    def acquire(self) -> bool:
        """Take the lock without waiting. Returns whether it is held."""
        if self._handle is not None:
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
        """Release the lock and clear the note."""
        if self._handle is not None:
            self.write("")
            fcntl.flock(self._handle, fcntl.LOCK_UN)  # also for a copy in a forked child
            self.forget()

    def forget(self) -> None:
        """Close this process's copy; the lock is released when all copies are closed."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                os.close(self._handle)
            self._handle = None

    def write(self, note: str) -> None:
        """Replace the note; only the holder may."""
        assert self._handle is not None, "only the holder of a lock writes its note"  # noqa: S101
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, note.encode(), 0)

    def read(self) -> str:
        """The note of the current or last holder."""
        return self._path.read_text() if self._path.exists() else ""


def _close(lock: FileLock | None) -> None:
    if lock is not None:
        lock.forget()
