"""Predict the category of one transaction, or of many."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from typing_extensions import TypedDict

from src.domain.transactions import Transaction
from src.errors import InvalidInput
from src.pipeline.prediction.predict import Predictor
from src.web.health.metrics import metrics
from src.web.openapi.operations import Operations, ResponseValue
from src.web.prediction.schemas import (
    BatchRequest,
    CategorizeRequest,
    PredictionBody,
    PredictRequest,
    TransactionFields,
    prediction_body,
    stored_prediction_body,
)
from src.web.shared.problems import ItemErrorBody, problem_of

if TYPE_CHECKING:
    from src.services.settings.preferences import PreferenceStore

api = Operations("predictions", __name__, url_prefix="/api/v1")


class PredictionsBody(TypedDict):
    """In the order of the request."""

    results: list[PredictionBody | ItemErrorBody]


@api.operation(
    "POST",
    "/predict",
    summary="Predict the category of one transaction",
    body=PredictRequest,
    returns={201: PredictionBody, 200: PredictionBody},
)
def predict(body: PredictRequest, *, predictor: Predictor, preferences: PreferenceStore) -> ResponseValue:
    """Stores the transaction and returns 201; with `save: false` stores nothing and returns 200."""
    at = datetime.now(UTC)
    transaction = body.to_domain(currency=preferences.current().currency, today=at.date())
    keep = body.save is not False
    return _predicted([transaction], predictor, keep=keep, at=at)[0], 201 if keep else 200


@api.operation(
    "POST",
    "/categorize",
    summary="Predict the category of a description, and store nothing",
    body=CategorizeRequest,
    returns={200: PredictionBody},
)
def categorize(
    body: CategorizeRequest, *, predictor: Predictor, preferences: PreferenceStore
) -> ResponseValue:
    """The same response as of `/predict` with `save: false`."""
    at = datetime.now(UTC)
    transaction = body.to_domain(currency=preferences.current().currency, today=at.date())
    return _predicted([transaction], predictor, keep=False, at=at)[0]


@api.operation(
    "POST",
    "/predict/batch",
    summary="Predict up to 10,000 transactions",
    body=BatchRequest,
    returns={200: PredictionsBody},
)
def predict_batch(body: BatchRequest, *, predictor: Predictor, preferences: PreferenceStore) -> ResponseValue:
    """An invalid item gets an error at its position, and the others are predicted."""
    at = datetime.now(UTC)
    items = [
        parsed_item(item, preferences.current().currency, at, save=body.save) for item in body.transactions
    ]
    valid = [item for item in items if isinstance(item, Transaction)]
    keep = body.save is not False
    predictions = iter(_predicted(valid, predictor, keep=keep, at=at) if valid else ())
    return {"results": [next(predictions) if isinstance(item, Transaction) else item for item in items]}


def parsed_item(item: Any, currency: str, at: datetime, *, save: bool | None) -> Transaction | ItemErrorBody:
    """An error instead of an invalid transaction. save: False makes the amount optional."""
    try:
        fields = TransactionFields.model_validate(item, context={"save": save})
        return fields.to_domain(currency=currency, today=at.date())
    except (ValidationError, InvalidInput) as error:
        return {"error": problem_of(error)}


def _predicted(
    transactions: list[Transaction], predictor: Predictor, *, keep: bool, at: datetime
) -> list[PredictionBody]:
    if keep:
        stored = predictor.predict_and_keep(transactions, source="api", at=at)
        metrics().predicted(row.prediction for row in stored)
        return [stored_prediction_body(row) for row in stored]
    predicted = predictor.predict(transactions, at=at)
    metrics().predicted(prediction for _, prediction in predicted)
    return [prediction_body(transaction, prediction, None) for transaction, prediction in predicted]
