"""MLflow logging that training does not depend on: after the first unanswered call the rest is skipped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from src.domain.training_runs import TrainingRun
from src.domain.verdicts import Code, Why, because
from src.errors import Unavailable
from src.pipeline.training.ports import ExperimentTracker, RunLogger

log = logging.getLogger(__name__)
R = TypeVar("R")


class OptionalTracking:
    """An `ExperimentTracker` that is not called again once it did not answer.

    Only the alias methods raise Unavailable: the scheduler moves the aliases later.
    """

    def __init__(self, tracker: ExperimentTracker) -> None:
        self._tracker = tracker
        self._started = False
        self.away = False
        """Whether MLflow stopped answering since the last `start`."""

    @property
    def notes(self) -> tuple[Why, ...]:
        """For the run's verdict."""
        if not self.away:
            return ()
        return (because(Code.PARTLY_LOGGED if self._started else Code.NOT_LOGGED),)

    @contextmanager
    def start(self, run: TrainingRun) -> Iterator[OptionalRunLog]:
        self.away = self._started = False
        with ExitStack() as stack:
            logger = self.attempt(lambda: stack.enter_context(self._tracker.start(run)), None)
            self._started = logger is not None
            yield OptionalRunLog(self, logger)

    def attempt(self, call: Callable[[], R], otherwise: R) -> R:
        """What `call` returns; `otherwise` if it, or an earlier call, was not answered."""
        if self.away:
            return otherwise
        try:
            return call()
        except Unavailable as error:
            self.away = True
            log.warning("training continues without MLflow", extra={"error": str(error)})
            return otherwise

    def close_stale(self, ended: str = "KILLED") -> int:
        return self._tracker.close_stale(ended)

    def register(
        self, model_uri: str, *, after: int, mlflow_run_id: str, description: str, tags: Mapping[str, str]
    ) -> str:
        """The number of the version; without MLflow the one after `after`."""
        fields: dict[str, Any] = {"description": description, "tags": tags}
        return self.attempt(
            lambda: self._tracker.register(model_uri, after=after, mlflow_run_id=mlflow_run_id, **fields),
            str(after + 1),
        )

    def tag_version(self, version: str, tags: Mapping[str, str]) -> None:
        self.attempt(lambda: self._tracker.tag_version(version, tags), None)

    def describe_version(self, version: str, text: str) -> None:
        self.attempt(lambda: self._tracker.describe_version(version, text), None)

    def alias(self, alias: str) -> str | None:
        self._raise_if_away()
        return self._tracker.alias(alias)

    def run_of(self, version: str) -> str | None:
        self._raise_if_away()
        return self._tracker.run_of(version)

    def set_alias(self, alias: str, version: str) -> None:
        self._raise_if_away()
        self._tracker.set_alias(alias, version)

    def remove_alias(self, alias: str) -> None:
        self._raise_if_away()
        self._tracker.remove_alias(alias)

    def _raise_if_away(self) -> None:
        """Do not wait for MLflow again."""
        if self.away:
            raise Unavailable("MLflow did not answer.")


class OptionalRunLog:
    """A `RunLogger` that may log nothing."""

    def __init__(self, tracking: OptionalTracking, logger: RunLogger | None) -> None:
        self._tracking, self._logger = tracking, logger

    @property
    def run_id(self) -> str:
        """Empty without MLflow."""
        return self._logger.run_id if self._logger else ""

    def _log(self, call: Callable[[RunLogger], R], otherwise: R) -> R:
        logger = self._logger
        return otherwise if logger is None else self._tracking.attempt(lambda: call(logger), otherwise)

    def params(self, params: Mapping[str, object]) -> None:
        self._log(lambda log: log.params(params), None)

    def metrics(self, metrics: Mapping[str, float]) -> None:
        self._log(lambda log: log.metrics(metrics), None)

    def tags(self, tags: Mapping[str, str]) -> None:
        self._log(lambda log: log.tags(tags), None)

    def conclude(self, name: str, text: str) -> None:
        self._log(lambda log: log.conclude(name, text), None)

    def candidate(self, name: str, params: Mapping[str, object], metrics: Mapping[str, float]) -> None:
        self._log(lambda log: log.candidate(name, params, metrics), None)

    def data(self, rows: pd.DataFrame, snapshot: bytes, sha256: str) -> None:
        self._log(lambda log: log.data(rows, snapshot, sha256), None)

    def confusion(self, labels: Sequence[str], counts: np.ndarray, *, of: str) -> None:
        self._log(lambda log: log.confusion(labels, counts, of=of), None)

    def reliability(self, bins: Sequence[tuple[float, float, int]], *, of: str) -> None:
        self._log(lambda log: log.reliability(bins, of=of), None)

    def document(self, content: Mapping[str, object], name: str) -> None:
        self._log(lambda log: log.document(content, name), None)

    def table(self, rows: Sequence[Mapping[str, object]], name: str) -> None:
        self._log(lambda log: log.table(rows, name), None)

    def model(self, pipeline: Any, example: pd.DataFrame, trusted: Sequence[str]) -> str:
        """The model's URI; empty if it was not logged."""
        return self._log(lambda log: log.model(pipeline, example, trusted), "")
