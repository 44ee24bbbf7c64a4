"""One transaction with its whole life."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.transactions import Edit, StoredTransaction
from src.web.history.exports_schemas import PastPredictionBody, past_prediction
from src.web.history.schemas import HistoryItemBody, history_item
from src.web.prediction.schemas import TransactionBody, transaction_body
from src.web.shared.fields import utc_text


class EditBody(TypedDict):
    act: str
    at: str
    before: Annotated[TransactionBody, Field(description="What was given until then.")]
    after: TransactionBody
    undone: bool


class LifeBody(HistoryItemBody):
    """`transaction` is what was given; `feedback` has every answer with the act that undoes it."""

    source: Annotated[str, Field(description="`page`, `api`, `import`, or the name of another program.")]
    predictions: Annotated[list[PastPredictionBody], Field(description="Oldest first; the last one holds.")]
    edits: Annotated[list[EditBody], Field(description="Oldest first.")]


class EditedBody(HistoryItemBody):
    act: Annotated[str | None, Field(description="Undoes the edit; null where nothing was changed.")]


def life_body(row: StoredTransaction) -> LifeBody:
    return {
        **history_item(row),
        "source": row.source,
        "predictions": [past_prediction(prediction) for prediction in row.predictions],
        "edits": [_edit_body(edit) for edit in row.edits],
    }


def edited_body(row: StoredTransaction, act: str | None) -> EditedBody:
    return {**history_item(row), "act": act}


def _edit_body(edit: Edit) -> EditBody:
    return {
        "act": edit.act,
        "at": utc_text(edit.at),
        "before": transaction_body(edit.before),
        "after": transaction_body(edit.after),
        "undone": edit.undone_at is not None,
    }
