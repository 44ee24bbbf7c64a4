"""Training runs, model versions and re-prediction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.domain.training_runs import Trigger
from src.web.models.prediction_diff_schemas import ChangesBody, changes_body, example_ids
from src.web.models.runs_schemas import (
    AcceptedRunBody,
    ModelVersionBody,
    ReasonRequest,
    RepredictedBody,
    RepredictRequest,
    TakeBackRequest,
    TakenBackBody,
    TrainingRunBody,
    model_version_body,
    repredicted_body,
    training_run_body,
)
from src.web.models.text import REQUESTED_OVER_API
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.components.model.serving import Serving
    from src.pipeline.monitoring.prediction_diff import PredictionDiffs
    from src.pipeline.prediction.repredict import Reprediction
    from src.services.models.hot_swap import HotSwap
    from src.services.models.repository import Models
    from src.services.runs.repository import TrainingRuns
    from src.services.transactions.unanswered import Unanswered

api = Operations("training", __name__, url_prefix="/api/v1")


@api.operation(
    "POST",
    "/training-runs",
    summary="Start a training run",
    body=ReasonRequest,
    body_optional=True,
    returns={202: AcceptedRunBody},
    errors=(409, 503),
)
def request_training_run(body: ReasonRequest, *, runs: TrainingRuns) -> ResponseValue:
    """Queues a run, which the scheduler starts within seconds; 409 while one is queued or running."""
    run = runs.request(trigger=Trigger.MANUAL, reason=body.reason or REQUESTED_OVER_API, at=datetime.now(UTC))
    return {"id": run.id}


@api.operation(
    "GET",
    "/training-runs",
    summary="List the 50 newest training runs, and the slots skipped between them, newest first",
    returns={200: list[TrainingRunBody]},
)
def list_training_runs(*, runs: TrainingRuns, unanswered: Unanswered) -> ResponseValue:
    newest = runs.newest()
    examples = unanswered.by_id(example_ids(run.changes for run in newest))
    return [training_run_body(run, examples) for run in newest]


@api.operation(
    "GET",
    "/training-runs/{id}",
    summary="Get one training run with its verdict",
    returns={200: TrainingRunBody},
)
def training_run(id: str, *, runs: TrainingRuns, unanswered: Unanswered) -> ResponseValue:
    run = runs.get(id)
    return training_run_body(run, unanswered.by_id(example_ids([run.changes])))


@api.operation(
    "GET",
    "/models",
    summary="List the registered models, newest first, and which is champion",
    returns={200: list[ModelVersionBody]},
)
def list_models(*, models: Models) -> ResponseValue:
    pointer, shadow = models.champion(), models.shadows.current()
    return [model_version_body(model, pointer, shadow) for model in models.versions()]


@api.operation(
    "GET",
    "/models/{version}/changes",
    summary="Compare the predictions of a version with the champion's",
    returns={200: ChangesBody},
    errors=(404, 409, 503),
)
def model_changes(
    version: str, *, prediction_diffs: PredictionDiffs, champion: HotSwap[Serving], unanswered: Unanswered
) -> ResponseValue:
    """Compares both for the newest 20,000 unanswered transactions.

    Takes a few seconds and stores nothing. 409 if the version cannot be loaded.
    """
    diff = prediction_diffs.promoting(champion.current(), version, at=datetime.now(UTC))
    return changes_body(diff, unanswered.by_id(example_ids([diff])))


@api.operation(
    "POST",
    "/models/repredict",
    summary="Predict unanswered transactions again with the champion",
    body=RepredictRequest,
    body_optional=True,
    returns={200: RepredictedBody},
)
def repredict(body: RepredictRequest, *, reprediction: Reprediction) -> ResponseValue:
    """Predicts up to 2,000 of those that another model predicted, or whose merchant was answered since.

    Call again while `left` is not 0. Each prediction is added to the transaction's history. Answered
    transactions do not change.
    """
    return repredicted_body(reprediction.advance(body.act or "", at=datetime.now(UTC)))


@api.operation(
    "POST",
    "/models/repredict/undo",
    summary="Undo a re-prediction",
    body=TakeBackRequest,
    returns={200: TakenBackBody},
    errors=(404, 503),
)
def take_back_repredictions(body: TakeBackRequest, *, reprediction: Reprediction) -> ResponseValue:
    """Transactions answered since then do not change."""
    return {"undone": reprediction.undo(body.act)}
