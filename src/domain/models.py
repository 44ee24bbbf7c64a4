"""Registered versions, the pointer to the one that serves, and the one in the shadow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from src.domain.verdicts import JudgedOn

MODEL_NAME = "expense-categorizer"


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One registered version, as the page and the API list it."""

    version: str
    run_id: str
    mlflow_run_id: str
    created_at: datetime
    metrics: dict[str, float]
    size: int
    """Bytes of the bundle."""
    champion: bool = False
    sha256: str = ""
    measured_on: JudgedOn | None = None
    """Which rows `metrics` were measured on; None for a version from before this was stored."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """What serves: the one truth every worker follows."""

    version: str
    revision: int
    """Grows by one with every promotion; a promotion names the revision it was judged against."""
    run_id: str
    sha256: str
    promoted_at: datetime
    alias: str | None
    """The version the MLflow alias `champion` was last set to."""
    alias_next: str | None = None
    """The version the alias is about to be set to, written down before it is."""
    alias_passed_over: str | None = None
    """A version that MLflow does not have, so the alias cannot name it."""
    by: str = ""
    """Who promoted it, as in Promotion."""
    pinned_at: datetime | None = None
    """Since when it is kept from being replaced by training or by MLflow; None where it is not."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything serving needs, in one file."""

    pipeline: Any
    """The fitted scikit-learn pipeline."""
    bands: dict[str, Any]
    about: dict[str, Any]
    """JSON-able facts: run, time, data hash, labels used, classes, metrics."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """The version that predicts beside the champion without being shown."""

    version: str
    revision: int
    """Grows with every start, so that a process sees that another version took its place."""
    sha256: str
    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Answers to rows that the champion's model decided while the shadow ran: how many each had right."""

    answers: int
    both_right: int
    champion_only: int
    shadow_only: int
