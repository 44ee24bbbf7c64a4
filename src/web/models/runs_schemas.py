"""Training runs, model versions and re-prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, Strict
from typing_extensions import TypedDict

from src.domain.models import ModelVersion, Pointer, Shadow
from src.domain.training_runs import TrainingRun
from src.domain.transactions import Transaction
from src.pipeline.prediction.repredict import Repredicted
from src.web.models.prediction_diff_schemas import ChangesBody, changes_body
from src.web.models.verdict_schemas import DecisionBody, decision_body, finite
from src.web.models.verdict_sentences import run_reason
from src.web.shared.fields import Label, RequestModel, utc_text

_MEASURED_ON = (
    "The rows that `metrics` are of: `holdout`, `crossval` or `lexicon`. Metrics of different rows cannot be "
    "compared; those of `decision` are of the same rows."
)

Act = Annotated[str, Strict(), Field(pattern=r"^[0-9a-f]{24}$")]


class ReasonRequest(RequestModel):
    """The reason, stored with the run."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "corrected last month's rows"}]})

    reason: Label | None = None


class AcceptedRunBody(TypedDict):
    id: str


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
    measured_on: Annotated[str | None, Field(description=_MEASURED_ON)]
    decision: DecisionBody | None
    changes: Annotated[ChangesBody | None, Field(description="The changes of its promotion, once known.")]
    error: str | None


class ModelVersionBody(TypedDict):
    version: str
    champion: bool
    pinned: Annotated[bool, Field(description="Stays champion until it is unpinned.")]
    shadow: Annotated[bool, Field(description="Runs as a shadow test.")]
    run_id: Annotated[str, Field(description="`starter` for the model that Ledgerloop ships with.")]
    mlflow_run_id: Annotated[str, Field(description="Empty if MLflow has no run of it.")]
    created_at: str
    metrics: dict[str, float | None]
    measured_on: Annotated[str | None, Field(description=_MEASURED_ON)]
    size: Annotated[int, Field(description="Bytes of the bundle.")]


def _metrics(metrics: dict[str, float]) -> dict[str, float | None]:
    return {name: finite(value) for name, value in metrics.items()}


def training_run_body(run: TrainingRun, examples: Mapping[str, Transaction]) -> TrainingRunBody:
    """examples: the transactions that its changes have as examples, by id."""
    return {
        "id": run.id,
        "status": run.status.value,
        "trigger": run.trigger.value,
        "reason": run_reason(run),
        "stage": run.stage,
        "progress": round(run.progress, 4),
        "attempt": run.attempt,
        "requested_at": utc_text(run.requested_at),
        "started_at": utc_text(run.started_at) if run.started_at else None,
        "finished_at": utc_text(run.finished_at) if run.finished_at else None,
        "mlflow_run_id": run.mlflow_run_id,
        "data": run.data,
        "metrics": _metrics(run.metrics),
        "measured_on": run.measured_on and run.measured_on.value,
        "decision": decision_body(run.decision) if run.decision else None,
        "changes": changes_body(run.changes, examples) if run.changes else None,
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
        "measured_on": model.measured_on and model.measured_on.value,
        "size": model.size,
    }


class RepredictRequest(RequestModel):
    """Starts a new act, or continues the given one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    act: Act | None = None


class TakeBackRequest(RequestModel):
    """The act that a call of repredict returned."""

    act: Act


class RepredictedBody(TypedDict):
    act: Annotated[str, Field(description="Send it to continue or to undo.")]
    model: Annotated[str, Field(description="Version of the champion, which predicted them.")]
    predicted: Annotated[int, Field(description="How many the act has predicted again so far.")]
    changed: Annotated[int, Field(description="Of these, with another category than before.")]
    left: Annotated[int, Field(description="Call again with the act until this is 0.")]


class TakenBackBody(TypedDict):
    undone: int


def repredicted_body(done: Repredicted) -> RepredictedBody:
    return {
        "act": done.act,
        "model": done.version,
        "predicted": done.rows,
        "changed": done.changed,
        "left": done.left,
    }
