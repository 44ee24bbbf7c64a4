"""Training runs, their verdicts, and the registered models."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from src.domain import Difference, ModelVersion, Pointer, Scores, Shadow, TrainingRun, Verdict
from src.web.schemas.fields import Label, RequestModel, utc_text


class ReasonRequest(RequestModel):
    """Why a person asks; kept beside what is done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "corrected last month's rows"}]})

    reason: Label | None = None


class AcceptedRunBody(TypedDict):
    id: str


class ScoresBody(TypedDict):
    version: Annotated[str | None, Field(description="Null for a model that was not registered.")]
    rows: int
    accuracy: float | None
    macro_f1: float | None
    log_loss: float | None
    ece: float | None


class DifferenceBody(TypedDict):
    """Challenger minus champion, on the same rows."""

    macro_f1: float | None
    ci95: Annotated[list[float | None] | None, Field(description="95 % interval of the macro-F1 difference.")]
    accuracy: float | None
    accuracy_ci95: list[float | None] | None


class DecisionBody(TypedDict):
    promoted: bool
    outcome: str
    reason: str
    champion: ScoresBody | None
    challenger: ScoresBody | None
    difference: DifferenceBody | None
    notes: list[str]


class TrainingRunBody(TypedDict):
    id: str
    status: str
    trigger: str
    reason: str
    stage: str
    progress: Annotated[float, Field(ge=0, le=1)]
    attempt: int
    requested_at: str
    started_at: str | None
    finished_at: str | None
    mlflow_run_id: str | None
    data: Annotated[dict[str, Any], Field(description="`rows`, `feedback_rows`, `sha256`.")]
    metrics: dict[str, float | None]
    decision: DecisionBody | None
    error: str | None


class ModelVersionBody(TypedDict):
    version: str
    champion: bool
    pinned: Annotated[bool, Field(description="Champion until it is let go.")]
    shadow: Annotated[bool, Field(description="Predicts beside the champion without being shown.")]
    run_id: str
    mlflow_run_id: str
    created_at: str
    metrics: dict[str, float | None]
    size: Annotated[int, Field(description="Bytes of the bundle.")]


def _finite(value: float | None) -> float | None:
    """JSON has no nan: what could not be measured is null."""
    return round(value, 6) if value is not None and math.isfinite(value) else None


def _metrics(metrics: dict[str, float]) -> dict[str, float | None]:
    return {name: _finite(value) for name, value in metrics.items()}


def _scores_body(scores: Scores | None) -> ScoresBody | None:
    if scores is None:
        return None
    return {
        "version": scores.version,
        "rows": scores.rows,
        "accuracy": _finite(scores.accuracy),
        "macro_f1": _finite(scores.macro_f1),
        "log_loss": _finite(scores.log_loss),
        "ece": _finite(scores.ece),
    }


def _interval(difference: Difference | None) -> list[float | None] | None:
    return [_finite(end) for end in difference.ci95] if difference else None


def _difference_body(verdict: Verdict) -> DifferenceBody | None:
    if verdict.macro_f1 is None and verdict.accuracy is None:
        return None
    return {
        "macro_f1": _finite(verdict.macro_f1.value) if verdict.macro_f1 else None,
        "ci95": _interval(verdict.macro_f1),
        "accuracy": _finite(verdict.accuracy.value) if verdict.accuracy else None,
        "accuracy_ci95": _interval(verdict.accuracy),
    }


def _decision_body(verdict: Verdict) -> DecisionBody:
    return {
        "promoted": verdict.promoted,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason,
        "champion": _scores_body(verdict.champion),
        "challenger": _scores_body(verdict.challenger),
        "difference": _difference_body(verdict),
        "notes": list(verdict.notes),
    }


def training_run_body(run: TrainingRun) -> TrainingRunBody:
    return {
        "id": run.id,
        "status": run.status.value,
        "trigger": run.trigger.value,
        "reason": run.reason,
        "stage": run.stage,
        "progress": round(run.progress, 4),
        "attempt": run.attempt,
        "requested_at": utc_text(run.requested_at),
        "started_at": utc_text(run.started_at) if run.started_at else None,
        "finished_at": utc_text(run.finished_at) if run.finished_at else None,
        "mlflow_run_id": run.mlflow_run_id,
        "data": run.data,
        "metrics": _metrics(run.metrics),
        "decision": _decision_body(run.decision) if run.decision else None,
        "error": run.error,
    }


def model_version_body(
    model: ModelVersion, pointer: Pointer | None, shadow: Shadow | None
) -> ModelVersionBody:
    return {
        "version": model.version,
        "champion": model.champion,
        "pinned": model.champion and pointer is not None and pointer.pinned_at is not None,
        "shadow": shadow is not None and shadow.version == model.version,
        "run_id": model.run_id,
        "mlflow_run_id": model.mlflow_run_id,
        "created_at": utc_text(model.created_at),
        "metrics": _metrics(model.metrics),
        "size": model.size,
    }
