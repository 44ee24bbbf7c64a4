"""The history's filters, and a kept transaction as the history shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.feedback import AnswerState, Feedback
from src.domain.models import MODEL_NAME
from src.domain.predictions import Band, DecidedBy
from src.domain.transactions import Direction, HistoryFilter, StoredTransaction
from src.web.prediction.schemas import ModelBody, TransactionBody, transaction_body
from src.web.shared.fields import AmountBound, IsoDate, Label, QueryModel, Slug, utc_text

Sort = Literal["-date", "date", "-amount", "amount", "confidence"]
StatusFilter = Literal["predicted", "confirmed", "corrected", "needs_review"]


class HistoryFilterQuery(QueryModel):
    """Which transactions, in which order."""

    since: Annotated[IsoDate | None, Field(alias="from", description="First day, inclusive.")] = None
    until: Annotated[IsoDate | None, Field(alias="to", description="Last day, inclusive.")] = None
    category: Annotated[Slug | None, Field(description="The category that holds now.")] = None
    mode: Label | None = None
    direction: Direction | None = None
    q: Annotated[Label | None, Field(description="Text in description, merchant or subcategory.")] = None
    min_amount: AmountBound | None = None
    max_amount: AmountBound | None = None
    status: StatusFilter | None = None
    predicted: Annotated[Slug | None, Field(description="The category that was predicted.")] = None
    band: Band | None = None
    version: Annotated[Label | None, Field(description="Of the model that predicted.")] = None
    decided_by: DecidedBy | None = None
    answer: Annotated[
        AnswerState | None, Field(description="`directly`, `similar` (with others of its like) or `no`.")
    ] = None
    sort: Sort = "-date"

    def to_domain(self) -> HistoryFilter:
        return HistoryFilter(
            since=self.since,
            until=self.until,
            category=self.category,
            mode=self.mode or None,
            direction=self.direction,
            q=self.q or None,
            min_amount=self.min_amount,
            max_amount=self.max_amount,
            status=self.status,
            predicted=self.predicted,
            band=self.band,
            version=self.version or None,
            decided_by=self.decided_by,
            answer=self.answer,
        )


class HistoryQuery(HistoryFilterQuery):
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Annotated[str | None, Field(max_length=500, description="`next_cursor` of the last page.")] = None


class FeedbackEventBody(TypedDict):
    category: Annotated[str | None, Field(description="Null where an earlier answer was taken back.")]
    at: str
    act: Annotated[str, Field(description="Shared by all answers of one click.")]
    source: str


class HistoryItemBody(TypedDict):
    """A kept transaction: the category that holds now, and the newest prediction."""

    id: str
    category: str | None
    status: str
    needs_review: bool
    predicted: Annotated[str | None, Field(description="What the newest prediction said.")]
    confidence: float
    band: str
    decided_by: str
    model: ModelBody
    feedback: list[FeedbackEventBody]
    created_at: str
    transaction: TransactionBody


class HistoryBody(TypedDict):
    items: list[HistoryItemBody]
    next_cursor: str | None
    total: int


def _event_body(event: Feedback) -> FeedbackEventBody:
    return {
        "category": event.category,
        "at": utc_text(event.at),
        "act": event.act,
        "source": event.source.value,
    }


def history_item(stored: StoredTransaction) -> HistoryItemBody:
    newest = stored.prediction
    return {
        "id": stored.id,
        "category": stored.category,
        "status": stored.status.value,
        "needs_review": stored.needs_review,
        "predicted": newest.category,
        "confidence": round(newest.confidence, 6),
        "band": newest.band.value,
        "decided_by": newest.decided_by.value,
        "model": {"name": MODEL_NAME, "version": newest.model_version},
        "feedback": [_event_body(event) for event in stored.feedback],
        "created_at": utc_text(stored.created_at),
        "transaction": transaction_body(stored.transaction),
    }
