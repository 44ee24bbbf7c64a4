"""The model in this process's memory: follows the pointer, loads first, then swaps one reference."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from src.errors import LedgerloopError, Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")


class Pointing(Protocol):
    """What names a version and the bytes it is made of."""

    @property
    def version(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def sha256(self) -> str: ...


class Champion(Generic[T]):
    """Holds what `load` made of the pointer's bundle.

    A daemon thread looks at the pointer twice a second while anybody asks for the model, and every half
    minute while nobody does; the first who asks after a pause has it looked at first. A bundle that does not
    load leaves the old one serving, and is tried again only when the pointer moves.
    """

    _called = "champion"

    def __init__(
        self,
        pointer: Callable[[], Pointing | None],
        load: Callable[[Pointing], T],
        *,
        every_s: float = 0.5,
        idle_every_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """every_s: from one look to the next while somebody asks. idle_every_s: while nobody does."""
        self._pointer = pointer
        self._load = load
        self._every_s = every_s
        self._idle_every_s = idle_every_s
        self._clock = clock
        self._looked_at = -math.inf
        self._asked = threading.Event()
        self._serving: tuple[Pointing, T] | None = None
        self._refused: int | None = None
        self._watcher_of: int | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def version(self) -> str | None:
        """The version this process serves; after a pause, it looks whether that is still so."""
        self.watch()
        with suppress(LedgerloopError):  # MongoDB is away; what serves goes on serving
            self._look_after_a_pause()
        self._asked.set()
        return self._serving[0].version if self._serving else None

    def _look_after_a_pause(self) -> None:
        """While somebody asks, the thread looks."""
        if self._serving is None or self._clock() - self._looked_at > 2 * self._every_s:
            self.look()

    def current(self) -> T:
        """What serves now. Raises Unavailable while there is no model."""
        self.watch()
        if self._serving is None:
            self.look()
        else:
            with suppress(LedgerloopError):
                self._look_after_a_pause()
        self._asked.set()
        if self._serving is None:
            raise Unavailable(
                "No model serves yet: the first one is being trained. This takes about a minute.",
                retry_after_s=5,
            )
        return self._serving[1]

    def looked(self) -> T:
        """What serves now, for a process that asks seldom: it looks once, and does not watch from then on."""
        self.look()
        if self._serving is None:
            raise Unavailable("No model serves yet: the first one is being trained.", retry_after_s=5)
        return self._serving[1]

    def watch(self) -> None:
        """Start the watching thread, once in each process (a fork starts its own)."""
        if self._watcher_of == os.getpid():
            return
        with self._lock:
            if self._watcher_of != os.getpid():
                self._watcher_of = os.getpid()
                threading.Thread(target=self._keep_looking, name=f"{self._called}-watch", daemon=True).start()

    def stop(self) -> None:
        """End the watching; what serves goes on serving."""
        self._stopped.set()

    def _keep_looking(self) -> None:
        while not self._stopped.wait(self._every_s):
            self.look_if_due()

    def look_if_due(self) -> None:
        """Look where somebody asked since the last look, or where that is long ago."""
        if self._asked.is_set() or self._clock() - self._looked_at >= self._idle_every_s:
            self._asked.clear()
            with suppress(LedgerloopError):  # MongoDB is away; what serves goes on serving
                self.look()

    def look(self) -> None:
        """Load what the pointer names, unless it serves already. Raises Unavailable."""
        self._looked_at = self._clock()  # before it is asked: others that come meanwhile need not ask too
        self._follow(self._pointer())

    def _follow(self, pointer: Pointing | None) -> None:
        if pointer is None or pointer.revision == self._refused or self._serves(pointer):
            return
        with self._lock:
            if not self._serves(pointer):
                self._swap(pointer)

    def _serves(self, pointer: Pointing) -> bool:
        return self._serving is not None and self._serving[0].revision == pointer.revision

    def _swap(self, pointer: Pointing) -> None:
        try:
            loaded = self._load(pointer)
        except Unavailable:
            raise
        except Exception:
            self._refused = pointer.revision
            log.exception("model not loaded; the old one goes on", extra=self._about(pointer))
            return
        self._serving = (pointer, loaded)
        log.info("model swapped", extra=self._about(pointer))

    def _about(self, pointer: Pointing) -> dict[str, str]:
        return {"serves_as": self._called, "version": pointer.version}


class ShadowModel(Champion[T]):
    """The same for the model in the shadow: nothing waits for it, and nothing fails with it."""

    _called = "shadow"

    def peek(self) -> T | None:
        """What runs in the shadow, as far as this process knows."""
        self.watch()
        self._asked.set()
        serving = self._serving
        return serving[1] if serving else None

    def _follow(self, pointer: Pointing | None) -> None:
        if pointer is None:
            self._serving = None
        super()._follow(pointer)
