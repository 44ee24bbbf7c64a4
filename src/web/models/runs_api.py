"""Training runs and the models that came of them."""

from __future__ import annotations

from datetime import UTC, datetime

from src.domain.training_runs import Trigger
from src.web.models.prediction_diff_schemas import ChangesBody, changes_body, example_ids
from src.web.models.repredict_schemas import (
    RepredictedBody,
    RepredictRequest,
    TakeBackRequest,
    TakenBackBody,
    repredicted_body,
)
from src.web.models.runs_schemas import (
    AcceptedRunBody,
    ModelVersionBody,
    ReasonRequest,
    TrainingRunBody,
    model_version_body,
    training_run_body,
)
from src.web.openapi.operations import Answer, Operations
from src.web.shared.services import container

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
    run = container().runs.request(
        trigger=Trigger.MANUAL, reason=body.reason or "Asked for over the API", at=datetime.now(UTC)
    )
    return {"id": run.id}


@api.operation(
    "GET",
    "/training-runs",
    summary="The 50 newest training runs, and the slots skipped between them, newest first",
    returns={200: list[TrainingRunBody]},
)
def list_training_runs() -> Answer:
    runs = container().runs.newest()
    given = container().unanswered.given(example_ids(run.changes for run in runs))
    return [training_run_body(run, given) for run in runs]


@api.operation(
    "GET", "/training-runs/{id}", summary="One training run with its verdict", returns={200: TrainingRunBody}
)
def training_run(id: str) -> Answer:
    run = container().runs.get(id)
    return training_run_body(run, container().unanswered.given(example_ids([run.changes])))


@api.operation(
    "GET",
    "/models",
    summary="The registered models, newest first, and which is champion",
    returns={200: list[ModelVersionBody]},
)
def list_models() -> Answer:
    models = container().models
    pointer, shadow = models.champion(), models.shadows.current()
    return [model_version_body(model, pointer, shadow) for model in models.versions()]


@api.operation(
    "GET",
    "/models/{version}/changes",
    summary="What would change if this version served",
    returns={200: ChangesBody},
    errors=(404, 409, 503),
)
def model_changes(version: str) -> Answer:
    """Asks this version and the champion about the transactions nobody has answered, the newest 20,000.

    It takes up to a few seconds, and changes nothing. 409 where the version cannot be loaded any more.
    """
    changes = container().changes.promoting(container().champion.current(), version, at=datetime.now(UTC))
    return changes_body(changes, container().unanswered.given(example_ids([changes])))


@api.operation(
    "POST",
    "/models/repredict",
    summary="Predict unanswered transactions anew with the champion",
    body=RepredictRequest,
    body_optional=True,
    returns={200: RepredictedBody},
)
def repredict(body: RepredictRequest) -> Answer:
    """Predicts up to 2,000 that an earlier model spoke of last, or whose merchant was answered since.

    Call again while some are left.

    Each gets one more prediction in its history. What a person answered is never touched.
    """
    return repredicted_body(container().repredicting.go_on(body.act or "", at=datetime.now(UTC)))


@api.operation(
    "POST",
    "/models/repredict/undo",
    summary="Take back what was predicted anew",
    body=TakeBackRequest,
    returns={200: TakenBackBody},
    errors=(404, 503),
)
def take_back_repredictions(body: TakeBackRequest) -> Answer:
    """Those answered since stay as they are."""
    return {"undone": container().repredicting.take_back(body.act)}
