"""A few bytes in a file that every process of a host has mapped into memory."""

from __future__ import annotations

import logging
import mmap
import os
import secrets
import threading
from pathlib import Path

log = logging.getLogger(__name__)

_BYTES = 8


class SharedToken:
    """One process renews it, and the next `read` in every other one sees that, in less than a microsecond.

    A token is random and only compared: two that are renewed at once, or half read, are just another one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._open: tuple[int, mmap.mmap] | None = None

    def read(self) -> bytes | None:
        """None if the file cannot be used, so that nothing may be concluded from it."""
        opened = self._open or self._opened()
        return opened[1][:_BYTES] if opened else None

    def renew(self) -> None:
        """Does nothing if the file cannot be used."""
        if opened := self._open or self._opened():
            try:
                os.pwrite(opened[0], secrets.token_bytes(_BYTES), 0)
            except OSError as error:
                self._log(error)

    def _opened(self) -> tuple[int, mmap.mmap] | None:
        with self._lock:
            if self._open is None:
                try:
                    self._open = self._mapped()
                except OSError as error:
                    self._log(error)
            return self._open

    def _mapped(self) -> tuple[int, mmap.mmap]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(handle).st_size < _BYTES:  # written, not only extended: a full disk fails here
                os.pwrite(handle, secrets.token_bytes(_BYTES), 0)
            return handle, mmap.mmap(handle, _BYTES, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            os.close(handle)
            raise OSError(str(error)) from error

    def _log(self, error: OSError) -> None:
        log.warning("the token of changes is not usable", extra={"error": type(error).__name__})
