"""What a training run logs to MLflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from src.components.dataset.schema import MODEL_FIELDS
from src.domain.training_runs import TrainingRun
from src.domain.verdicts import Automation, JudgedOn, Scores, SliceScores, Verdict
from src.pipeline.training.evaluate import EvaluatedRows
from src.pipeline.training.stages import PreparedData, TrainedModel

if TYPE_CHECKING:
    from src.services.mlflow.run_writer import RunWriter
    from src.services.models.load_and_predict_check import CheckReport


@dataclass(frozen=True)
class RunTexts:
    """Write the sentences that MLflow shows; they are in `web/models/verdict_sentences.py`."""

    reason: Callable[[TrainingRun], str]
    """Why the run was started."""
    verdict: Callable[[Verdict], str]
    version: Callable[[Scores, JudgedOn, str], str]
    """Describes a model version; takes the name of the chosen candidate last."""


_MEASURES = ("accuracy", "macro_f1", "log_loss", "ece", "money_weighted_accuracy")


def log_data(logger: RunWriter, data: PreparedData) -> None:
    logger.params(
        {
            "data.rows": len(data.rows),
            "data.labels": len(data.yours),
            "data.training_rows": len(data.training),
            "data.judging_rows": len(data.judging),
            **({"data.lexicon_share": data.lexicon_share} if data.lexicon_share < 1 else {}),
            **{f"data.set_aside/{reason}": rows for reason, rows in data.set_aside.items()},
        }
    )
    logger.data(data.training[[*MODEL_FIELDS, "category"]], data.snapshot.csv, data.snapshot.sha256)


def log_model(logger: RunWriter, trained: TrainedModel) -> None:
    """The candidates as nested runs, and the metrics and plots of the chosen one.

    The name of a metric begins with the rows it was measured on (domain.verdicts.JudgedOn), because runs
    differ in these and MLflow compares metrics by name.
    """
    out_of_fold = trained.cross_validated_on
    for candidate in trained.result.candidates:
        scores = {f"{out_of_fold}/{name}": value for name, value in candidate.scores.items()}
        logger.candidate(candidate.name, {"family": candidate.family, **candidate.params}, scores)
    logger.document(trained.result.skipped, "candidates_left_out.json")
    best = trained.result.best
    logger.params(
        {"best": best.name, "best.family": best.family, "best.calibration": trained.result.calibration.name}
    )
    logger.params({"best.usual_weight": trained.result.usual_weight})
    logger.params({f"best.{name}": value for name, value in best.params.items()})
    logger.tags({"measured_on": trained.measured_on.value})
    for evaluated, rows in ((trained.held_out, JudgedOn.HOLDOUT), (trained.out_of_fold, out_of_fold)):
        logger.metrics(evaluated.metrics(f"{rows}/") | _by_category(evaluated, rows))
        _plot(logger, evaluated, rows.value)


def _by_category(evaluated: EvaluatedRows, rows: JudgedOn) -> dict[str, float]:
    return {
        f"{rows}/{measure}/{category.category}": value
        for category in evaluated.report.categories
        for measure, value in (
            ("f1", category.f1),
            ("recall", category.recall),
            ("rows", float(category.support)),
        )
    }


def log_verdict(
    logger: RunWriter, verdict: Verdict, description: str, version: str, report: CheckReport
) -> None:
    logger.tags(
        {
            "verdict": verdict.outcome.value,
            "promoted": str(verdict.promoted).lower(),
            **({"judged_on": verdict.judged_on.value} if verdict.judged_on else {}),
            "model.version": version,
        }
    )
    logger.metrics(
        {
            "check.load_s": report.load_s,
            "check.per_row_ms": report.per_row_ms,
            "check.megabytes": report.megabytes,
        }
    )
    logger.metrics(_figures(verdict))
    logger.document(_json(asdict(verdict)), "verdict.json")
    logger.table([_slice_row(part) for part in verdict.slices], "slices.json")
    logger.conclude(f"v{version} {short_outcome(verdict)}", description)


def _figures(verdict: Verdict) -> dict[str, float]:
    """Metrics of both models on the judging rows, as `holdout/challenger/accuracy`, and their differences."""
    figures: dict[str, float] = {}
    sides = ("challenger", "champion", "earlier", "majority", "lookup")
    for name, scores in ((side, getattr(verdict, side)) for side in sides):
        if scores:
            figures |= {f"{name}/{measure}": getattr(scores, measure) for measure in ("rows", *_MEASURES)}
    for measure in ("accuracy", "macro_f1", "log_loss", "money_weighted_accuracy"):
        if difference := getattr(verdict, measure):
            low, high = difference.ci95
            values = {"": difference.value, "_low": low, "_high": high}
            figures |= {f"difference/{measure}{end}": value for end, value in values.items()}
    if pairs := verdict.discordance:
        figures |= {f"mcnemar/{name}": value for name, value in asdict(pairs).items()}
    counts = {"judging/merchants": verdict.merchants, "judging/rows_needed": verdict.rows_needed}
    figures |= {name: float(count) for name, count in counts.items() if count is not None}
    rows = f"{verdict.judged_on}/" if verdict.judged_on else ""
    return {f"{rows}{name}": value for name, value in figures.items()} | _automation(verdict.automation)


def _automation(automation: Automation | None) -> dict[str, float]:
    if automation is None:
        return {}
    low, high = automation.difference.ci95
    figures = {
        "rows": float(automation.rows),
        "champion_automatic": automation.champion,
        "challenger_automatic": automation.challenger,
        "difference": automation.difference.value,
        "difference_low": low,
        "difference_high": high,
        "p": automation.p,
    }
    return {f"unanswered/{name}": value for name, value in figures.items()}


def _slice_row(part: SliceScores) -> dict[str, object]:
    champion = None if part.champion is None else round(part.champion, 4)
    return {
        "kind": part.kind,
        "slice": part.name,
        "rows": part.rows,
        "champion": champion,
        "challenger": round(part.challenger, 4),
    }


def _json(value: Any) -> Any:
    """With null for nan, which JSON does not have."""
    if isinstance(value, Mapping):
        return {name: _json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def short_outcome(verdict: Verdict) -> str:
    """`promoted: better`."""
    return f"{'promoted' if verdict.promoted else 'refused'}: {verdict.outcome.value.replace('-', ' ')}"


def settings_of(steps: Any) -> dict[str, object]:
    """Every setting of every component, as `component.setting` or `component.part.setting`, in JSON types."""
    settings: dict[str, object] = {}
    for part in fields(steps):
        value = getattr(steps, part.name)
        if is_dataclass(value) and not isinstance(value, type):
            settings |= {f"{part.name}.{name}": inner for name, inner in settings_of(value).items()}
        elif not callable(value):
            settings[part.name] = _plain(value)
    return settings


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    is_finite = isinstance(value, float) and isfinite(value)  # JSON has no infinity
    return value if isinstance(value, str | int | bool | None) or is_finite else str(value)


def _plot(logger: RunWriter, evaluated: EvaluatedRows, name: str) -> None:
    report = evaluated.report
    if evaluated.scores.rows:
        logger.confusion(report.labels, report.confusion, of=name)
        bins = [(part.confidence, part.accuracy, part.rows) for part in report.reliability]
        logger.reliability(bins, of=name)
