"""What of a training run is written down in the record, beside what the services note themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from math import isfinite
from typing import Any

from src.components.dataset.schema import MODEL_FIELDS
from src.domain.verdicts import Automation, JudgedOn, SliceScores, Verdict
from src.pipeline.training.evaluate import Answered
from src.pipeline.training.ports import Checked, RunRecord
from src.pipeline.training.stages import Prepared, Trained

_MEASURES = ("accuracy", "macro_f1", "log_loss", "ece", "money_weighted_accuracy")


def write_data(written: RunRecord, data: Prepared) -> None:
    written.params(
        {
            "data.rows": len(data.rows),
            "data.labels": len(data.yours),
            "data.training_rows": len(data.training),
            "data.judging_rows": len(data.judging),
            **{f"data.set_aside/{reason}": rows for reason, rows in data.set_aside.items()},
        }
    )
    written.data(data.training[[*MODEL_FIELDS, "category"]], data.snapshot.csv, data.snapshot.sha256)


def write_model(written: RunRecord, trained: Trained) -> None:
    """The candidates as nested runs, the figures of the chosen one, and its pictures.

    Each metric begins with the rows it was measured on (domain.verdicts.JudgedOn): runs differ in these, and
    MLflow sets metrics of one name side by side.
    """
    unseen = trained.cross_validated_on
    for one in trained.result.candidates:
        scores = {f"{unseen}/{name}": value for name, value in one.scores.items()}
        written.candidate(one.name, {"family": one.family, **one.params}, scores)
    left_out = {one.name: one.why for one in trained.result.skipped}
    written.document(left_out, "candidates_left_out.json")
    best = trained.result.best
    written.params({"best": best.name, "best.family": best.family, "best.calibration": best.calibration.name})
    written.params({"best.usual_weight": trained.result.usual_weight})
    written.params({f"best.{name}": value for name, value in best.params.items()})
    written.tags({"measured_on": trained.measured_on.value})
    for answered, rows in ((trained.held_out, JudgedOn.HOLDOUT), (trained.out_of_fold, unseen)):
        written.metrics(answered.metrics(f"{rows}/") | _by_category(answered, rows))
        _draw(written, answered, rows.value)


def _by_category(answered: Answered, rows: JudgedOn) -> dict[str, float]:
    return {
        f"{rows}/{measure}/{category.category}": value
        for category in answered.report.categories
        for measure, value in (
            ("f1", category.f1),
            ("recall", category.recall),
            ("rows", float(category.support)),
        )
    }


def write_verdict(written: RunRecord, verdict: Verdict, version: str, checked: Checked) -> None:
    written.tags(
        {
            "verdict": verdict.outcome.value,
            "promoted": str(verdict.promoted).lower(),
            **({"judged_on": verdict.judged_on.value} if verdict.judged_on else {}),
            "model.version": version,
        }
    )
    written.metrics(
        {
            "check.load_s": checked.load_s,
            "check.per_row_ms": checked.per_row_ms,
            "check.megabytes": checked.megabytes,
        }
    )
    written.metrics(_figures(verdict))
    written.document(_json(asdict(verdict)), "verdict.json")
    written.table([_slice(one) for one in verdict.slices], "slices.json")
    written.conclude(f"v{version} {in_short(verdict)}", "\n\n".join((verdict.reason, *verdict.notes)))


def _figures(verdict: Verdict) -> dict[str, float]:
    """Both models on the judging rows, as `holdout/challenger/accuracy`, and how far they differ."""
    found: dict[str, float] = {}
    sides = ("challenger", "champion", "earlier", "majority", "lookup")
    for name, scores in ((side, getattr(verdict, side)) for side in sides):
        if scores:
            found |= {f"{name}/{measure}": getattr(scores, measure) for measure in ("rows", *_MEASURES)}
    for measure in ("accuracy", "macro_f1", "log_loss", "money_weighted_accuracy"):
        if difference := getattr(verdict, measure):
            low, high = difference.ci95
            values = {"": difference.value, "_low": low, "_high": high}
            found |= {f"difference/{measure}{end}": value for end, value in values.items()}
    if pairs := verdict.discordance:
        found |= {f"mcnemar/{name}": value for name, value in asdict(pairs).items()}
    counts = {"judging/merchants": verdict.merchants, "judging/rows_needed": verdict.rows_needed}
    found |= {name: float(count) for name, count in counts.items() if count is not None}
    rows = f"{verdict.judged_on}/" if verdict.judged_on else ""
    return {f"{rows}{name}": value for name, value in found.items()} | _automation(verdict.automation)


def _automation(found: Automation | None) -> dict[str, float]:
    if found is None:
        return {}
    low, high = found.difference.ci95
    measured = {
        "rows": float(found.rows),
        "champion_automatic": found.champion,
        "challenger_automatic": found.challenger,
        "difference": found.difference.value,
        "difference_low": low,
        "difference_high": high,
        "p": found.p,
    }
    return {f"unanswered/{name}": value for name, value in measured.items()}


def _slice(one: SliceScores) -> dict[str, object]:
    champion = None if one.champion is None else round(one.champion, 4)
    return {
        "kind": one.kind,
        "slice": one.name,
        "rows": one.rows,
        "champion": champion,
        "challenger": round(one.challenger, 4),
    }


def _json(value: Any) -> Any:
    """Without nan, which JSON does not know: what could not be measured is null."""
    if isinstance(value, Mapping):
        return {name: _json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def in_short(verdict: Verdict) -> str:
    """For lists: `promoted: better`."""
    return f"{'promoted' if verdict.promoted else 'refused'}: {verdict.outcome.value.replace('-', ' ')}"


def settings_of(steps: Any) -> dict[str, object]:
    """Every setting of every component, as `component.setting`, in the types of JSON."""
    return {
        f"{part.name}.{name}": value
        for part in fields(steps)
        if is_dataclass(component := getattr(steps, part.name))
        for name, value in _settings(component).items()
    }


def _settings(component: Any) -> dict[str, object]:
    """A part that is made of settings itself gives them as `part.setting`."""
    found: dict[str, object] = {}
    for one in fields(component):
        value = getattr(component, one.name)
        if is_dataclass(value) and not isinstance(value, type):
            found |= {f"{one.name}.{name}": inner for name, inner in _settings(value).items()}
        elif not callable(value):
            found[one.name] = _plain(value)
    return found


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    # JSON knows no infinity.
    return value if isinstance(value, str | int | bool | None) or _is_finite(value) else str(value)


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and isfinite(value)


def _draw(written: RunRecord, answered: Answered, name: str) -> None:
    report = answered.report
    if report.scores.rows:
        written.confusion(report.labels, report.confusion, of=name)
        bins = [(one.confidence, one.accuracy, one.rows) for one in report.reliability]
        written.reliability(bins, of=name)
