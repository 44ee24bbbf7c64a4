"""Runs a few programs: started in order, restarted when they end, stopped in reverse order."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from src.services.host import process

log = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 30.0
_STABLE_AFTER_S = 20.0
_GROUP_GRACE_S = 5.0


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    nice: int = 0
    guarded: bool = False
    """It has subprocesses that might outlive it; see `process.start`."""
    once: bool = False
    """Not run again after it has succeeded."""
    stop_within_s: float = 10.0
    inherited_fds: tuple[int, ...] = ()
    """File descriptors that stay open in the process and its subprocesses."""


class _Running:
    """A program and its current process."""

    def __init__(self, program: Program, clock: Callable[[], float]) -> None:
        self.program = program
        self._clock = clock
        self.failures = 0
        self.finished = False
        self._begin()

    def _begin(self) -> None:
        program = self.program
        self.child = process.start(
            program.command,
            env=program.environment,
            nice=program.nice,
            own_session=True,
            guarded=program.guarded,
            cwd=program.folder,
            pass_fds=program.inherited_fds,
        )
        self.began_at = self._clock()
        self.due_at: float | None = None

    def check(self) -> None:
        """Restart the process if it has ended and the pause is over."""
        if self.finished or self.child.poll() is None:
            return
        if self.due_at is None:
            self._plan_restart()
        elif self._clock() >= self.due_at:
            self._begin()

    def _plan_restart(self) -> None:
        process.end_group(self.child.pid, signal.SIGTERM)  # what the process left running
        if self.program.once and self.child.returncode == 0:
            self.finished = True
            return
        now = self._clock()
        self.failures = 1 if now - self.began_at > _STABLE_AFTER_S else self.failures + 1
        # Immediately the first time, then after 1, 2, 4 ... seconds.
        pause = 0.0 if self.failures == 1 else min(2.0 ** (self.failures - 2), _LONGEST_PAUSE_S)
        self.due_at = now + pause
        log.warning(
            "a program ended and will be restarted",
            extra={"program": self.program.name, "code": self.child.returncode, "pause_s": pause},
        )

    def stop(self, impatient: Callable[[], bool]) -> None:
        """End the process, then what is left of its group: SIGTERM, at last SIGKILL."""
        deadline = time.monotonic() + self.program.stop_within_s
        if self.child.poll() is None:
            self.child.terminate()
        while self.child.poll() is None and time.monotonic() < deadline and not impatient():
            time.sleep(0.02)
        if self.child.poll() is None:
            process.end_group(self.child.pid, signal.SIGKILL)
            self.child.wait()
        deadline = time.monotonic() + _GROUP_GRACE_S
        while process.end_group(self.child.pid, signal.SIGTERM) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.end_group(self.child.pid, signal.SIGKILL)


class Supervisor:
    """Not thread-safe: a subprocess lives only as long as the thread that started it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: monotonic seconds, for the pauses between restarts."""
        self._running: list[_Running] = []
        self._clock = clock

    def start(self, program: Program) -> None:
        self._running.append(_Running(program, self._clock))

    def check(self) -> None:
        """Restart programs that have ended. Call it a few times a second."""
        for running in self._running:
            running.check()

    def finished(self, name: str) -> bool:
        """Whether the program that runs `once` has succeeded."""
        return any(running.finished for running in self._running if running.program.name == name)

    def stop(self, impatient: Callable[[], bool] = lambda: False) -> None:
        """Stop all, the newest first. Each may take its `stop_within_s`, unless `impatient` returns True."""
        while self._running:
            self._running.pop().stop(impatient)
