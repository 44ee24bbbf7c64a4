"""The record of a run where there is one: training does not depend on it.

From the first call that MLflow does not answer, the rest of the run is not logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from src.domain.training_runs import TrainingRun
from src.errors import Unavailable
from src.pipeline.training.ports import Record, RunRecord

log = logging.getLogger(__name__)
R = TypeVar("R")

_NOT_LOGGED = "MLflow did not answer; this run was not logged."
_PARTLY_LOGGED = "MLflow stopped answering; this run was only partly logged."


class OptionalRecord:
    """A `Record` that is left alone once it did not answer. Its aliases still raise: they are moved later."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._began = False
        self.away = False
        """Whether it stopped answering since the last `start`."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the run's verdict says about it."""
        if not self.away:
            return ()
        return (_PARTLY_LOGGED if self._began else _NOT_LOGGED,)

    @contextmanager
    def start(self, run: TrainingRun) -> Iterator[OptionalLog]:
        self.away = self._began = False
        with ExitStack() as stack:
            written = self.attempt(lambda: stack.enter_context(self._record.start(run)), None)
            self._began = written is not None
            yield OptionalLog(self, written)

    def attempt(self, call: Callable[[], R], otherwise: R) -> R:
        """What `call` returns; `otherwise` where it, or an earlier one, was not answered."""
        if self.away:
            return otherwise
        try:
            return call()
        except Unavailable as error:
            self.away = True
            log.warning("training goes on without MLflow", extra={"error": str(error)})
            return otherwise

    def close_stale(self, ended: str = "KILLED") -> int:
        return self._record.close_stale(ended)

    def register(
        self, model_uri: str, *, after: int, mlflow_run_id: str, description: str, tags: Mapping[str, str]
    ) -> str:
        """The number of the version; without a registry the one that follows `after`."""
        fields: dict[str, Any] = {"description": description, "tags": tags}
        return self.attempt(
            lambda: self._record.register(model_uri, after=after, mlflow_run_id=mlflow_run_id, **fields),
            str(after + 1),
        )

    def tag_version(self, version: str, tags: Mapping[str, str]) -> None:
        self.attempt(lambda: self._record.tag_version(version, tags), None)

    def describe_version(self, version: str, text: str) -> None:
        self.attempt(lambda: self._record.describe_version(version, text), None)

    def alias(self, alias: str) -> str | None:
        self._ask()
        return self._record.alias(alias)

    def run_of(self, version: str) -> str | None:
        self._ask()
        return self._record.run_of(version)

    def set_alias(self, alias: str, version: str) -> None:
        self._ask()
        self._record.set_alias(alias, version)

    def remove_alias(self, alias: str) -> None:
        self._ask()
        self._record.remove_alias(alias)

    def _ask(self) -> None:
        """Do not wait once more for one that is away."""
        if self.away:
            raise Unavailable("MLflow did not answer.")


class OptionalLog:
    """A `RunRecord`, or nothing."""

    def __init__(self, record: OptionalRecord, written: RunRecord | None) -> None:
        self._record, self._written = record, written

    @property
    def run_id(self) -> str:
        """Empty where there is none."""
        return self._written.run_id if self._written else ""

    def _write(self, call: Callable[[RunRecord], R], otherwise: R) -> R:
        written = self._written
        return otherwise if written is None else self._record.attempt(lambda: call(written), otherwise)

    def params(self, params: Mapping[str, object]) -> None:
        self._write(lambda log: log.params(params), None)

    def metrics(self, metrics: Mapping[str, float]) -> None:
        self._write(lambda log: log.metrics(metrics), None)

    def tags(self, tags: Mapping[str, str]) -> None:
        self._write(lambda log: log.tags(tags), None)

    def conclude(self, name: str, text: str) -> None:
        self._write(lambda log: log.conclude(name, text), None)

    def candidate(self, name: str, params: Mapping[str, object], metrics: Mapping[str, float]) -> None:
        self._write(lambda log: log.candidate(name, params, metrics), None)

    def data(self, rows: pd.DataFrame, snapshot: bytes, sha256: str) -> None:
        self._write(lambda log: log.data(rows, snapshot, sha256), None)

    def confusion(self, labels: Sequence[str], counts: np.ndarray, *, of: str) -> None:
        self._write(lambda log: log.confusion(labels, counts, of=of), None)

    def reliability(self, bins: Sequence[tuple[float, float, int]], *, of: str) -> None:
        self._write(lambda log: log.reliability(bins, of=of), None)

    def document(self, content: Mapping[str, object], name: str) -> None:
        self._write(lambda log: log.document(content, name), None)

    def table(self, rows: Sequence[Mapping[str, object]], name: str) -> None:
        self._write(lambda log: log.table(rows, name), None)

    def model(self, pipeline: Any, example: pd.DataFrame, trusted: Sequence[str]) -> str:
        """Its address; empty where it was not logged."""
        return self._write(lambda log: log.model(pipeline, example, trusted), "")
