"""What training gets from outside, as far as there are two of it: the product's services, and stand-ins.

The stand-ins are those of the benchmarks, of a reproduction (`reproduce.py`) and of a run without MLflow
(`optional_mlflow_log.py`). Everything else is annotated with the class of the service itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from src.domain.categories import CategoryProfile, LexiconEntry
    from src.domain.models import Bundle, ModelVersion, Pointer
    from src.domain.promotions import ComparedMetrics, PredictionDiff
    from src.domain.training_runs import TrainingRun
    from src.domain.transactions import Transaction
    from src.domain.verdicts import JudgedOn, Verdict, Why
    from src.services.models.alias_lock import AliasLock
    from src.services.models.bundle_check import CheckReport

Clock = Callable[[], "datetime"]
"""The time, UTC and aware."""


class ActiveRun(Protocol):
    """A run this process holds; every call raises LeaseLost once another process holds it."""

    run: TrainingRun

    def progress(self, stage: str, share: float) -> None: ...
    def record(self, **fields: Any) -> None: ...
    def record_verdict(self, verdict: Verdict) -> None: ...
    def record_changes(self, changes: PredictionDiff) -> None: ...
    def succeed(self, *, at: datetime) -> None: ...
    def rows_asked_for(self, champion: str, judged_on: JudgedOn | None) -> int | None: ...
    def last_inputs(self) -> dict[str, str]: ...
    def skip(self, *, at: datetime) -> None: ...


class Lexicon(Protocol):
    @property
    def sha256(self) -> str: ...

    def entries(self) -> Iterable[LexiconEntry]: ...
    def category_profiles(self) -> Mapping[str, CategoryProfile]: ...


class ModelStore(Protocol):
    """Stores the bundles, and the pointer to the champion; `services/models/repository.py`."""

    @property
    def alias(self) -> AliasLock: ...
    def champion(self) -> Pointer | None: ...
    def load(self, version: str) -> bytes: ...
    def versions(self) -> Sequence[ModelVersion]: ...
    def get(self, version: str) -> ModelVersion: ...
    def keep(
        self,
        bundle: bytes,
        *,
        version: str,
        run_id: str,
        mlflow_run_id: str,
        metrics: dict[str, float],
        at: datetime,
        measured_on: JudgedOn | None = None,
    ) -> Any: ...
    def promote(
        self,
        version: str,
        *,
        by: str,
        reason: Why,
        at: datetime,
        expected_revision: int | None = None,
        unless_pinned: bool = False,
        figures: ComparedMetrics | None = None,
    ) -> Pointer: ...
    def refuse(
        self,
        version: str,
        *,
        by: str,
        reason: Why,
        at: datetime,
        figures: ComparedMetrics | None = None,
        run_id: str | None = None,
    ) -> None: ...


class BundleFormat(Protocol):
    """Writes and reads bundles; `services/models/bundle.py`."""

    @property
    def TRUSTED(self) -> Sequence[str]: ...  # noqa: N802  the name of a module's constant
    def dumps(self, bundle: Bundle) -> bytes: ...
    def loads(self, data: bytes, sha256: str) -> Bundle: ...


class LoadCheck(Protocol):
    """Loads a bundle in a fresh process and compares its answers; `services/models/bundle_check.py`."""

    def run(
        self, bundle: bytes, transactions: Sequence[Transaction], classes: Sequence[str], expected: np.ndarray
    ) -> CheckReport: ...


class RunLogger(Protocol):
    """Logs one run to MLflow; `services/mlflow/run_log.py`."""

    @property
    def run_id(self) -> str: ...
    def params(self, params: Mapping[str, object]) -> None: ...
    def metrics(self, metrics: Mapping[str, float]) -> None: ...
    def tags(self, tags: Mapping[str, str]) -> None: ...
    def conclude(self, name: str, text: str) -> None: ...
    def candidate(self, name: str, params: Mapping[str, object], metrics: Mapping[str, float]) -> None: ...
    def data(self, rows: pd.DataFrame, snapshot: bytes, sha256: str) -> None: ...
    def confusion(self, labels: Sequence[str], counts: np.ndarray, *, of: str) -> None: ...
    def reliability(self, bins: Sequence[tuple[float, float, int]], *, of: str) -> None: ...
    def document(self, content: Mapping[str, object], name: str) -> None: ...
    def table(self, rows: Sequence[Mapping[str, object]], name: str) -> None: ...
    def model(self, pipeline: Any, example: pd.DataFrame, trusted: Sequence[str]) -> str: ...


class ExperimentTracker(Protocol):
    """MLflow's runs, registered models and aliases; `services/mlflow/tracking.py`."""

    def start(self, run: TrainingRun) -> AbstractContextManager[RunLogger]: ...
    def close_stale(self, ended: str = "KILLED") -> int: ...
    def register(
        self, model_uri: str, *, after: int, mlflow_run_id: str, description: str, tags: Mapping[str, str]
    ) -> str: ...
    def tag_version(self, version: str, tags: Mapping[str, str]) -> None: ...
    def describe_version(self, version: str, text: str) -> None: ...
    def alias(self, alias: str) -> str | None: ...
    def set_alias(self, alias: str, version: str) -> None: ...
    def remove_alias(self, alias: str) -> None: ...
    def run_of(self, version: str) -> str | None: ...
