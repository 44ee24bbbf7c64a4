"""Keeps the model in memory up to date: loads what the pointer names, then swaps one reference."""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from src.domain.models import Pointer, Shadow
from src.errors import LedgerloopError, Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")

Pointing = Pointer | Shadow
"""Names a version and the sha256 of its bundle."""


class HotSwap(Generic[T]):
    """Holds what `load` made of the pointer's bundle.

    A daemon thread reads the pointer twice a second while requests come, and every half minute otherwise;
    the first request after a pause reads it too. If a bundle does not load, the old model stays, and loading
    is tried again only when the pointer moves.
    """

    _name = "champion"

    def __init__(
        self,
        pointer: Callable[[], Pointing | None],
        load: Callable[[Pointing], T],
        *,
        variant: Callable[[], object] = lambda: None,
        every_s: float = 0.5,
        idle_every_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """variant: what else a loaded model depends on; another value loads it anew.

        every_s: time between two reads of the pointer while requests come; idle_every_s: otherwise.
        """
        self._pointer = pointer
        self._load = load
        self._variant = variant
        self._every_s = every_s
        self._idle_every_s = idle_every_s
        self._clock = clock
        self._refreshed_at = -math.inf
        self._requested = threading.Event()
        self._serving: tuple[Pointing, T] | None = None
        """The thread may set it to None between two reads."""
        self._loaded: tuple[object, ...] | None = None
        """Revision, hash and variant of what serves; revisions begin anew once everything was erased."""
        self._failed: tuple[object, ...] | None = None
        self._watcher_of: int | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def version(self) -> str | None:
        """The version this process serves, refreshed after a pause."""
        with suppress(LedgerloopError):
            self._requested_now()
        serving = self._serving
        return serving[0].version if serving else None

    def _requested_now(self) -> None:
        """A request needs the model: refresh it after a pause; while requests come, the thread does."""
        self.watch()
        try:
            if self._serving is None or self._clock() - self._refreshed_at > 2 * self._every_s:
                self.refresh()
        except LedgerloopError:  # MongoDB is unavailable; the model in memory stays
            if self._serving is None:
                raise
        finally:
            if not self._requested.is_set():  # costs less
                self._requested.set()

    def current(self) -> T:
        """The champion. Raises Unavailable while there is no model."""
        self._requested_now()
        return self._model()

    def refreshed(self) -> T:
        """The champion, for a process that needs it seldom: reads the pointer once and starts no thread."""
        self.refresh()
        return self._model()

    def _model(self) -> T:
        serving = self._serving
        if serving is None:
            sentence = "No model yet: the first one is being trained. This takes about a minute."
            raise Unavailable(sentence, retry_after_s=5)
        return serving[1]

    def watch(self) -> None:
        """Start the thread, once in each process (a fork starts its own)."""
        if self._watcher_of == os.getpid():
            return
        with self._lock:
            if self._watcher_of != os.getpid():
                self._watcher_of = os.getpid()
                threading.Thread(target=self._watch, name=f"{self._name}-watch", daemon=True).start()

    def stop(self) -> None:
        """End the thread; the model stays in memory."""
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(self._every_s):
            self.refresh_if_due()

    def refresh_if_due(self) -> None:
        """Refresh if a request came since the last time, or if that is long ago."""
        if self._requested.is_set() or self._clock() - self._refreshed_at >= self._idle_every_s:
            self._requested.clear()
            with suppress(LedgerloopError):  # MongoDB is unavailable; the model in memory stays
                self.refresh()

    def refresh(self) -> None:
        """Load what the pointer names, unless it is loaded already. Raises Unavailable."""
        self._refreshed_at = self._clock()  # before the read, so that other requests do not read it too
        self._follow(self._pointer())

    def _follow(self, pointer: Pointing | None) -> None:
        if pointer is None:  # everything was erased, or the shadow test has ended
            self._serving = None
            return
        wanted = (pointer.revision, pointer.sha256, self._variant())
        if wanted == self._failed:
            return
        about = {"serves_as": self._name, "version": pointer.version}
        with self._lock:
            if self._serving and wanted == self._loaded:
                return
            try:
                self._serving, self._loaded = (pointer, self._load(pointer)), wanted
                log.info("model swapped", extra=about)
            except Unavailable:
                raise
            except Exception:
                self._failed = wanted
                log.exception("model not loaded; the previous one stays active", extra=about)


class ShadowModel(HotSwap[T]):
    """The same for the shadow model, which no request waits for."""

    _name = "shadow"

    def peek(self) -> T | None:
        """The shadow model, if it is loaded."""
        self.watch()
        self._requested.set()
        serving = self._serving
        return serving[1] if serving else None
