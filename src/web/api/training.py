"""Training runs and the models that came of them."""

from __future__ import annotations

from datetime import UTC, datetime

from src.domain import Trigger
from src.web.operations import Answer, Operations
from src.web.schemas.training import (
    AcceptedRunBody,
    ModelVersionBody,
    ReasonRequest,
    TrainingRunBody,
    model_version_body,
    training_run_body,
)
from src.web.wired import wiring

api = Operations("training", __name__, url_prefix="/api/v1")


@api.operation(
    "POST",
    "/training-runs",
    summary="Train now",
    body=ReasonRequest,
    body_optional=True,
    returns={202: AcceptedRunBody},
    errors=(409, 503),
)
def request_training_run(body: ReasonRequest) -> Answer:
    """Queues a run, which the clock takes up within seconds; 409 while one is queued or running."""
    run = wiring().runs.request(
        trigger=Trigger.MANUAL, reason=body.reason or "Asked for over the API", at=datetime.now(UTC)
    )
    return {"id": run.id}


@api.operation(
    "GET",
    "/training-runs",
    summary="The 50 newest training runs, newest first",
    returns={200: list[TrainingRunBody]},
)
def list_training_runs() -> Answer:
    return [training_run_body(run) for run in wiring().runs.newest()]


@api.operation(
    "GET", "/training-runs/{id}", summary="One training run with its verdict", returns={200: TrainingRunBody}
)
def training_run(id: str) -> Answer:
    return training_run_body(wiring().runs.get(id))


@api.operation(
    "GET",
    "/models",
    summary="The registered models, newest first, and which is champion",
    returns={200: list[ModelVersionBody]},
)
def list_models() -> Answer:
    models = wiring().models
    pointer, shadow = models.champion(), models.shadows.current()
    return [model_version_body(model, pointer, shadow) for model in models.versions()]
