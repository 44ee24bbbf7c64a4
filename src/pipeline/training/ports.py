"""What the training pipeline asks of services; they come in as arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import pandas as pd

from src.components.evaluation.automation import AutomaticRows
from src.domain.labels import LabelledTransaction
from src.domain.lexicon import CategoryProfile, LexiconEntry
from src.domain.models import Bundle, ModelVersion, Pointer
from src.domain.promotions import ComparedMetrics, PredictionDiff
from src.domain.training_runs import TrainingRun
from src.domain.transactions import Transaction
from src.domain.verdicts import JudgedOn, Verdict

Clock = Callable[[], datetime]
"""The time, UTC and aware."""


class Claimed(Protocol):
    """A run this process holds; every call raises LeaseLost once it does so no more."""

    run: TrainingRun

    def progress(self, stage: str, share: float) -> None: ...
    def record(self, **fields: Any) -> None: ...
    def decide(self, verdict: Verdict) -> None: ...
    def changed(self, changes: PredictionDiff) -> None: ...
    def succeed(self, *, at: datetime) -> None: ...
    def rows_asked_for(self, champion: str, judged_on: JudgedOn | None) -> int | None: ...
    def last_inputs(self) -> dict[str, str]: ...
    def skip(self, *, at: datetime) -> None: ...


class Labels(Protocol):
    def labelled(self) -> Iterable[LabelledTransaction]: ...


class Lexicon(Protocol):
    @property
    def sha256(self) -> str: ...

    def entries(self) -> Iterable[LexiconEntry]: ...
    def habits(self) -> Mapping[str, CategoryProfile]: ...


class AliasSteps(Protocol):
    """How far the registry's alias has followed the pointer."""

    def lease(self) -> AbstractContextManager[None]: ...
    def about_to(self, version: str, *, found: str | None) -> None: ...
    def landed(self, version: str) -> None: ...
    def passed_over(self, version: str) -> None: ...


class Store(Protocol):
    """Where bundles are kept, and the pointer to the one that serves."""

    @property
    def alias(self) -> AliasSteps: ...
    def champion(self) -> Pointer | None: ...
    def load(self, version: str) -> bytes: ...
    def versions(self) -> Sequence[ModelVersion]: ...
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
    def get(self, version: str) -> ModelVersion: ...
    def promote(
        self,
        version: str,
        *,
        by: str,
        reason: str,
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
        reason: str,
        at: datetime,
        figures: ComparedMetrics | None = None,
        run_id: str | None = None,
    ) -> None: ...


class Bundles(Protocol):
    """How a bundle is written and read."""

    @property
    def TRUSTED(self) -> Sequence[str]: ...  # noqa: N802  the name of a module's constant
    def dumps(self, bundle: Bundle) -> bytes: ...
    def loads(self, data: bytes, sha256: str) -> Bundle: ...


class Checked(Protocol):
    @property
    def fault(self) -> str: ...
    @property
    def load_s(self) -> float: ...
    @property
    def per_row_ms(self) -> float: ...
    @property
    def megabytes(self) -> float: ...


class Check(Protocol):
    """Loads a bundle in a fresh process and compares its answers."""

    def run(
        self, bundle: bytes, transactions: Sequence[Transaction], classes: Sequence[str], expected: np.ndarray
    ) -> Checked: ...


class WhatChanged(Protocol):
    """What a promotion changed; None where there is nothing to compare with."""

    def promoted(self, version: str, *, at: datetime) -> PredictionDiff | None: ...


class Unattended(Protocol):
    """Which unanswered transactions two versions would categorize automatically, as they serve."""

    def automatic(self, champion: str, challenger: str) -> AutomaticRows: ...


class RunRecord(Protocol):
    """One run, as it is written down."""

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


class Registry(Protocol):
    """The names that point at versions of the registered model."""

    def alias(self, alias: str) -> str | None: ...
    def set_alias(self, alias: str, version: str) -> None: ...
    def remove_alias(self, alias: str) -> None: ...
    def run_of(self, version: str) -> str | None: ...


class Record(Registry, Protocol):
    """The record of all runs, and the registry of models."""

    def start(self, run: TrainingRun) -> AbstractContextManager[RunRecord]: ...
    def close_stale(self, ended: str = "KILLED") -> int: ...
    def register(
        self, model_uri: str, *, after: int, mlflow_run_id: str, description: str, tags: Mapping[str, str]
    ) -> str: ...
    def tag_version(self, version: str, tags: Mapping[str, str]) -> None: ...
    def describe_version(self, version: str, text: str) -> None: ...
