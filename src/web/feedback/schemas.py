"""What a person said of a prediction."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, SkipValidation, Strict
from typing_extensions import TypedDict

from src.domain.feedback import FeedbackOutcome
from src.pipeline.feedback.feedback import Answer
from src.web.prediction.schemas import BATCH_LIMIT, Anything
from src.web.shared.fields import Identifier, RequestModel, Slug


class FeedbackRequest(RequestModel):
    """Confirm (the predicted category) or correct (another one)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "transaction_id": "69a7d0c2f1b2c3d4e5f60718",
                    "category": "groceries",
                    "apply_to_similar": False,
                }
            ]
        }
    )

    transaction_id: Identifier
    category: Slug
    apply_to_similar: Annotated[
        bool | None,
        Strict(),
        Field(description="Also for this merchant's transactions that no feedback has touched."),
    ] = False

    def to_domain(self) -> Answer:
        return Answer(self.transaction_id, self.category, self.apply_to_similar is True)


class FeedbackBatchRequest(RequestModel):
    """Up to 10,000 answers; each is checked and kept by itself."""

    feedback: Annotated[
        list[SkipValidation[FeedbackRequest] | Anything], Field(min_length=1, max_length=BATCH_LIMIT)
    ]


class FeedbackBody(TypedDict):
    transaction_id: str
    previous: Annotated[str | None, Field(description="The category that held before.")]
    category: str
    was_correct: Annotated[bool, Field(description="Whether the newest prediction had said so.")]
    similar_updated: int
    also_updated: Annotated[
        int, Field(description="Other unanswered rows of the merchant whose prediction follows the answer.")
    ]
    act: Annotated[str, Field(description="Undoes the answer and all that followed from it.")]


def feedback_body(outcome: FeedbackOutcome) -> FeedbackBody:
    return {
        "transaction_id": outcome.transaction_id,
        "previous": outcome.previous,
        "category": outcome.category,
        "was_correct": outcome.was_correct,
        "similar_updated": outcome.similar_updated,
        "also_updated": outcome.also_updated,
        "act": outcome.act,
    }
