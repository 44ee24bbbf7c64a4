"""How often the predictions are right: by the answers, and estimated over all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.feedback import AnswerState
from src.domain.predictions import Band
from src.errors import InvalidInput
from src.pipeline.monitoring.quality import Estimate, QualityReport
from src.web.analytics import charts
from src.web.analytics.periods import quick_periods
from src.web.quality import api as quality_api
from src.web.quality import text as quality_sentences
from src.web.quality.charts import all_charts
from src.web.quality.schemas import QualityQuery
from src.web.shared import format, labels
from src.web.shared.assets import plotly_style_ids
from src.web.shared.blueprint import bp, category_name, page
from src.web.shared.forms import Errors, errors_of, with_query
from src.web.shared.negotiation import wants_json
from src.web.shared.services import container

bp.add_app_template_filter(quality_sentences.told, "accuracy")
bp.add_app_template_filter(charts.interval, "interval")

CATEGORIES_CROSSED = 8
MISTAKES_SHOWN = 12


@bp.get("/quality")
def quality() -> ResponseReturnValue:
    if wants_json():
        return quality_api.quality()
    values = request.args.to_dict()
    report, errors = _report(values)
    days = {name: values.get(name, "") for name in ("from", "to")}
    return page(
        "quality/index.html",
        422 if errors else 200,
        report=report,
        errors=errors,
        values=days,
        quick_periods=quick_periods(url_for("pages.quality"), datetime.now(UTC).date()),
        period_sentence=_period(report),
        plotly_style_ids=plotly_style_ids(),
        **(_measured(report, report.estimate, days) if report and report.estimate else {"charts": []}),
    )


def _report(values: dict[str, str]) -> tuple[QualityReport | None, Errors]:
    try:
        query = QualityQuery.model_validate(values)
        return container().quality.report(since=query.since, until=query.until), {}
    except (ValidationError, InvalidInput) as error:
        return None, errors_of(error)


def _period(report: QualityReport | None) -> str:
    if report is None:
        return "This period cannot be read."
    if report.since and report.until:
        return f"This counts transactions from {format.day(report.since)} to {format.day(report.until)}."
    if report.since:
        return f"This counts transactions since {format.day(report.since)}."
    if report.until:
        return f"This counts transactions until {format.day(report.until)}."
    return "This counts all your transactions."


def _measured(report: QualityReport, estimate: Estimate, days: dict[str, str]) -> dict[str, Any]:
    return {
        "charts": all_charts(report, category_name),
        "headline": quality_sentences.headline(report, estimate, container().settings.auto_precision),
        "rests_on": quality_sentences.rests_on(report, estimate),
        "bands": [(labels.BANDS[each.band], each, report.by_band.get(each.band)) for each in report.strata],
        "crossed": report.confusion.categories[:CATEGORIES_CROSSED],
        "mistakes": report.confusion.mistakes()[:MISTAKES_SHOWN],
        "mistakes_sentence": quality_sentences.mistakes(report.confusion),
        "rows_of": lambda given, said: _rows_of(given, said, days),
    }


def _rows_of(given: str | None, said: str, days: dict[str, str]) -> str:
    """Where the history shows the answers that a cell counts."""
    prediction = {"predicted": given} if given else {"band": Band.UNKNOWN.value}
    counted = {"category": said, "answer": AnswerState.DIRECTLY.value}
    return with_query(url_for("pages.history"), {**prediction, **counted, **days})
