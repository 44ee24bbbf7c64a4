"""A run of the training pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from src.domain.promotions import PredictionDiff
from src.domain.quality import DriftResult
from src.domain.verdicts import JudgedOn, Verdict, Why


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class Trigger(StrEnum):
    SCHEDULE = "schedule"
    MANUAL = "manual"
    FIRST_START = "first-start"
    DRIFT = "drift"


class SetAside(StrEnum):
    """Why labelled rows do not train. Stored in verdicts and logged to MLflow."""

    UNREADABLE = "unreadable"
    """Without description, note and payment method."""
    UNLABELLED = "unlabelled"
    INFINITE_AMOUNT = "infinite-amount"
    CONTRADICTING = "contradicting"
    """Contradicts nearly all similar answers; waits for a review."""
    RELABELLED = "relabelled"
    """Part of the change of nearly a whole category; waits for a review."""
    NOT_LEARNED = "not-learned"
    """Of a merchant whose answers were forgotten, or for which learning is off."""
    OLDEST = "oldest"
    """The oldest labels, which do not fit into memory."""
    LEXICON = "lexicon"
    """A part of the lexicon's rows, for the same reason."""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    id: str
    status: RunStatus
    trigger: Trigger
    reason: Why
    """Empty for drift, except in runs of earlier releases."""
    stage: str
    progress: float
    attempt: int
    requested_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    mlflow_run_id: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    """`rows`, `feedback_rows`, `sha256`."""
    metrics: dict[str, float] = field(default_factory=dict)
    measured_on: JudgedOn | None = None
    """Which rows `metrics` were measured on; None before, and in runs of earlier releases."""
    decision: Verdict | None = None
    changes: PredictionDiff | None = None
    """The changes of its promotion; None before, and if nothing was promoted or compared."""
    drift: tuple[DriftResult, ...] = ()
    """The shifts because of which it was started."""
    error: str | None = None
    """A sentence, if the run failed."""
