"""Registered model versions, the champion pointer and the shadow model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from src.domain.verdicts import JudgedOn

MODEL_NAME = "expense-categorizer"
STARTER = "starter"
"""Instead of the id of a training run: the model that Ledgerloop ships with."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    version: str
    run_id: str
    mlflow_run_id: str
    created_at: datetime
    metrics: dict[str, float]
    size: int
    """Size of the bundle in bytes."""
    champion: bool = False
    sha256: str = ""
    measured_on: JudgedOn | None = None
    """The rows that `metrics` were measured on; None in versions of earlier releases."""

    @property
    def is_starter(self) -> bool:
        return self.run_id == STARTER


@dataclass(frozen=True, slots=True)
class Pointer:
    """The champion: the version every worker serves."""

    version: str
    revision: int
    """Grows by one with every promotion; a promotion names the revision it was compared with."""
    run_id: str
    sha256: str
    promoted_at: datetime
    alias: str | None
    """The version the MLflow alias `champion` was last set to."""
    alias_next: str | None = None
    """The version the alias is about to be set to, stored before MLflow is called."""
    alias_passed_over: str | None = None
    """A version missing in MLflow, so the alias cannot name it."""
    by: str = ""
    """As in Promotion."""
    pinned_at: datetime | None = None
    """Since when training and MLflow may not replace it; None if it is not pinned."""

    @property
    def is_starter(self) -> bool:
        return self.run_id == STARTER


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that serving needs."""

    pipeline: Any
    """The fitted scikit-learn pipeline."""
    bands: dict[str, Any]
    about: dict[str, Any]
    """JSON-able metadata: run, time, data hash, labels used, classes, metrics."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """The version in the shadow test: it predicts with the champion, but is not shown."""

    version: str
    revision: int
    """Grows with every start, so that a process notices a replacement."""
    sha256: str
    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ShadowComparison:
    """Answers during a shadow test, to transactions that the champion decided, by who was right."""

    answers: int
    both_right: int
    champion_only: int
    shadow_only: int
