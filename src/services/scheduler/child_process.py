"""Child processes of the clock: training and its companions, at low priority, gone with their parent."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping

from src.config import HOME
from src.domain.imports import Import
from src.domain.training_runs import TrainingRun
from src.services.host.process import start

log = logging.getLogger(__name__)

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

_ENDED_WITH_US = (-signal.SIGTERM, -signal.SIGINT)
_HANDLED_WITHIN_S = 5.0


class Trainer:
    """Runs `python -m src …` apart from the pages: nice 19, one BLAS thread, killed at a time limit."""

    def __init__(self, environment: Mapping[str, str], *, timeout_s: float) -> None:
        """environment: what the child needs to find the same MongoDB and MLflow store."""
        self._environment = environment
        self._timeout_s = timeout_s
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def train(self, run: TrainingRun, *, holder: str) -> bool:
        """Train `run`, which `holder` has claimed; whether the child ended of its own accord."""
        return self._run(["train-claimed", "--", run.id, holder, str(run.attempt)], self._timeout_s)

    def bring_in(self, claimed: Import, *, holder: str) -> bool:
        """Read a file that `holder` has claimed; whether the child ended of its own accord."""
        return self._run(["run-import", "--", claimed.id, holder, str(claimed.attempt)], self._timeout_s)

    def follow_champion(self) -> bool:
        """Let the MLflow alias name what serves."""
        return self._run(["follow-champion"], 120)

    def tidy(self) -> bool:
        """Clear away old runs and models."""
        return self._run(["tidy"], 1800)

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop; a child that ended before its work was done then failed at nothing."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End the child that runs, if any; its run is taken up again by the next clock."""
        self._stopping.set()
        if self._child is not None:
            self._child.kill()

    def _run(self, arguments: list[str], timeout_s: float) -> bool:
        self._child = child = start(
            [sys.executable, "-m", "src", *arguments],
            cwd=HOME,
            env={**os.environ, **self._environment, **ONE_THREAD},
            nice=19,
        )
        try:
            if self.stopped:  # while it was being started
                return False
            code = child.wait(timeout_s)
            if code in _ENDED_WITH_US:
                # The signal may have reached the child, which is of our process group, before it is handled
                # here.
                self._stopping.wait(_HANDLED_WITHIN_S)
            return code == 0
        except subprocess.TimeoutExpired:
            log.error(
                "child took too long and was ended", extra={"command": arguments[0], "limit_s": timeout_s}
            )
            return False
        finally:
            child.kill()
            child.wait()
            self._child = None
