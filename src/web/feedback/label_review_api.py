"""Answers that are set aside until a person has looked at them again."""

from __future__ import annotations

from datetime import UTC, datetime

from src.web.feedback.label_review_schemas import (
    SecondLookBody,
    SecondLookRequest,
    SettledBody,
    second_look_body,
)
from src.web.health.metrics import metrics
from src.web.openapi.operations import Answer, Operations
from src.web.shared.services import container

LISTED = 100

api = Operations("second looks", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/second-looks",
    summary="The answers that wait for a second look",
    returns={200: list[SecondLookBody]},
)
def list_second_looks() -> Answer:
    """Each contradicts nearly all others alike, was found by a training run, and trains nothing meanwhile.

    At most 100, those of the newest transactions.
    """
    return [second_look_body(look) for look in container().second_looks.open(LISTED)]


@api.operation(
    "POST",
    "/second-looks/{transaction_id}",
    summary="Let an answer stand, or change it to what the others are",
    body=SecondLookRequest,
    returns={200: SettledBody},
    errors=(404, 409, 503),
)
def settle_second_look(transaction_id: str, body: SecondLookRequest) -> Answer:
    """404 where nothing is asked, also once it was settled. A correction by feedback settles it as well."""
    looks, now = container().second_looks, datetime.now(UTC)
    if body.keep:
        kept = looks.confirm(transaction_id, at=now).doubt.category
        return {"transaction_id": transaction_id, "category": kept, "kept": True}
    outcome = looks.correct(transaction_id, at=now)
    metrics().answered(outcome.was_correct)
    return {"transaction_id": transaction_id, "category": outcome.category, "kept": False}
