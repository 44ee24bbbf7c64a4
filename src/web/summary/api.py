"""Sums of transactions, or of a file, that are sent with the request and stored nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from flask import request
from pydantic import Field, SkipValidation
from typing_extensions import TypedDict

from src.domain.transactions import Transaction
from src.errors import InvalidInput
from src.web.analytics.schemas import SumBody, TotalsBody, with_texts
from src.web.health.metrics import metrics
from src.web.imports.api import mapping_in
from src.web.imports.schemas import UPLOAD, QuestionBody, question_body
from src.web.imports.text import reason
from src.web.openapi.operations import Operations, ResponseValue
from src.web.prediction.api import parsed_item
from src.web.prediction.schemas import (
    BATCH_LIMIT,
    Anything,
    PredictionBody,
    TransactionFields,
    prediction_body,
)
from src.web.shared.fields import RequestModel
from src.web.shared.problems import ItemErrorBody, problem_of
from src.web.summary.submitted import submitted

if TYPE_CHECKING:
    from src.config import Settings
    from src.pipeline.summary.files import FileSummaries, SummaryRow
    from src.pipeline.summary.sums import Summaries
    from src.services.settings.preferences import PreferenceStore

api = Operations("summary", __name__, url_prefix="/api/v1")


class SummaryRequest(RequestModel):
    """Up to 10,000 transactions; each is validated separately."""

    transactions: Annotated[
        list[SkipValidation[TransactionFields] | Anything], Field(min_length=1, max_length=BATCH_LIMIT)
    ]


_FORM: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "As for an import; or `text`."},
        "text": {"type": "string", "description": "Pasted payment messages, or a table."},
        "mapping": UPLOAD["properties"]["mapping"],
    },
}


class SummaryTotalsBody(TotalsBody):
    currency: str


class SummaryMonthBody(SummaryTotalsBody):
    month: Annotated[str, Field(examples=["2026-03"])]


class SummaryWeekBody(SummaryTotalsBody):
    week: Annotated[str, Field(description="Its first day, as the settings say.", examples=["2026-03-02"])]


class SummarySumBody(SumBody):
    currency: str
    kind: Annotated[str, Field(description="`spent`, `earned`, `saved` or `transferred`.")]


class SummaryCategoryBody(SummarySumBody):
    category: Annotated[str | None, Field(description="Null: uncategorized.")]


class SummaryMerchantBody(SummarySumBody):
    merchant: str


class SummaryBody(TypedDict):
    """Sums of each currency, the most frequent first."""

    results: Annotated[
        list[PredictionBody | ItemErrorBody], Field(description="In the order of the request.")
    ]
    totals: list[SummaryTotalsBody]
    by_category: Annotated[list[SummaryCategoryBody], Field(description="Largest first.")]
    by_month: list[SummaryMonthBody]
    by_week: list[SummaryWeekBody]
    by_merchant: Annotated[list[SummaryMerchantBody], Field(description="Largest first.")]
    questions: Annotated[
        list[QuestionBody],
        Field(
            description="What is not certain about the file: the first choice was used. `mapping` answers."
        ),
    ]


@api.operation(
    "POST",
    "/summary",
    summary="Categorize and sum up to 10,000 transactions, or a file, and store nothing",
    body=SummaryRequest,
    form=_FORM,
    returns={200: SummaryBody},
)
def summary(
    body: SummaryRequest | None = None,
    *,
    summaries: Summaries,
    file_summaries: FileSummaries,
    preferences: PreferenceStore,
    settings: Settings,
) -> ResponseValue:
    """An invalid item, such as one without an amount, gets an error at its position and is in no sum.
    Certain transfers between own accounts among the items are neither spending nor income."""
    at = datetime.now(UTC)
    if body is None:
        return _of_file(file_summaries, settings, at)
    currency = preferences.current().currency
    items = [parsed_item(item, currency, at, save=True) for item in body.transactions]
    predicted, sums = summaries.of([item for item in items if isinstance(item, Transaction)], at=at)
    bodies = iter([prediction_body(transaction, prediction, None) for transaction, prediction in predicted])
    results = [next(bodies) if isinstance(item, Transaction) else item for item in items]
    metrics().predicted(prediction for _, prediction in predicted)
    return {"results": results, **_sums_body(sums), "questions": []}


def _of_file(file_summaries: FileSummaries, settings: Settings, at: datetime) -> dict[str, Any]:
    content, _ = submitted(settings)
    if {*request.form, *request.files} - {"file", "text", "mapping"}:
        raise InvalidInput("The form accepts file, text and mapping only.")
    field = "text" if request.form.get("text") else "file"
    mapping = mapping_in(request.form.get("mapping", ""))
    try:
        summary = file_summaries.of(content, mapping, at=at)
    except InvalidInput as error:
        raise InvalidInput(str(error), field=field if error.field == "file" else error.field) from error
    if not summary.preview.questions and all(row.left_out for row in summary.rows):
        raise InvalidInput("No transactions were found in it.", field=field)
    metrics().predicted(row.prediction for row in summary.rows if row.prediction)
    return {
        "results": [_result(row) for row in summary.rows if not row.left_out],
        **_sums_body(summary.sums),
        "questions": [question_body(question) for question in summary.preview.questions],
    }


def _result(row: SummaryRow) -> PredictionBody | ItemErrorBody:
    if row.transaction is None or row.prediction is None:
        return {"error": problem_of(InvalidInput(f"Row {row.row}: {reason(row.reason)}"))}
    return prediction_body(row.transaction, row.prediction, None)


def _sums_body(sums: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {name: [with_texts(row, row["currency"]) for row in rows] for name, rows in sums.items()}
