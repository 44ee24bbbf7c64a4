"""One transaction with its whole life."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from src.domain.transactions import StoredTransaction
from src.web.schemas.exported import PastPredictionBody, past_prediction
from src.web.schemas.history import HistoryItemBody, history_item


class LifeBody(HistoryItemBody):
    """`transaction` is what was given; `feedback` has every answer with the act that undoes it."""

    source: Annotated[str, Field(description="`page`, `api`, `import`, or the name of another program.")]
    predictions: Annotated[list[PastPredictionBody], Field(description="Oldest first; the last one holds.")]


def life_body(row: StoredTransaction) -> LifeBody:
    return {
        **history_item(row),
        "source": row.source,
        "predictions": [past_prediction(prediction) for prediction in row.predictions],
    }
