"""The model that serves, the runs that made it, their verdicts, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.models import ModelVersion
from src.domain.promotions import ComparedMetrics
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.verdicts import Scores, Verdict
from src.errors import Conflict, NotFound
from src.web.shared import format
from src.web.shared import labels as words
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import flag
from src.web.shared.services import container

RUNS_SHOWN = 30
LINES_SHOWN = 30
_MACRO_F1 = "Macro-F1 lets every category weigh alike, however rare."
_DATA_NAMES = {"rows": "Rows", "feedback_rows": "Labelled by you", "sha256": "Fingerprint of the data"}


@bp.get("/models")
def models() -> ResponseReturnValue:
    return _page()


def _page(said: str = "", status: int = 200) -> ResponseReturnValue:
    service = container().models
    versions = service.versions()
    champion = next((each for each in versions if each.champion), None)
    runs = container().runs.newest(RUNS_SHOWN)
    return page(
        "models/index.html",
        status,
        said=said,
        champion=champion,
        pointer=service.champion(),
        **_champion_figures(champion, runs),
        versions=versions,
        decisions=container().runs.decisions([each.run_id for each in versions]),
        runs=runs,
        current=container().runs.current(),
        promotions=service.promotions(LINES_SHOWN),
        standing=container().by_hand.standing(),
        every_hours=_every(container().settings.retrain_every_hours),
        mlflow_url=_mlflow_url(),
        mlflow_away_since=container().tracking_state.away_since(),
    )


@bp.post("/models/train")
def train() -> ResponseReturnValue:
    """Queue a run; the clock takes it up within seconds."""
    try:
        container().runs.request(trigger=Trigger.MANUAL, reason="Asked for on the page", at=datetime.now(UTC))
    except Conflict as error:
        return _page(str(error), 409)
    return redirect(url_for("pages.models"), 303)


@bp.get("/models/runs/<run_id>")
def run(run_id: str) -> ResponseReturnValue:
    """Everything of one run."""
    found = container().runs.get(run_id)
    mlflow = _mlflow_url()
    address = f"{mlflow}#/runs/{found.mlflow_run_id}" if mlflow and found.mlflow_run_id else None
    return page("models/run.html", run=found, run_url=address)


@bp.route("/models/<version>/promote", methods=["GET", "POST"])
def promote(version: str) -> ResponseReturnValue:
    """Asked first, then done."""
    service = container().models
    target = service.get(version)
    if request.method == "POST":
        reason = request.form.get("reason", "").strip()[:200] or "Chosen on the page"
        pin = flag(request.form, "pin")
        container().by_hand.promote(version, reason=reason, at=datetime.now(UTC), pin=pin)
        return redirect(url_for("pages.models"), 303)
    champion = next((each for each in service.versions() if each.champion), None)
    return page(
        "models/promote.html",
        version=target,
        champion=champion,
        pointer=service.champion(),
        decision=container().runs.decisions([target.run_id]).get(target.run_id),
        paired=service.paired(version, champion.version) if champion else None,
    )


def _every(hours: float) -> str:
    return "hour" if hours == 1 else f"{format.number(hours)} hours"


def _mlflow_url() -> str | None:
    """The MLflow pages beside this one; none where the launcher starts none."""
    settings = container().settings
    if settings.mlflow_ui == "off":
        return None
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return f"http://{host}:{settings.mlflow_port}/"


_NO_BASELINE = "no simple rule to compare with: too few labels of yours"


def _champion_figures(champion: ModelVersion | None, runs: Sequence[TrainingRun]) -> dict[str, Any]:
    """How the champion did when it was last judged; before that, in the run that made it."""
    if champion is None:
        return {"measured": [], "measured_sentence": ""}
    for verdict in (run.decision for run in runs if run.decision):
        scores = verdict.champion
        if scores and scores.version == champion.version:
            metrics, rows = _figures_of(verdict, scores), words.rows_judged(scores.rows, verdict.judged_on)
            sentence = f"Measured on {rows} in the newest run that compared it with another model."
            return {"measured": _measured(metrics), "measured_sentence": f"{sentence} {_MACRO_F1}"}
    return {"measured": _measured(champion.metrics), "measured_sentence": _measured_sentence(champion)}


def _figures_of(verdict: Verdict, scores: Scores) -> dict[str, float]:
    """With those of the simple answers on the same rows."""
    simple = (("lookup", verdict.lookup), ("majority", verdict.majority))
    own = {name: getattr(scores, name) for name in ("accuracy", "macro_f1", "money_weighted_accuracy", "ece")}
    beside = {
        f"{name}_{measure}": getattr(each, measure)
        for name, each in simple
        if each
        for measure in ("accuracy", "macro_f1")
    }
    return {name: value for name, value in (own | beside).items() if isfinite(value)}


def _measured(metrics: Mapping[str, float]) -> list[dict[str, str]]:
    """The figures a person can use, each with what it is to be compared with."""
    found = []
    for key, name, note in (
        ("accuracy", "Right categories", _beside(metrics, "accuracy") or _NO_BASELINE),
        ("macro_f1", "Macro-F1", _beside(metrics, "macro_f1")),
        ("money_weighted_accuracy", "Right, by money", "of each amount's worth"),
        ("ece", "Confidence is off by", "on average; lower is better"),
    ):
        if key in metrics:
            found.append({"name": name, "value": format.percent(metrics[key], 1), "note": note})
    return found


def _beside(metrics: Mapping[str, float], measure: str) -> str:
    """The simple answers any model must beat."""
    names = (("lookup", "a merchant lookup gets"), ("majority", "always the commonest"))
    parts = [
        f"{said} {format.percent(metrics[f'{key}_{measure}'])}"
        for key, said in names
        if f"{key}_{measure}" in metrics
    ]
    return ", ".join(parts)


def _measured_sentence(champion: ModelVersion) -> str:
    rows = champion.metrics.get("rows")
    if champion.measured_on and rows:
        counted = f" on {words.rows_judged(int(rows), champion.measured_on)},"
    else:
        counted = f" on {format.counted(int(rows), 'row')}{_of_whom(champion)}," if rows else ""
    return f"Measured{counted} each judged by a model that had not seen it. {_MACRO_F1}"


def _of_whom(champion: ModelVersion) -> str:
    """A model without labels could only be judged by what is shipped."""
    try:
        labels = container().runs.get(champion.run_id).data.get("feedback_rows")
    except NotFound:  # cleared away
        return ""
    return "" if labels is None else " of the shipped lexicon" if not labels else " of yours"


@bp.app_template_filter()
def verdict(run: TrainingRun) -> tuple[str, str]:
    """What came of a run, in a few words, and their tone."""
    if run.decision:
        return outcome(run.decision)
    tone = {RunStatus.FAILED: "bad", RunStatus.RUNNING: "accent", RunStatus.QUEUED: "accent"}.get(
        run.status, ""
    )
    return words.RUN_STATUSES[run.status], tone


@bp.app_template_filter()
def outcome(verdict: Verdict) -> tuple[str, str]:
    """What a verdict came to, in a few words, and their tone."""
    return words.OUTCOMES[verdict.outcome], "good" if verdict.promoted else "warn"


@bp.app_template_filter()
def paired_accuracy(verdict: Verdict) -> str:
    """`96.7 % against 97.8 % of model 1, on the same 91 rows`; "" where two models were not compared."""
    mine, other = verdict.challenger, verdict.champion
    if mine is None or other is None:
        return ""
    return (
        f"{format.percent(mine.accuracy, 1)} against {format.percent(other.accuracy, 1)} of model "
        f"{other.version}, on the same {words.rows_judged(mine.rows, verdict.judged_on)}"
    )


@bp.app_template_filter()
def rows_judged(figures: ComparedMetrics) -> str:
    return words.rows_judged(figures.rows or 0, figures.judged_on)


@bp.app_template_filter()
def measured_on(run: TrainingRun) -> str:
    """`on 91 held-out transactions of yours`; "" where that is not known."""
    rows = run.metrics.get("rows")
    return f"on {words.rows_judged(int(rows), run.measured_on)}" if rows and run.measured_on else ""


@bp.app_template_filter()
def reason(run: TrainingRun) -> str:
    if run.decision:
        return run.decision.reason
    return run.error or (words.stage(run.stage) if run.finished_at is None else run.reason)


@bp.app_template_filter()
def took(run: TrainingRun) -> str:
    if not (run.started_at and run.finished_at):
        return "–"
    return format.lasted((run.finished_at - run.started_at).total_seconds())


@bp.app_template_filter()
def measure(value: float) -> str:
    """A measured number: a count as it is, anything else to four places."""
    return format.number(round(value, 4))


@bp.app_template_filter()
def facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A run's data as names and values, the known ones first and in words."""
    ordered = sorted(
        data.items(), key=lambda item: list(_DATA_NAMES).index(item[0]) if item[0] in _DATA_NAMES else 99
    )
    return [(_DATA_NAMES.get(name, name.replace("_", " ")), _told(value)) for name, value in ordered]


def _told(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return format.number(value)
    return f"{value[:16]}…" if isinstance(value, str) and len(value) > 40 else str(value)
