"""What of a training run is written down in the record, beside what the services note themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from math import isfinite
from typing import Any

from src.components.rows import MODEL_FIELDS
from src.domain import SliceScores, Verdict
from src.pipeline.judging import Answered
from src.pipeline.ports import Checked, RunRecord
from src.pipeline.stages import Prepared, Trained

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
    """The candidates as nested runs, the figures of the chosen one, and its pictures."""
    for one in trained.result.candidates:
        written.candidate(one.name, {"family": one.family, **one.params}, one.scores)
    left_out = {one.name: one.why for one in trained.result.left_out}
    written.document(left_out, "candidates_left_out.json")
    best = trained.result.best
    written.params({"best": best.name, "best.family": best.family, "best.calibration": best.calibration.name})
    written.params({f"best.{name}": value for name, value in best.params.items()})
    written.metrics(trained.metrics)
    written.metrics(trained.held_out.metrics("holdout_") | trained.out_of_fold.metrics("oof_"))
    for category in trained.judged.report.categories:
        written.metrics(
            {
                f"f1/{category.category}": category.f1,
                f"recall/{category.category}": category.recall,
                f"rows/{category.category}": category.support,
            }
        )
    _draw(written, trained.held_out, "holdout")
    _draw(written, trained.out_of_fold, "out_of_fold")


def write_verdict(written: RunRecord, verdict: Verdict, version: str, checked: Checked) -> None:
    written.tags(
        {
            "verdict": verdict.outcome.value,
            "promoted": str(verdict.promoted).lower(),
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


def _figures(verdict: Verdict) -> dict[str, float]:
    """Both models on the judging rows, as `challenger/accuracy`, and how far they differ."""
    found: dict[str, float] = {}
    sides = ("challenger", "champion", "majority", "lookup")
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
    return found | {name: float(count) for name, count in counts.items() if count is not None}


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


def settings_of(steps: Any) -> dict[str, object]:
    """Every plain setting of every component, as `component.setting`."""
    found: dict[str, object] = {}
    for part in fields(steps):
        component = getattr(steps, part.name)
        if is_dataclass(component):
            found |= {
                f"{part.name}.{one.name}": _plain(getattr(component, one.name))
                for one in fields(component)
                if not callable(getattr(component, one.name))
                and not is_dataclass(getattr(component, one.name))
            }
    return found


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _draw(written: RunRecord, answered: Answered, name: str) -> None:
    report = answered.report
    if report.scores.rows:
        written.confusion(report.labels, report.confusion, of=name)
        bins = [(one.confidence, one.accuracy, one.rows) for one in report.reliability]
        written.reliability(bins, of=name)
