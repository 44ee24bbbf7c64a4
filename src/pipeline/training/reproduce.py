"""A training run made once more from its snapshot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from src.components.dataset.snapshot import FromSnapshot
from src.domain.labels import LabelledTransaction
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.pipeline.training.mlflow_log import settings_of
from src.pipeline.training.ports import Lexicon
from src.pipeline.training.reproduce_report import (
    Past,
    Reproduced,
    data_changed,
    figures,
    made_with_changed,
    moved,
    params_changed,
    settings_changed,
)
from src.pipeline.training.run import TrainingPipeline
from src.pipeline.training.steps import Steps


@dataclass(frozen=True)
class Reproduction:
    """steps: with the settings of today."""

    steps: Steps
    lexicon: Lexicon
    provenance: Mapping[str, str]
    """What today's runs are made with, as tags."""

    def run(self, past: Past, progress: Callable[[str, float], None]) -> Reproduced:
        """Train again on the snapshot of `past`; nothing is written, registered or promoted.

        progress: is told the stage and the share done. Raises InvalidInput for a snapshot of another form,
        NotEnoughData.
        """
        steps = replace(
            self.steps,
            ingestion=FromSnapshot(past.snapshot),
            search=self.steps.search.repeating(past.left_out),
        )
        written = _Remembered()
        self._pipeline(steps, past).repeat(_Claim(_stands_for(past), progress), written)
        then, now = figures(past.metrics, past.candidates), figures(written.metrics_, written.candidates)
        return Reproduced(
            circumstances=[
                *data_changed(past, self.lexicon.sha256),
                *made_with_changed(past.tags, self.provenance),
                *settings_changed(past.settings, settings_of(self.steps)),
            ],
            outcome=params_changed(past.params, written.params_) + moved(then, now),
            compared=len(now),
            not_repeated=sorted(set(then) - set(now)),
        )

    def _pipeline(self, steps: Steps, past: Past) -> TrainingPipeline:
        """One that could not change anything if it tried."""
        nothing: Any = _Nothing()
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


class _Nothing:
    """Stands for the services a repeated run must leave alone; the labels are in the snapshot."""

    def labelled(self) -> Iterator[LabelledTransaction]:
        return iter(())


def _stands_for(past: Past) -> TrainingRun:
    return TrainingRun(
        id=past.name,
        status=RunStatus.RUNNING,
        trigger=Trigger.MANUAL,
        reason="made once more",
        stage="starting",
        progress=0.0,
        attempt=1,
        requested_at=past.started_at,
    )


@dataclass
class _Claim:
    """A run that nobody holds: it has no document that could be written."""

    run: TrainingRun
    progress: Callable[[str, float], None]

    def record(self, **_: Any) -> None: ...
    def decide(self, *_: Any) -> None: ...
    def changed(self, *_: Any) -> None: ...
    def rows_asked_for(self, *_: Any) -> int | None:
        return None

    def last_inputs(self) -> dict[str, str]:
        return {}

    def succeed(self, **_: Any) -> None: ...
    def skip(self, **_: Any) -> None: ...


@dataclass
class _Remembered:
    """Takes what a run writes into MLflow, and keeps what is compared."""

    params_: dict[str, str] = field(default_factory=dict)
    metrics_: dict[str, float] = field(default_factory=dict)
    candidates: dict[str, dict[str, float]] = field(default_factory=dict)
    run_id = "not written"

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
    """MLflow is given no others."""
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}
