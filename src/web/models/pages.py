"""The Models pages: the champion, training runs, versions, shadow test, deployment history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.models import ModelVersion
from src.domain.training_runs import Trigger
from src.errors import Conflict
from src.web.models.prediction_diff_schemas import example_ids
from src.web.models.runs_schemas import RepredictRequest, TakeBackRequest
from src.web.models.text import REQUESTED_ON_PAGE, champion_metrics
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import count_in, flag

if TYPE_CHECKING:
    from src.components.model.serving import Serving
    from src.config import Settings
    from src.pipeline.monitoring.prediction_diff import PredictionDiffs
    from src.pipeline.prediction.repredict import Reprediction
    from src.pipeline.registry.model_actions import ModelActions
    from src.services.mlflow.availability import TrackingState
    from src.services.models.hot_swap import HotSwap
    from src.services.models.repository import Models
    from src.services.runs.repository import TrainingRuns
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.unanswered import Unanswered

RUNS_SHOWN = 30
PROMOTIONS_SHOWN = 30


@bp.get("/models")
@bp.post("/models/train", endpoint="train")
def models(
    *,
    models: Models,
    runs: TrainingRuns,
    model_actions: ModelActions,
    tracking_state: TrackingState,
    settings: Settings,
    preferences: PreferenceStore,
) -> ResponseReturnValue:
    """POST queues a run, which the scheduler starts within seconds; the page says so if it cannot."""
    message = ""
    if request.method == "POST":
        try:
            runs.request(trigger=Trigger.MANUAL, reason=REQUESTED_ON_PAGE, at=datetime.now(UTC))
            return _back()
        except Conflict as error:
            message = str(error)
    versions, newest_runs = models.versions(), runs.newest(RUNS_SHOWN)
    champion = _champion(versions)
    return page(
        "models/index.html",
        409 if message else 200,
        champion=champion,
        pointer=models.champion(),
        **champion_metrics(champion, newest_runs, runs.get),
        versions=versions,
        decisions=runs.decisions([version.run_id for version in versions]),
        runs=newest_runs,
        current=runs.current(),
        promotions=models.promotions(PROMOTIONS_SHOWN),
        shadow_test=model_actions.shadow_test(),
        every_hours=preferences.current().retrain_every_hours,
        mlflow_url=_mlflow_url(settings),
        mlflow_away_since=tracking_state.away_since(),
        message=message,
    )


@bp.get("/models/runs/<run_id>")
def run(
    run_id: str, *, runs: TrainingRuns, settings: Settings, unanswered: Unanswered
) -> ResponseReturnValue:
    run, mlflow = runs.get(run_id), _mlflow_url(settings)
    run_url = f"{mlflow}#/runs/{run.mlflow_run_id}" if mlflow and run.mlflow_run_id else None
    examples = unanswered.by_id(example_ids([run.changes]))
    return page("models/run.html", run=run, run_url=run_url, examples=examples)


@bp.route("/models/<version>/promote", methods=["GET", "POST"])
def promote(
    version: str, *, models: Models, runs: TrainingRuns, model_actions: ModelActions
) -> ResponseReturnValue:
    """GET asks for confirmation, POST promotes."""
    target = models.get(version)
    if request.method == "POST":
        reason = request.form.get("reason", "").strip()[:200] or REQUESTED_ON_PAGE
        model_actions.promote(version, reason=reason, at=datetime.now(UTC), pin=flag(request.form, "pin"))
        return _back()
    champion = _champion(models.versions())
    return page(
        "models/promote.html",
        version=target,
        champion=champion,
        pointer=models.champion(),
        decision=runs.decisions([target.run_id]).get(target.run_id),
        paired=models.paired(version, champion.version) if champion else None,
    )


@bp.get("/models/<version>/changes")
def changes(
    version: str,
    *,
    models: Models,
    prediction_diffs: PredictionDiffs,
    champion: HotSwap[Serving],
    unanswered: Unanswered,
) -> ResponseReturnValue:
    """What would change with this version. A script shows a part of it on the page of `promote`."""
    context = {"version": models.get(version), "champion": _champion(models.versions())}
    try:
        diff = prediction_diffs.promoting(champion.current(), version, at=datetime.now(UTC))
    except Conflict as error:
        return page("models/changes.html", 409, **context, trouble=str(error))
    examples = unanswered.by_id(example_ids([diff]))
    return page("models/changes.html", **context, changes=diff, examples=examples)


@bp.post("/models/pin")
def pin(*, models: Models) -> ResponseReturnValue:
    """Pin the champion that the page showed; 409 if another version is active by now."""
    models.pin(request.form.get("version"), by="person", reason=REQUESTED_ON_PAGE, at=datetime.now(UTC))
    return _back()


@bp.post("/models/let-go")
def unpin(*, models: Models) -> ResponseReturnValue:
    models.unpin(by="person", reason=REQUESTED_ON_PAGE, at=datetime.now(UTC))
    return _back()


@bp.post("/models/<version>/shadow")
def start_shadow(version: str, *, model_actions: ModelActions) -> ResponseReturnValue:
    model_actions.shadow(version, at=datetime.now(UTC))
    return _back("shadow-title")


@bp.post("/models/shadow/end")
def end_shadow(*, models: Models) -> ResponseReturnValue:
    models.shadows.end()
    return _back("shadow-title")


@bp.get("/models/repredict")
def repredict(*, reprediction: Reprediction) -> ResponseReturnValue:
    """Shows the progress; reloading it predicts nothing."""
    progress = reprediction.progress(_act(request.args.get("act")))
    return page("models/repredict.html", progress=progress, undone=count_in(request.args, "undone"))


@bp.post("/models/repredict")
def go_on(*, reprediction: Reprediction) -> ResponseReturnValue:
    """Predict the next batch."""
    progress = reprediction.advance(_act(request.form.get("act")), at=datetime.now(UTC))
    return redirect(url_for("pages.repredict", act=progress.act), 303)


@bp.post("/models/repredict/undo")
def undo_repredict(*, reprediction: Reprediction) -> ResponseReturnValue:
    body = TakeBackRequest.model_validate({"act": request.form.get("act")})
    return redirect(url_for("pages.repredict", undone=reprediction.undo(body.act)), 303)


def _act(act: str | None) -> str:
    return RepredictRequest.model_validate({"act": act or None}).act or ""


def _back(anchor: str = "") -> ResponseReturnValue:
    return redirect(url_for("pages.models", _anchor=anchor or None), 303)


def _champion(versions: Sequence[ModelVersion]) -> ModelVersion | None:
    return next((version for version in versions if version.champion), None)


def _mlflow_url(settings: Settings) -> str | None:
    """The MLflow UI on this host; None if the launcher starts none."""
    if settings.mlflow_ui == "off":
        return None
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return f"http://{host}:{settings.mlflow_port}/"
