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
from src.domain.imports import Import
from src.domain.training_runs import TrainingRun
from src.services.host.process import start

log = logging.getLogger(__name__)

# The subcommands of `src/__main__.py` that a scheduler starts.
TRAIN_CLAIMED = "train-claimed"
RUN_IMPORT = "run-import"
FOLLOW_CHAMPION = "follow-champion"
TIDY = "tidy"

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

_ENDED_WITH_US = (-signal.SIGTERM, -signal.SIGINT)
_HANDLED_WITHIN_S = 5.0


class ChildProcess:
    """Runs `python -m src …` one at a time: nice 19, one BLAS thread, killed at a time limit."""

    def __init__(self, environment: Callable[[], Mapping[str, str]], *, timeout_s: float) -> None:
        """environment: the variables by which a child finds the same MongoDB."""
        self._environment = environment
        self._timeout_s = timeout_s
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def train(self, run: TrainingRun, *, holder: str) -> bool:
        """Train `run`, which `holder` has claimed; returns whether the child succeeded."""
        # Claimed by Jobs.train in the scheduler; the child runs __main__.train_claimed.
        return self._run([TRAIN_CLAIMED, "--", run.id, holder, str(run.attempt)], self._timeout_s)

    def run_import(self, claimed: Import, *, holder: str) -> bool:
        """Run an import that `holder` has claimed; returns whether the child succeeded."""
        # Claimed by Jobs.run_import in the scheduler; the child runs __main__.run_claimed_import.
        return self._run([RUN_IMPORT, "--", claimed.id, holder, str(claimed.attempt)], self._timeout_s)

    def sync_alias(self) -> bool:
        """Sync the MLflow alias with the champion."""
        # Needed as AliasWatch found; the child runs __main__.sync_alias.
        return self._run([FOLLOW_CHAMPION], 120)

    def apply_retention(self) -> bool:
        """Delete old runs and models."""
        # Due as Jobs.maintain found; the child runs __main__.tidy.
        return self._run([TIDY], 1800)

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called: a child that then ends early has not failed."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End the running child, if any; another scheduler continues its work."""
        self._stopping.set()
        if self._child is not None:
            self._child.kill()

    def _run(self, arguments: list[str], timeout_s: float) -> bool:
        self._child = child = start(
            [sys.executable, "-m", "src", *arguments],
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
            log.error(
                "child process exceeded its time limit", extra={"command": arguments[0], "limit_s": timeout_s}
            )
            return False
        finally:
            child.kill()
            child.wait()
            self._child = None
