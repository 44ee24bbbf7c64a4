"""MLflow logging that training does not depend on: after the first unanswered call the rest is skipped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from src.domain.training_runs import TrainingRun
from src.domain.verdicts import Code, Why, because
from src.errors import Unavailable

if TYPE_CHECKING:
    from src.services.mlflow.run_writer import RunWriter
    from src.services.mlflow.tracking import Tracking

log = logging.getLogger(__name__)
R = TypeVar("R")


class OptionalTracking:
    """MLflow, which is not called again once it did not answer."""

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking
        self._started = False
        self.away = False
        """Whether MLflow stopped answering since the last `start`."""

    @property
    def required(self) -> Tracking:
        """For the aliases and for closing runs, which is done later if a call raises Unavailable.

        Raises Unavailable itself if MLflow did not answer, so that nothing waits for it again.
        """
        if self.away:
            raise Unavailable("MLflow did not answer.")
        return self._tracking

    @property
    def notes(self) -> tuple[Why, ...]:
        """For the run's verdict."""
        if not self.away:
            return ()
        return (because(Code.PARTLY_LOGGED if self._started else Code.NOT_LOGGED),)

    @contextmanager
    def start(
        self, run: TrainingRun, reason: str, *, first: Callable[[], None] | None = None
    ) -> Iterator[RunWriter]:
        """The log of an MLflow run, whose calls return None if they were not answered.

        first: what else MLflow is to be asked before.
        """
        self.away = self._started = False
        if first:
            self.attempt(first, None)
        with ExitStack() as stack:
            logger = self.attempt(lambda: stack.enter_context(self._tracking.start(run, reason)), None)
            self._started = logger is not None
            yield cast("RunWriter", _OptionalRunLog(self, logger))

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

    def register(self, model_uri: str, *, after: int, **fields: Any) -> str:
        """As `Tracking.register`; without MLflow the version after `after`."""
        return self.attempt(lambda: self._tracking.register(model_uri, after=after, **fields), str(after + 1))

    def describe_version(self, version: str, text: str, tags: Mapping[str, str]) -> None:
        self.attempt(lambda: self._tracking.tag_version(version, tags), None)
        self.attempt(lambda: self._tracking.describe_version(version, text), None)


class _OptionalRunLog:
    """Every method of a `RunWriter`."""

    def __init__(self, tracking: OptionalTracking, logger: RunWriter | None) -> None:
        self._tracking, self._logger = tracking, logger
        self.run_id = logger.run_id if logger else ""

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *args, **fields: self._tracking.attempt(
            lambda: getattr(self._logger, method)(*args, **fields), None
        )
