"""The words of the Models pages: runs, promotions, shadow tests, changed predictions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from src.domain.models import ModelVersion
from src.domain.promotions import ComparedMetrics, PredictionDiff, Promotion, PromotionEvent
from src.domain.training_runs import RunStatus, TrainingRun
from src.domain.verdicts import Scores, Verdict
from src.errors import NotFound
from src.pipeline.registry.shadow_test import ShadowOutcome, ShadowTest
from src.web.models.verdict_sentences import run_reason
from src.web.models.verdict_text import headline, outcome
from src.web.shared import format, labels
from src.web.shared.blueprint import bp

REQUESTED_OVER_API = "Requested over the API"
REQUESTED_ON_PAGE = "Requested on the page"

_EVENTS = {
    PromotionEvent.PROMOTED: ("Promoted", "good"),
    PromotionEvent.ROLLED_BACK: ("Rolled back", "accent"),
    PromotionEvent.REFUSED: ("Refused", "warn"),
    PromotionEvent.PINNED: ("Pinned", ""),
    PromotionEvent.UNPINNED: ("Unpinned", ""),
}
_BY = {
    "training": "by training",
    "person": "by you",
    "mlflow": "in MLflow",
    "shipped": "shipped with Ledgerloop",
}
_MACRO_F1 = "Macro-F1 gives every category the same weight, however rare."
_NO_BASELINE = "no baseline to compare with: too few of your labels"
_DATA_NAMES = {"rows": "Rows", "feedback_rows": "Labelled by you", "sha256": "Fingerprint of the data"}


@bp.app_template_filter()
def hours(number: float) -> str:
    """`hour`, `6 hours`."""
    return "hour" if number == 1 else f"{format.number(number)} hours"


# The champion's metrics


def champion_metrics(
    champion: ModelVersion | None, newest_runs: Sequence[TrainingRun], run_of: Callable[[str], TrainingRun]
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
    own_rows = _own_rows(champion, run_of)
    text = f"Measured{f' on {own_rows},' if own_rows else ''} each judged by a model that had not seen it."
    return {"measured": _shown_metrics(champion.metrics), "measured_sentence": f"{text} {_MACRO_F1}"}


def _metrics_of(verdict: Verdict, scores: Scores) -> dict[str, float]:
    """With the baselines' on the same rows; finite ones only."""
    own = {name: getattr(scores, name) for name in ("accuracy", "macro_f1", "money_weighted_accuracy", "ece")}
    baselines = {
        f"{name}_{measure}": getattr(baseline, measure)
        for name, baseline in (("lookup", verdict.lookup), ("majority", verdict.majority))
        if baseline
        for measure in ("accuracy", "macro_f1")
    }
    return {name: value for name, value in (own | baselines).items() if math.isfinite(value)}


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


def _own_rows(champion: ModelVersion, run_of: Callable[[str], TrainingRun]) -> str:
    """The rows that `champion.metrics` were measured on."""
    rows = int(champion.metrics.get("rows", 0))
    if not rows or champion.measured_on:
        return labels.rows_judged(rows, champion.measured_on) if rows else ""
    # Versions from before `measured_on` was stored: without labels, only the lexicon could judge.
    try:
        answers = run_of(champion.run_id).data.get("feedback_rows")
    except NotFound:  # deleted by retention
        return format.counted(rows, "row")
    if answers:
        return f"{format.number(rows)} of your rows"
    return format.counted(rows, "row") + ("" if answers is None else " of the shipped lexicon")


# Runs


@bp.app_template_filter()
def run_groups(runs: Sequence[TrainingRun]) -> list[list[TrainingRun]]:
    """The rows of the list: neighbouring skipped slots become one row. runs: newest first."""
    groups: list[list[TrainingRun]] = []
    for skipped, neighbours in groupby(runs, lambda run: run.status is RunStatus.SKIPPED):
        members = list(neighbours)
        groups += [members] if skipped else [[run] for run in members]
    return groups


@bp.app_template_filter()
def verdict(run: TrainingRun) -> tuple[str, str]:
    """The result of a run in a few words, and their tone."""
    if run.decision:
        return outcome(run.decision)
    tones = {RunStatus.FAILED: "bad", RunStatus.RUNNING: "accent", RunStatus.QUEUED: "accent"}
    return labels.RUN_STATUSES[run.status], tones.get(run.status, "")


bp.add_app_template_filter(run_reason)


@bp.app_template_filter()
def reason(run: TrainingRun) -> str:
    if run.decision:
        return headline(run.decision.reason)
    return run.error or (labels.stage(run.stage) if run.finished_at is None else run_reason(run))


@bp.app_template_filter()
def took(run: TrainingRun) -> str:
    if not (run.started_at and run.finished_at):
        return "–"
    return format.lasted((run.finished_at - run.started_at).total_seconds())


