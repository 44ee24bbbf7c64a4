"""Predict one transaction, or many."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from typing_extensions import TypedDict

from src.domain.transactions import Transaction
from src.errors import InvalidInput
from src.web.health.metrics import metrics
from src.web.openapi.operations import Answer, Operations
from src.web.prediction.schemas import (
    BatchRequest,
    PredictionBody,
    PredictRequest,
    TransactionFields,
    prediction_body,
    stored_prediction_body,
)
from src.web.shared.problems import ItemErrorBody, problem_of
from src.web.shared.services import container

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
def predict(body: PredictRequest) -> Answer:
    """Keeps the transaction and answers 201, or with `save: false` keeps nothing and answers 200."""
    at = datetime.now(UTC)
    transaction = body.to_domain(currency=container().settings.currency, today=at.date())
    return _predicted([transaction], keep=body.keep, at=at)[0], 201 if body.keep else 200


@api.operation(
    "POST",
    "/predict/batch",
    summary="Predict up to 10,000 transactions",
    body=BatchRequest,
    returns={200: PredictionsBody},
)
def predict_batch(body: BatchRequest) -> Answer:
    """An item that fails validation gets an error in its place and does not fail the others."""
    at = datetime.now(UTC)
    checked = [_checked(item, at) for item in body.transactions]
    good = [each for each in checked if isinstance(each, Transaction)]
    answers = iter(_predicted(good, keep=body.keep, at=at) if good else ())
    return {"results": [next(answers) if isinstance(each, Transaction) else each for each in checked]}


def _checked(item: Any, at: datetime) -> Transaction | ItemErrorBody:
    try:
        fields = TransactionFields.model_validate(item)
        return fields.to_domain(currency=container().settings.currency, today=at.date())
    except (ValidationError, InvalidInput) as error:
        return {"error": problem_of(error)}


def _predicted(transactions: list[Transaction], *, keep: bool, at: datetime) -> list[PredictionBody]:
    if keep:
        stored = container().predictor.predict_and_keep(transactions, source="api", at=at)
        metrics().predicted(each.prediction for each in stored)
        return [stored_prediction_body(each) for each in stored]
    predicted = container().predictor.predict(transactions, at=at)
    metrics().predicted(prediction for _, prediction in predicted)
    return [prediction_body(transaction, prediction, None) for transaction, prediction in predicted]
