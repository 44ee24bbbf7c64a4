"""Turns MLflow's errors into our own; sets MLflow's options before it is imported."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from src.errors import TrackingUnavailable

P = ParamSpec("P")
R = TypeVar("R")

_SETTINGS = {
    # No telemetry, no search for a git command and no report of each migration.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    # MLflow's default is to retry an unreachable server for five minutes; this gives up after seconds.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}


def prepare() -> None:
    """Call it before each import of mlflow. Variables that are already set stay."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)


def guarded(method: Callable[P, R]) -> Callable[P, R]:
    """Turn what MLflow raises into `TrackingUnavailable`."""

    @functools.wraps(method)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        prepare()
        from mlflow.exceptions import MlflowException

        try:
            return method(*args, **kwargs)
        except (MlflowException, OSError) as error:
            raise unavailable(error) from error

    return answer


def unavailable(error: Exception) -> TrackingUnavailable:
    message = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return TrackingUnavailable(f"MLflow did not answer: {message}")