@bp.app_template_filter()
def measured_on(run: TrainingRun) -> str:
    """`on 91 of your held-out transactions`; "" if that is not known."""
    rows = run.metrics.get("rows")
    return f"on {labels.rows_judged(int(rows), run.measured_on)}" if rows and run.measured_on else ""


@bp.app_template_filter()
def measure(value: float) -> str:
    """A count as it is, any other number to four places."""
    return format.number(round(value, 4))


@bp.app_template_filter()
def facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A run's data as labels and values, the known ones first."""
    order = list(_DATA_NAMES)
    items = sorted(data.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))
    return [(_DATA_NAMES.get(name, name.replace("_", " ")), _fact(value)) for name, value in items]


def _fact(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return format.number(value)
    return f"{value[:16]}…" if isinstance(value, str) and len(value) > 40 else str(value)


# Promotions


@bp.app_template_filter()
def change(promotion: Promotion) -> tuple[str, str]:
    """The event in a word or two, and its tone."""
    return _EVENTS[promotion.change]


@bp.app_template_filter()
def promoted_by(by: str) -> str:
    return _BY.get(by, f"by {by}")


@bp.app_template_filter()
def figures(promotion: Promotion) -> str:
    """The metrics of both models on the same rows, in a sentence; "" if they were not measured."""
    metrics = promotion.figures
    if metrics is None or not metrics.judged:  # earlier releases measured each model on other rows
        return ""
    parts = [
        _against("accuracy", metrics.accuracy, metrics.previous_accuracy),
        _against("macro-F1", metrics.macro_f1, metrics.previous_macro_f1),
    ]
    text = ", ".join(part for part in parts if part)
    return f"{text[0].upper()}{text[1:]}{_rows_and_interval(metrics)}." if text else ""


@bp.app_template_filter()
def rows_judged(metrics: ComparedMetrics) -> str:
    return labels.rows_judged(metrics.rows or 0, metrics.judged_on)


def _against(name: str, new: float | None, old: float | None) -> str:
    if new is None or not math.isfinite(new):
        return ""
    against = f" against {format.percent(old, 1)}" if old is not None and math.isfinite(old) else ""
    return f"{name} {format.percent(new, 1)}{against}"


def _rows_and_interval(metrics: ComparedMetrics) -> str:
    rows = f" on {rows_judged(metrics)}" if metrics.rows else ""
    if not metrics.macro_f1_ci95 or not all(map(math.isfinite, metrics.macro_f1_ci95)):
        return rows
    low, high = map(format.points, metrics.macro_f1_ci95)
    return f"{rows}; the change in macro-F1 lies between {low} and {high} points (95\N{NO-BREAK SPACE}%)"


@bp.app_template_filter()
def shadow_sentence(test: ShadowTest) -> str:
    counts, differing = test.counts, test.differing
    if test.outcome is ShadowOutcome.TOO_FEW:
        return f"Too few answers to tell (n = {counts.answers}; they differ on {differing})."
    details = (
        f"Of the {differing} answers that only one of them predicted, model {test.shadow.version} predicted "
        f"{counts.shadow_only} ({format.p_value(test.p)})."
    )
    if test.outcome is ShadowOutcome.NO_DIFFERENCE:
        return f"No significant difference (n = {counts.answers}). {details}"
    return f"Model {test.shadow.version} is {test.outcome.value}. {details}"


# Changed predictions


@bp.app_template_filter()
def what_would_change(diff: PredictionDiff) -> str:
    if not diff.changed:
        return f"Nothing would change: both models predict the same for {_compared(diff)}."
    return f"Of {_compared(diff)} {_share(diff)} would change category."


@bp.app_template_filter()
def what_changed(diff: PredictionDiff) -> str:
    """The same after the promotion; some of the transactions may be answered by now."""
    if not diff.changed:
        return f"Nothing changed: both models predicted the same for {_compared(diff)} at that time."
    moved = f"model {diff.after} puts {_share(diff)} in another category than model {diff.before} did"
    return f"Of {_compared(diff)} at that time {moved}."


def _compared(diff: PredictionDiff) -> str:
    unanswered = format.counted(diff.unanswered, "unanswered transaction")
    if diff.rows < diff.unanswered:
        return f"the newest {format.number(diff.rows)} of your {unanswered}"
    return f"your {unanswered}"


def _share(diff: PredictionDiff) -> str:
    """`31 (2.5 %, $412.50)`."""
    money = [format.money(amount, currency) for currency, amount in diff.money.items()]
    share = format.percent(diff.changed / diff.rows, 1)
    return f"{format.number(diff.changed)} ({', '.join([share, *money])})"


@bp.app_template_filter()
def band_changes(diff: PredictionDiff) -> list[str]:
    """`14 from “Sorted” to “Please check”`."""
    return [
        f"{format.number(rows)} from “{labels.BANDS[before]}” to “{labels.BANDS[after]}”"
        for before, after, rows in diff.bands
    ]
