"""The quality page: how often the predictions are right, by the answers and estimated over all, and drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.feedback import AnswerState
from src.domain.predictions import Band
from src.errors import InvalidInput
from src.pipeline.monitoring.quality import DriftMonitor, Quality
from src.web.quality import api as quality_api
from src.web.quality import text
from src.web.quality.charts import all_charts
from src.web.shared import time_zone
from src.web.shared.blueprint import bp, category_name, page
from src.web.shared.forms import errors_of, with_query
from src.web.shared.json_io import wants_json
from src.web.shared.periods import PeriodQuery, quick_periods

if TYPE_CHECKING:
    from src.services.settings.preferences import PreferenceStore

bp.add_app_template_filter(text.drift_row)


@bp.get("/quality")
def quality(*, quality: Quality, drift: DriftMonitor, preferences: PreferenceStore) -> ResponseReturnValue:
    if wants_json():
        return quality_api.quality()
    values = request.args.to_dict()
    report, errors = None, {}
    try:
        query = PeriodQuery.model_validate(values)
        report = quality.report(since=query.since, until=query.until)
    except (ValidationError, InvalidInput) as error:
        errors = errors_of(error)
    measured: dict[str, Any] = {"charts": []}
    if report and report.estimate:
        measured = {
            "charts": all_charts(report, category_name),
            "auto_precision": preferences.current().auto_precision,
            "how_measured": text.how_measured(report, report.estimate),
            "mistakes_sentence": text.mistakes(report.confusion),
            "drift": drift.report(),
        }
    return page(
        "quality/index.html",
        422 if errors else 200,
        errors=errors,
        values={name: values.get(name, "") for name in ("from", "to")},
        quick_periods=quick_periods(url_for("pages.quality"), time_zone.today()),
        period_sentence=text.span(report),
        report=report,
        **measured,
    )


@bp.app_template_global()
def answered_history(predicted: str | None, answered: str, days: dict[str, str]) -> str:
    """The address of the transactions with this prediction and answer. days: `from` and `to`."""
    prediction = {"predicted": predicted} if predicted else {"band": Band.UNKNOWN.value}
    answer = {"category": answered, "answer": AnswerState.DIRECTLY.value}
    return with_query(url_for("pages.history"), {**prediction, **answer, **days})
