"""What MLflow raises, turned into our own error; and its settings, before it is imported."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from src.errors import TrackingUnavailable

P = ParamSpec("P")
R = TypeVar("R")

_SETTINGS = {
    # Nothing leaves this machine, and MLflow neither looks for a git command nor reports each migration.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    # A server that is away is given up after seconds, where MLflow by itself tries for five minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}


def prepare() -> None:
    """To be called before each import of mlflow. What the environment says already holds."""
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
