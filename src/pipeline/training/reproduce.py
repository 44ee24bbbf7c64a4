"""Repeats a training run from its snapshot, and reports the differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from src.components.dataset.ingestion import FromSnapshot, sha256_of
from src.components.model.model_selection import Skipped
from src.pipeline.training.fit import ModelFitting
from src.pipeline.training.mlflow_log import log_data, log_model, settings_of
from src.pipeline.training.stages import Steps

if TYPE_CHECKING:
    from src.knowledge.lexicon_files import Knowledge
    from src.services.mlflow.past_runs import PastRun
    from src.services.mlflow.run_writer import RunWriter
    from src.services.runs.worker_lease import ClaimedRun
    from src.services.transactions.repository import Transactions


TOLERANCE = 1e-9
"""Largest difference at which two metrics count as equal."""
_NO_MATTER = frozenset({"search.budget_s", "search.left_out"})
"""Settings that do not matter: the candidates left out for lack of time are taken from the run."""
_EARLIER_SKIPPED = {
    "no time": Skipped.NO_TIME,
    "no time for more than the first fold": Skipped.NO_TIME_LATER,
}
"""By what earlier releases logged."""


@dataclass(frozen=True)
class ChangedValue:
    what: str
    """A parameter or a metric. Or an input: by its MLflow tag, as `settings.` and a name, or as `settings`
    if the run's were not logged."""
    then: object
    """None if there was none, and so is `now`."""
    now: object


@dataclass(frozen=True)
class ReproductionReport:
    """The result of repeating a run."""

    circumstances: list[ChangedValue]
    """Of data, lexicon, code, settings, libraries and Python."""
    outcome: list[ChangedValue]
    """Differences of the results: rows, the chosen candidate, and every changed metric."""
    compared: int
    """Metrics of the run and of its candidates."""
    not_repeated: list[str]
    """Metrics of the run that this code does not make again: they depend on the champion of that time, or on
    how quick the machine was."""
    tolerance: float = TOLERANCE

    @property
    def same(self) -> bool:
        return not self.outcome


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
            statements=replace(
                self.steps.statements, share=float(past.params.get("data.lexicon_share", 1.0))
            ),
            ingestion=FromSnapshot(past.snapshot),
            search=replace(self.steps.search, left_out=_left_out(past)),
        )
        # Instead of the services: the labels are in the snapshot, and no document of the run is written.
        labels = cast("Transactions", SimpleNamespace(labelled=tuple))
        requested = SimpleNamespace(requested_at=past.started_at)
        run = SimpleNamespace(run=requested, progress=progress, record=lambda **_: None)
        claimed, recorded = cast("ClaimedRun", run), _RecordedLog()
        logger = cast("RunWriter", recorded)
        fitting = ModelFitting(labels, self.lexicon, steps, lambda: past.started_at)
        data = fitting.prepare(claimed)
        log_data(logger, data)
        log_model(logger, fitting.train(claimed, data))
        then, now = _by_name(past.metrics, past.candidates), _by_name(recorded.metrics_, recorded.candidates)
        return ReproductionReport(
            circumstances=[
                *_data_changed(past, self.lexicon.sha256),
                *_made_with_changed(past.tags, self.provenance),
                *_settings_changed(past.settings, settings_of(self.steps)),
            ],
            outcome=_params_changed(past.params, recorded.params_) + _metrics_changed(then, now),
            compared=len(now),
            not_repeated=sorted(set(then) - set(now)),
        )


def _left_out(past: PastRun) -> dict[str, str]:
    return {name: _EARLIER_SKIPPED.get(why, why) for name, why in past.left_out.items()}


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


def _data_changed(past: PastRun, lexicon_sha256: str) -> list[ChangedValue]:
    """The hash of the data covers rows and lexicon; this finds which of the two changed."""
    lexicon = past.tags.get("lexicon.sha256", lexicon_sha256)
    logged, actual = past.tags.get("data.sha256"), sha256_of(past.snapshot, lexicon)
    changed = [ChangedValue("data.sha256", logged, actual)] if logged != actual else []
    if lexicon != lexicon_sha256:
        changed.append(ChangedValue("lexicon.sha256", lexicon, lexicon_sha256))
    return changed


def _made_with_changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[ChangedValue]:
    """The commit is only reported if the code changed: most commits change no model."""
    changed = [
        ChangedValue(name, then[name], value)
        for name, value in sorted(now.items())
        if name in then and then[name] != value
    ]
    if all(change.what != "code.sha256" for change in changed):
        return [change for change in changed if change.what != "git.commit"]
    return changed


def _settings_changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[ChangedValue]:
    if not then:
        return [ChangedValue("settings", None, None)]
    names = sorted((then.keys() | now.keys()) - _NO_MATTER)
    return [
        ChangedValue(f"settings.{name}", then.get(name), now.get(name))
        for name in names
        if then.get(name) != now.get(name)
    ]


def _params_changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[ChangedValue]:
    return [
        ChangedValue(name, then.get(name), value) for name, value in now.items() if then.get(name) != value
    ]


def _by_name(metrics: Mapping[str, float], candidates: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """One name for each metric of the run and of its candidates."""
    nested = {
        f"{candidate}: {name}": value
        for candidate, scores in candidates.items()
        for name, value in scores.items()
    }
    return {**metrics, **nested}


def _metrics_changed(then: Mapping[str, float], now: Mapping[str, float]) -> list[ChangedValue]:
    return [
        ChangedValue(name, then.get(name), value)
        for name, value in now.items()
        if name not in then or not math.isclose(then[name], value, rel_tol=0, abs_tol=TOLERANCE)
    ]
