"""The Models pages: the champion, training runs, versions, shadow test, deployment history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.models import ModelVersion
from src.domain.training_runs import TrainingRun, Trigger
from src.domain.verdicts import Scores, Verdict
from src.errors import Conflict, NotFound
from src.web.models.prediction_diff_schemas import example_ids
from src.web.models.repredict_schemas import RepredictRequest, TakeBackRequest
from src.web.models.text import REQUESTED_ON_PAGE
from src.web.shared import format, labels
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import count_in, flag

if TYPE_CHECKING:
    from src.config import Settings
    from src.pipeline.monitoring.prediction_diff import PredictionDiffs
    from src.pipeline.prediction.predict import Serving
    from src.pipeline.prediction.repredict import Reprediction
    from src.pipeline.prediction.shadow import ModelActions
    from src.services.mlflow.availability import TrackingState
    from src.services.models.hot_swap import HotSwap
    from src.services.models.repository import Models
    from src.services.runs.repository import TrainingRuns
    from src.services.transactions.unanswered import Unanswered

RUNS_SHOWN = 30
PROMOTIONS_SHOWN = 30
_MACRO_F1 = "Macro-F1 gives every category the same weight, however rare."
_NO_BASELINE = "no baseline to compare with: too few of your labels"


@bp.get("/models")
def models(
    *,
    models: Models,
    runs: TrainingRuns,
    model_actions: ModelActions,
    tracking_state: TrackingState,
    settings: Settings,
) -> ResponseReturnValue:
    return page("models/index.html", **_overview(models, runs, model_actions, tracking_state, settings))


@bp.post("/models/train")
def train(
    *,
    models: Models,
    runs: TrainingRuns,
    model_actions: ModelActions,
    tracking_state: TrackingState,
    settings: Settings,
) -> ResponseReturnValue:
    """Queue a run; the scheduler starts it within seconds."""
    try:
        runs.request(trigger=Trigger.MANUAL, reason=REQUESTED_ON_PAGE, at=datetime.now(UTC))
    except Conflict as error:
        overview = _overview(models, runs, model_actions, tracking_state, settings)
        return page("models/index.html", 409, **overview, message=str(error))
    return _back()


def _overview(
    models: Models,
    runs: TrainingRuns,
    model_actions: ModelActions,
    tracking_state: TrackingState,
    settings: Settings,
) -> dict[str, Any]:
    versions, newest_runs = models.versions(), runs.newest(RUNS_SHOWN)
    champion = _champion(versions)
    return {
        "champion": champion,
        "pointer": models.champion(),
        **_champion_metrics(champion, newest_runs, runs),
        "versions": versions,
        "decisions": runs.decisions([version.run_id for version in versions]),
        "runs": newest_runs,
        "current": runs.current(),
        "promotions": models.promotions(PROMOTIONS_SHOWN),
        "shadow_test": model_actions.shadow_test(),
        "every_hours": _hours(settings.retrain_every_hours),
        "mlflow_url": _mlflow_url(settings),
        "mlflow_away_since": tracking_state.away_since(),
    }


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


def _hours(hours: float) -> str:
    return "hour" if hours == 1 else f"{format.number(hours)} hours"


def _mlflow_url(settings: Settings) -> str | None:
    """The MLflow UI on this host; None if the launcher starts none."""
    if settings.mlflow_ui == "off":
        return None
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return f"http://{host}:{settings.mlflow_port}/"


def _champion_metrics(
    champion: ModelVersion | None, newest_runs: Sequence[TrainingRun], runs: TrainingRuns
) -> dict[str, Any]:
    """The champion's metrics from the newest run that compared it, else from the run that made it."""
    if champion is None:
        return {"measured": [], "measured_sentence": ""}
    for verdict in (run.decision for run in newest_runs if run.decision):
        scores = verdict.champion
        if scores and scores.version == champion.version:
            rows = labels.rows_judged(scores.rows, verdict.judged_on)
            text = f"Measured on {rows} in the newest run that compared it with another model. {_MACRO_F1}"
            return {"measured": _shown_metrics(_metrics_of(verdict, scores)), "measured_sentence": text}
    return {
        "measured": _shown_metrics(champion.metrics),
        "measured_sentence": f"{_own_rows(champion, runs)} {_MACRO_F1}",
    }


def _metrics_of(verdict: Verdict, scores: Scores) -> dict[str, float]:
    """With the baselines' on the same rows; finite ones only."""
    own = {name: getattr(scores, name) for name in ("accuracy", "macro_f1", "money_weighted_accuracy", "ece")}
    baselines = {
        f"{name}_{measure}": getattr(baseline, measure)
        for name, baseline in (("lookup", verdict.lookup), ("majority", verdict.majority))
        if baseline
        for measure in ("accuracy", "macro_f1")
    }
    return {name: value for name, value in (own | baselines).items() if isfinite(value)}


def _shown_metrics(metrics: Mapping[str, float]) -> list[dict[str, str]]:
    """Name, value and a note that gives a baseline or a unit."""
    shown = (
        ("accuracy", "Accuracy", _baselines(metrics, "accuracy") or _NO_BASELINE),
        ("macro_f1", "Macro-F1", _baselines(metrics, "macro_f1")),
        ("money_weighted_accuracy", "Accuracy by money", "each transaction weighted by its amount"),
        ("ece", "Calibration error", "mean gap between confidence and accuracy; lower is better"),
    )
    return [
        {"name": name, "value": format.percent(metrics[key], 1), "note": note}
        for key, name, note in shown
        if key in metrics
    ]


def _baselines(metrics: Mapping[str, float], measure: str) -> str:
    names = {f"lookup_{measure}": "merchant lookup", f"majority_{measure}": "most frequent category"}
    return ", ".join(
        f"{name}: {format.percent(metrics[key])}" for key, name in names.items() if key in metrics
    )


def _own_rows(champion: ModelVersion, runs: TrainingRuns) -> str:
    """The rows that `champion.metrics` were measured on."""
    rows = int(champion.metrics.get("rows", 0))
    if champion.measured_on and rows:
        counted = f" on {labels.rows_judged(rows, champion.measured_on)},"
    else:
        counted = f" on {_rows_of_earlier(champion, rows, runs)}," if rows else ""
    return f"Measured{counted} each judged by a model that had not seen it."


def _rows_of_earlier(champion: ModelVersion, rows: int, runs: TrainingRuns) -> str:
    """For versions from before `measured_on` was stored: without labels, only the lexicon could judge."""
    try:
        answers = runs.get(champion.run_id).data.get("feedback_rows")
    except NotFound:  # deleted by retention
        answers = None
    if answers:
        return f"{format.number(rows)} of your rows"
    return format.counted(rows, "row") + ("" if answers is None else " of the shipped lexicon")
