"""The model in this process's memory: follows the pointer, loads first, then swaps one reference."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from src.domain import Pointer
from src.errors import LedgerloopError, Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")


class Champion(Generic[T]):
    """Holds what `load` made of the pointer's bundle.

    A daemon thread looks at the pointer twice a second. A bundle that does not load leaves the old one
    serving, and is tried again only when the pointer moves.
    """

    def __init__(
        self,
        pointer: Callable[[], Pointer | None],
        load: Callable[[Pointer], T],
        *,
        every_s: float = 0.5,
    ) -> None:
        self._pointer = pointer
        self._load = load
        self._every_s = every_s
        self._serving: tuple[Pointer, T] | None = None
        self._refused: int | None = None
        self._watcher_of: int | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def version(self) -> str | None:
        """The version this process serves."""
        return self._serving[0].version if self._serving else None

    def current(self) -> T:
        """What serves now. Raises Unavailable while there is no model."""
        self.watch()
        if self._serving is None:
            self.look()
        if self._serving is None:
            raise Unavailable(
                "No model serves yet: the first one is being trained. This takes about a minute.",
                retry_after_s=5,
            )
        return self._serving[1]

    def watch(self) -> None:
        """Start the watching thread, once in each process (a fork starts its own)."""
        if self._watcher_of == os.getpid():
            return
        with self._lock:
            if self._watcher_of != os.getpid():
                self._watcher_of = os.getpid()
                threading.Thread(target=self._keep_looking, name="champion-watch", daemon=True).start()

    def stop(self) -> None:
        """End the watching; what serves goes on serving."""
        self._stopped.set()

    def _keep_looking(self) -> None:
        while not self._stopped.wait(self._every_s):
            with suppress(LedgerloopError):  # MongoDB is away; what serves goes on serving
                self.look()

    def look(self) -> None:
        """Load what the pointer names, unless it serves already. Raises Unavailable."""
        pointer = self._pointer()
        if pointer is None or pointer.revision == self._refused or self._serves(pointer):
            return
        with self._lock:
            if not self._serves(pointer):
                self._swap(pointer)

    def _serves(self, pointer: Pointer) -> bool:
        return self._serving is not None and self._serving[0].revision == pointer.revision

    def _swap(self, pointer: Pointer) -> None:
        try:
            loaded = self._load(pointer)
        except Unavailable:
            raise
        except Exception:
            self._refused = pointer.revision
            log.exception("champion not loaded; the old one goes on", extra={"version": pointer.version})
            return
        self._serving = (pointer, loaded)
        log.info("champion serves", extra={"version": pointer.version})
