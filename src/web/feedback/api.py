"""Answers, and the review of possible mistakes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from src.domain.feedback import FeedbackOutcome
from src.errors import LedgerloopError
from src.pipeline.feedback.feedback import Answer
from src.web.feedback.schemas import (
    FeedbackBatchRequest,
    FeedbackBody,
    FeedbackRequest,
    FeedbackResultsBody,
    PossibleMistakeBody,
    PossibleMistakeRequest,
    RelabelBody,
    RelabelRequest,
    SettledBody,
    SettledRelabelBody,
    possible_mistake_body,
    relabel_body,
)
from src.web.health.metrics import metrics
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared.problems import problem_of

if TYPE_CHECKING:
    from src.pipeline.feedback.feedback import FeedbackLoop
    from src.pipeline.feedback.label_review import LabelReview
    from src.services.transactions.possible_mistakes import PossibleMistakes

answers = Operations("feedback", __name__, url_prefix="/api/v1")
mistakes = Operations("second looks", __name__, url_prefix="/api/v1")
relabels = Operations("moves", __name__, url_prefix="/api/v1")


@answers.operation(
    "POST",
    "/feedback",
    summary="Confirm or correct a prediction",
    body=FeedbackRequest,
    returns={200: FeedbackBody},
    errors=(404, 409, 503),
)
def feedback(body: FeedbackRequest, *, feedback: FeedbackLoop) -> ResponseValue:
    """To confirm, send the predicted category. The next prediction for the merchant uses the answer."""
    similar = body.apply_to_similar is True
    return _result(
        feedback.record(body.transaction_id, body.category, apply_to_similar=similar, at=datetime.now(UTC))
    )


@answers.operation(
    "POST",
    "/feedback/batch",
    summary="Confirm or correct up to 10,000 predictions",
    body=FeedbackBatchRequest,
    returns={200: FeedbackResultsBody},
)
def feedback_batch(body: FeedbackBatchRequest, *, feedback: FeedbackLoop) -> ResponseValue:
    """An invalid answer gets an error at its position in `results`; the others are stored.

    If MongoDB fails meanwhile, the status is 503. Sending the whole batch again is safe.
    """
    items = [_parse(item) for item in body.feedback]
    valid = [item for item in items if isinstance(item, Answer)]
    outcomes = iter(feedback.record_many(valid, at=datetime.now(UTC)))
    return {"results": [_result(next(outcomes) if isinstance(item, Answer) else item) for item in items]}


def _parse(item: Any) -> Answer | ValidationError:
    try:
        body = FeedbackRequest.model_validate(item)
    except ValidationError as error:
        return error
    return Answer(body.transaction_id, body.category, body.apply_to_similar is True)


def _result(outcome: FeedbackOutcome | LedgerloopError | ValidationError) -> dict[str, Any]:
    if not isinstance(outcome, FeedbackOutcome):
        return {"error": problem_of(outcome)}
    metrics().answered(outcome.was_correct)
    body = asdict(outcome)
    del body["more_follow"]  # the pages alone say so
    return body


@mistakes.operation(
    "GET",
    "/second-looks",
    summary="List answers that are possible mistakes",
    returns={200: list[PossibleMistakeBody]},
)
def list_possible_mistakes(*, label_review: LabelReview) -> ResponseValue:
    """Each contradicts nearly all other answers for similar transactions, so training ignores it until it is
    confirmed. At most 100, of the newest transactions.
    """
    return [possible_mistake_body(row, mistake) for row, mistake in label_review.open(limit=100)]


@mistakes.operation(
    "POST",
    "/second-looks/{transaction_id}",
    summary="Confirm or change an answer that is a possible mistake",
    body=PossibleMistakeRequest,
    returns={200: SettledBody},
    errors=(404, 409, 503),
)
def settle_possible_mistake(
    transaction_id: str, body: PossibleMistakeRequest, *, label_review: LabelReview
) -> ResponseValue:
    """404 if the answer is not a possible mistake, or no longer. `POST /feedback` can correct it too."""
    now = datetime.now(UTC)
    if body.keep:
        row = label_review.confirm(transaction_id, at=now)
        return {"transaction_id": transaction_id, "category": row.category, "kept": True}
    outcome = label_review.correct(transaction_id, at=now)
    metrics().answered(outcome.was_correct)
    return {"transaction_id": transaction_id, "category": outcome.category, "kept": False}


@relabels.operation(
    "GET",
    "/moves",
    summary="List changes of a whole category that need confirmation",
    returns={200: list[RelabelBody]},
)
def list_relabels(*, possible_mistakes: PossibleMistakes) -> ResponseValue:
    """Training runs detect them. Until a change is confirmed, training uses the earlier category."""
    return [relabel_body(relabel) for relabel in possible_mistakes.relabels()]


@relabels.operation(
    "POST",
    "/moves",
    summary="Confirm or revert a change of a whole category",
    body=RelabelRequest,
    returns={200: SettledRelabelBody},
    errors=(404, 409, 503),
)
def settle_relabel(body: RelabelRequest, *, label_review: LabelReview) -> ResponseValue:
    """404 if there is no such change."""
    relabel, _ = label_review.review_relabel(
        body.earlier, body.category, keep=body.keep, at=datetime.now(UTC)
    )
    category = relabel.category if body.keep else relabel.earlier
    return {"category": category, "answers": len(relabel.transaction_ids), "kept": body.keep}
