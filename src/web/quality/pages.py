"""The quality page: how often the predictions are right, by the answers and estimated over all, and drift."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.feedback import AnswerState
from src.domain.predictions import Band
from src.domain.quality import DriftMeasure, DriftVerdict
from src.errors import InvalidInput
from src.web.analytics.periods import PeriodQuery, quick_periods
from src.web.analytics.text import accuracy, interval
from src.web.quality import api as quality_api
from src.web.quality import text
from src.web.quality.charts import all_charts
from src.web.shared import format, labels
from src.web.shared.assets import plotly_style_ids
from src.web.shared.blueprint import bp, category_name, page
from src.web.shared.forms import errors_of, with_query
from src.web.shared.negotiation import wants_json

if TYPE_CHECKING:
    from src.components.monitoring.live_accuracy import Estimate
    from src.config import Settings
    from src.domain.quality import DriftResult
    from src.pipeline.monitoring.drift import DriftMonitor, DriftReport
    from src.pipeline.monitoring.quality import Quality, QualityReport

bp.add_app_template_filter(accuracy)
bp.add_app_template_filter(interval)

CATEGORIES_CROSSED = 8
MISTAKES_SHOWN = 12
_TONES = {DriftVerdict.STEADY: "good", DriftVerdict.SHIFTED: "warn", DriftVerdict.TOO_FEW: ""}


@bp.get("/quality")
def quality(*, quality: Quality, drift: DriftMonitor, settings: Settings) -> ResponseReturnValue:
    if wants_json():
        return quality_api.quality()
    values = request.args.to_dict()
    days = {name: values.get(name, "") for name in ("from", "to")}
    report, errors = None, {}
    try:
        query = PeriodQuery.model_validate(values)
        report = quality.report(since=query.since, until=query.until)
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)
    measured: dict[str, Any] = {"charts": []}
    if report and report.estimate:
        measured = _measured(report, report.estimate, settings.auto_precision, days)
        measured["drift"] = drift_view(drift.report())
    return page(
        "quality/index.html",
        422 if errors else 200,
        errors=errors,
        values=days,
        quick_periods=quick_periods(url_for("pages.quality"), datetime.now(UTC).date()),
        period_sentence=text.span(report),
        plotly_style_ids=plotly_style_ids(),
        **measured,
    )


def _measured(
    report: QualityReport, estimate: Estimate, auto_precision: float, days: dict[str, str]
) -> dict[str, Any]:
    return {
        "charts": all_charts(report, category_name),
        "headline": text.headline(report, estimate, auto_precision),
        "how_measured": text.how_measured(report, estimate),
        "bands": [
            (labels.BANDS[stratum.band], stratum, report.by_band.get(stratum.band))
            for stratum in report.strata
        ],
        "confusion": report.confusion,
        "crossed": report.confusion.categories[:CATEGORIES_CROSSED],
        "mistakes": report.confusion.mistakes[:MISTAKES_SHOWN],
        "mistakes_sentence": text.mistakes(report.confusion),
        "history_of": lambda predicted, answered: _history_of(predicted, answered, days),
    }


def _history_of(predicted: str | None, answered: str, days: dict[str, str]) -> str:
    """The address of the transactions that a cell counts."""
    prediction = {"predicted": predicted} if predicted else {"band": Band.UNKNOWN.value}
    answer = {"category": answered, "answer": AnswerState.DIRECTLY.value}
    return with_query(url_for("pages.history"), {**prediction, **answer, **days})


def drift_view(report: DriftReport) -> dict[str, Any]:
    """For `quality/_drift.html`."""
    summary, tone = text.drift_summary(report)
    rows = [_drift_cells(result) for result in report.results]
    return {"report": report, "summary": summary, "tone": tone, "rows": rows}


def _drift_cells(result: DriftResult) -> dict[str, str]:
    name, note = text.DRIFT_MEASURES[result.measure]
    if result.measure is DriftMeasure.CATEGORIES and result.then != result.now:
        note = f"{category_name(result.of or None)} changed most"
    return {
        "name": name,
        "note": note,
        "then": _drift_value(result, result.then),
        "now": _drift_value(result, result.now),
        "counts": f"{format.number(result.rows_then)} / {format.number(result.rows_now)}",
        "change": "–" if result.effect is None else _effect(result, result.effect),
        "limit": _effect(result, result.least_effect),
        "verdict": text.drift_verdict(result),
        "tone": _TONES[result.verdict],
    }


def _drift_value(result: DriftResult, value: float | None) -> str:
    if value is not None and result.measure is DriftMeasure.AMOUNTS:
        return format.money(Decimal(str(round(value, 2))), result.of)
    return format.percent(value)


def _effect(result: DriftResult, effect: float) -> str:
    """A larger effect is worse: the accuracy falls, the others rise."""
    if result.measure in (DriftMeasure.AMOUNTS, DriftMeasure.CATEGORIES):
        return f"index {format.number(round(effect, 2))}"
    fall = result.measure is DriftMeasure.ACCURACY
    return f"{format.points(-effect if fall else effect)} points"
