"""What a person says of one transaction, or of many."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from typing_extensions import TypedDict

from src.domain.feedback import FeedbackOutcome
from src.errors import LedgerloopError
from src.pipeline.feedback.feedback import Answer as GivenAnswer
from src.web.feedback.schemas import FeedbackBatchRequest, FeedbackBody, FeedbackRequest, feedback_body
from src.web.health.metrics import metrics
from src.web.openapi.operations import Answer, Operations
from src.web.shared.problems import ItemErrorBody, problem_of
from src.web.shared.services import container

api = Operations("feedback", __name__, url_prefix="/api/v1")


class FeedbackResultsBody(TypedDict):
    """In the order of the request."""

    results: list[FeedbackBody | ItemErrorBody]


@api.operation(
    "POST",
    "/feedback",
    summary="Confirm or correct one prediction",
    body=FeedbackRequest,
    returns={200: FeedbackBody},
    errors=(404, 409, 503),
)
def feedback(body: FeedbackRequest) -> Answer:
    """Confirming is naming the predicted category. The next prediction of this merchant knows the answer."""
    answer = body.to_domain()
    outcome = container().feedback.record(
        answer.transaction_id, answer.category, apply_to_similar=answer.apply_to_similar, at=datetime.now(UTC)
    )
    metrics().answered(outcome.was_correct)
    return feedback_body(outcome)


@api.operation(
    "POST",
    "/feedback/batch",
    summary="Confirm or correct up to 10,000 predictions",
    body=FeedbackBatchRequest,
    returns={200: FeedbackResultsBody},
)
def feedback_batch(body: FeedbackBatchRequest) -> Answer:
    """An answer that cannot be kept gets an error in its place and does not fail the others.

    Should MongoDB go away half-way, the answer is 503; sending the whole batch again is safe.
    """
    read = [_read(item) for item in body.feedback]
    answers = [each for each in read if isinstance(each, GivenAnswer)]
    outcomes = iter(container().feedback.record_many(answers, at=datetime.now(UTC)))
    return {"results": [_result(next(outcomes) if isinstance(each, GivenAnswer) else each) for each in read]}


def _read(item: Any) -> GivenAnswer | ValidationError:
    try:
        return FeedbackRequest.model_validate(item).to_domain()
    except ValidationError as error:
        return error


def _result(outcome: FeedbackOutcome | LedgerloopError | ValidationError) -> FeedbackBody | ItemErrorBody:
    if not isinstance(outcome, FeedbackOutcome):
        return {"error": problem_of(outcome)}
    metrics().answered(outcome.was_correct)
    return feedback_body(outcome)
