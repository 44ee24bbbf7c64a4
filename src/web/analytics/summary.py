"""Sums of transactions that are sent with the request, and stored nowhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, SkipValidation
from typing_extensions import TypedDict

from src.domain.transactions import Transaction
from src.web.analytics.schemas import SumBody, TotalsBody, with_texts
from src.web.health.metrics import metrics
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
from src.web.shared.problems import ItemErrorBody

if TYPE_CHECKING:
    from src.pipeline.prediction.summary import Summaries
    from src.services.settings.preferences import PreferenceStore

api = Operations("summary", __name__, url_prefix="/api/v1")


class SummaryRequest(RequestModel):
    """Up to 10,000 transactions; each is validated separately."""

    transactions: Annotated[
        list[SkipValidation[TransactionFields] | Anything], Field(min_length=1, max_length=BATCH_LIMIT)
    ]


class SummaryTotalsBody(TotalsBody):
    currency: str


class SummaryMonthBody(SummaryTotalsBody):
    month: Annotated[str, Field(examples=["2026-03"])]


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
    by_merchant: Annotated[list[SummaryMerchantBody], Field(description="Largest first.")]


@api.operation(
    "POST",
    "/summary",
    summary="Categorize and sum up to 10,000 transactions, and store nothing",
    body=SummaryRequest,
    returns={200: SummaryBody},
)
def summary(body: SummaryRequest, *, summaries: Summaries, preferences: PreferenceStore) -> ResponseValue:
    """An invalid item, such as one without an amount, gets an error at its position and is in no sum.
    Certain transfers between own accounts among the items are neither spending nor income."""
    at, currency = datetime.now(UTC), preferences.current().currency
    items = [parsed_item(item, currency, at, save=True) for item in body.transactions]
    predicted, sums = summaries.of([item for item in items if isinstance(item, Transaction)], at=at)
    metrics().predicted(prediction for _, prediction in predicted)
    bodies = iter([prediction_body(transaction, prediction, None) for transaction, prediction in predicted])
    results = [next(bodies) if isinstance(item, Transaction) else item for item in items]
    return {
        "results": results,
        **{name: [with_texts(row, row["currency"]) for row in rows] for name, rows in sums.items()},
    }
