"""Child processes of the scheduler: they run at low priority and end with their parent."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping

from src.config import HOME
from src.services.host.process import ONE_THREAD, start

log = logging.getLogger(__name__)

# The subcommands of `src/__main__.py` that a scheduler starts; `src/commands.py` and
# `src/training_commands.py` have what they do.
TRAIN_CLAIMED = "train-claimed"
RUN_IMPORT = "run-import"
SYNC_ALIAS = "sync-alias"
APPLY_RETENTION = "tidy"
ERASE_TRACKING = "erase-tracking"
ANALYSE_CLAIMED = "analyse-claimed"
DELIVER = "deliver"

_TIMEOUTS_S = {
    SYNC_ALIAS: 120.0,
    APPLY_RETENTION: 1800.0,
    ERASE_TRACKING: 1800.0,
    ANALYSE_CLAIMED: 1800.0,
    DELIVER: 600.0,
}
_ENDED_WITH_US = (-signal.SIGTERM, -signal.SIGINT)
_HANDLED_WITHIN_S = 5.0


class ChildProcess:
    """Runs `python -m src …` one at a time: nice 19, one BLAS thread, killed at a time limit."""

    def __init__(self, environment: Callable[[], Mapping[str, str]], *, timeout_s: float) -> None:
        """environment: the variables by which a child finds the same MongoDB.

        timeout_s: for trainings and imports.
        """
        self._environment = environment
        self._timeout_s = timeout_s
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called: a child that then ends early has not failed."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End the running child, if any; another scheduler continues its work."""
        self._stopping.set()
        if self._child is not None:
            self._child.kill()

    def run(self, command: str, *arguments: object) -> bool:
        """Run a subcommand in a child process until it ends; returns whether it succeeded."""
        timeout_s = _TIMEOUTS_S.get(command, self._timeout_s)
        after_options = ("--", *map(str, arguments)) if arguments else ()  # an id may start with a dash
        self._child = child = start(
            [sys.executable, "-m", "src", command, *after_options],
            cwd=HOME,
            env={**os.environ, **self._environment(), **ONE_THREAD},
            nice=19,
        )
        try:
            if self.stopped:  # while the child was being started
                return False
            code = child.wait(timeout_s)
            if code in _ENDED_WITH_US:
                # The child is in our process group, so the signal may reach it before we handle it here.
                self._stopping.wait(_HANDLED_WITHIN_S)
            return code == 0
        except subprocess.TimeoutExpired:
            about = {"command": command, "limit_s": timeout_s}
            log.error("child process exceeded its time limit", extra=about)
            return False
        finally:
            child.kill()
            child.wait()
            self._child = None
