"""Repeats a training run from its snapshot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from src.components.dataset.snapshot import FromSnapshot
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.transactions import LabelledTransaction
from src.pipeline.training.mlflow_log import settings_of
from src.pipeline.training.ports import Lexicon
from src.pipeline.training.reproduce_report import (
    ReproductionReport,
    data_changed,
    figures,
    made_with_changed,
    moved,
    params_changed,
    settings_changed,
)
from src.pipeline.training.run import TrainingPipeline
from src.pipeline.training.stages import Steps

if TYPE_CHECKING:
    from src.services.mlflow.past_runs import PastRun


@dataclass(frozen=True)
class Reproduction:
    """steps: with the settings of today."""

    steps: Steps
    lexicon: Lexicon
    provenance: Mapping[str, str]
    """Code, libraries and Python of today, as MLflow tags."""

    def run(self, past: PastRun, progress: Callable[[str, float], None]) -> ReproductionReport:
        """Train again on the snapshot of `past`; nothing is logged, registered or promoted.

        progress: called with the stage and the share done. Raises InvalidInput for a snapshot of another
        format, NotEnoughData.
        """
        steps = replace(
            self.steps,
            ingestion=FromSnapshot(past.snapshot),
            search=replace(self.steps.search, left_out=past.left_out),
        )
        logger = _RecordedLog()
        self._pipeline(steps, past).repeat(_UnclaimedRun(_run_like(past), progress), logger)
        then, now = figures(past.metrics, past.candidates), figures(logger.metrics_, logger.candidates)
        return ReproductionReport(
            circumstances=[
                *data_changed(past, self.lexicon.sha256),
                *made_with_changed(past.tags, self.provenance),
                *settings_changed(past.settings, settings_of(self.steps)),
            ],
            outcome=params_changed(past.params, logger.params_) + moved(then, now),
            compared=len(now),
            not_repeated=sorted(set(then) - set(now)),
        )

    def _pipeline(self, steps: Steps, past: PastRun) -> TrainingPipeline:
        """A pipeline without any service it could change."""
        nothing: Any = _NoServices()
        return TrainingPipeline(
            labels=nothing,
            lexicon=self.lexicon,
            store=nothing,
            record=nothing,
            bundles=nothing,
            check=nothing,
            clock=lambda: past.started_at,
            steps=steps,
        )


class _NoServices:
    """Instead of the services a repeated run must not use; the labels are in the snapshot."""

    def labelled(self) -> Iterator[LabelledTransaction]:
        return iter(())


def _run_like(past: PastRun) -> TrainingRun:
    return TrainingRun(
        id=past.name,
        status=RunStatus.RUNNING,
        trigger=Trigger.MANUAL,
        reason="repeated",
        stage="starting",
        progress=0.0,
        attempt=1,
        requested_at=past.started_at,
    )


@dataclass
class _UnclaimedRun:
    """A run without a document in MongoDB."""

    run: TrainingRun
    progress: Callable[[str, float], None]

    def record(self, **_: Any) -> None: ...
    def record_verdict(self, *_: Any) -> None: ...
    def record_changes(self, *_: Any) -> None: ...
    def rows_asked_for(self, *_: Any) -> int | None:
        return None

    def last_inputs(self) -> dict[str, str]:
        return {}

    def succeed(self, **_: Any) -> None: ...
    def skip(self, **_: Any) -> None: ...


@dataclass
class _RecordedLog:
    """Keeps what is compared of the things a run logs to MLflow."""

    params_: dict[str, str] = field(default_factory=dict)
    metrics_: dict[str, float] = field(default_factory=dict)
    candidates: dict[str, dict[str, float]] = field(default_factory=dict)
    run_id = "not logged"

    def params(self, params: Mapping[str, object]) -> None:
        self.params_ |= {name: str(value) for name, value in params.items()}

    def metrics(self, metrics: Mapping[str, float]) -> None:
        self.metrics_ |= _finite(metrics)

    def candidate(self, name: str, params: Mapping[str, object], metrics: Mapping[str, float]) -> None:
        self.candidates[name] = _finite(metrics)

    def model(self, *_: Any) -> str:
        raise NotImplementedError("A run that is repeated registers nothing.")

    def tags(self, *_: Any) -> None: ...
    def conclude(self, *_: Any) -> None: ...
    def data(self, *_: Any) -> None: ...
    def confusion(self, *_: Any, of: str) -> None: ...
    def reliability(self, *_: Any, of: str) -> None: ...
    def document(self, *_: Any) -> None: ...
    def table(self, *_: Any) -> None: ...


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    """As MLflow gets them."""
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}
