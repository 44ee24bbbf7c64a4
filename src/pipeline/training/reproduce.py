"""Repeats a training run from its snapshot."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from src.components.dataset.snapshot import FromSnapshot
from src.pipeline.training.fit import ModelFitting
from src.pipeline.training.mlflow_log import log_data, log_model, settings_of
from src.pipeline.training.reproduce_report import (
    ReproductionReport,
    data_changed,
    figures,
    made_with_changed,
    moved,
    params_changed,
    settings_changed,
)
from src.pipeline.training.stages import Steps

if TYPE_CHECKING:
    from src.services.mlflow.past_runs import PastRun
    from src.services.mlflow.run_log import RunLog
    from src.services.runs.repository import ClaimedRun
    from src.services.shipped.lexicon_files import Knowledge
    from src.services.transactions.repository import Transactions


@dataclass(frozen=True)
class Reproduction:
    """steps: with the settings of today."""

    steps: Steps
    lexicon: Knowledge
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
        # Instead of the services: the labels are in the snapshot, and no document of the run is written.
        labels = cast("Transactions", SimpleNamespace(labelled=tuple))
        requested = SimpleNamespace(requested_at=past.started_at)
        run = SimpleNamespace(run=requested, progress=progress, record=lambda **_: None)
        claimed, recorded = cast("ClaimedRun", run), _RecordedLog()
        logger = cast("RunLog", recorded)
        fitting = ModelFitting(labels, self.lexicon, steps, lambda: past.started_at)
        data = fitting.prepare(claimed)
        log_data(logger, data)
        log_model(logger, fitting.train(claimed, data))
        then, now = figures(past.metrics, past.candidates), figures(recorded.metrics_, recorded.candidates)
        return ReproductionReport(
            circumstances=[
                *data_changed(past, self.lexicon.sha256),
                *made_with_changed(past.tags, self.provenance),
                *settings_changed(past.settings, settings_of(self.steps)),
            ],
            outcome=params_changed(past.params, recorded.params_) + moved(then, now),
            compared=len(now),
            not_repeated=sorted(set(then) - set(now)),
        )


@dataclass
class _RecordedLog:
    """Keeps what is compared of the things a run logs to MLflow."""

    params_: dict[str, str] = field(default_factory=dict)
    metrics_: dict[str, float] = field(default_factory=dict)
    candidates: dict[str, dict[str, float]] = field(default_factory=dict)

    def params(self, params: Mapping[str, object]) -> None:
        self.params_ |= {name: str(value) for name, value in params.items()}

    def metrics(self, metrics: Mapping[str, float]) -> None:
        self.metrics_ |= _finite(metrics)

    def candidate(self, name: str, params: Mapping[str, object], metrics: Mapping[str, float]) -> None:
        self.candidates[name] = _finite(metrics)

    def _nothing(self, *_: Any, **__: Any) -> None: ...

    tags = data = confusion = reliability = document = _nothing


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    """As MLflow gets them."""
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}
