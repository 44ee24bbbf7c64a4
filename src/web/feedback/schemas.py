"""Answers and possible mistakes."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, SkipValidation, Strict
from typing_extensions import TypedDict

from src.domain.transactions import CategoryRelabel, PossibleMistake, StoredTransaction
from src.web.prediction.schemas import BATCH_LIMIT, Anything, TransactionBody, transaction_body
from src.web.shared.fields import Identifier, RequestModel, Slug, utc_text
from src.web.shared.problems import ItemErrorBody


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
        Field(
            description="Also answer this merchant's other unanswered transactions; those of more than 1,000 "
            "after the response."
        ),
    ] = False


class FeedbackBatchRequest(RequestModel):
    """Up to 10,000 answers; each is validated and stored separately."""

    feedback: Annotated[
        list[SkipValidation[FeedbackRequest] | Anything], Field(min_length=1, max_length=BATCH_LIMIT)
    ]


class FeedbackBody(TypedDict):
    transaction_id: str
    previous: Annotated[str | None, Field(description="The category before the answer.")]
    category: str
    was_correct: Annotated[bool, Field(description="Whether the newest prediction was this category.")]
    similar_updated: int
    also_updated: Annotated[
        int, Field(description="Other unanswered transactions of the merchant with a new prediction.")
    ]
    act: Annotated[str, Field(description="Undoes the answer and its consequences.")]


class FeedbackResultsBody(TypedDict):
    """In the order of the request."""

    results: list[FeedbackBody | ItemErrorBody]


class PossibleMistakeRequest(RequestModel):
    """Confirm the answer, or change it to the category of the others."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"keep": True}]})

    keep: Annotated[
        bool,
        Strict(),
        Field(description="True: the answer is right and trains models. False: change it to the others'."),
    ]


class OthersBody(TypedDict):
    """The category of the other answers for similar transactions, and their number."""

    category: str
    count: int


class PossibleMistakeBody(TypedDict):
    transaction_id: str
    category: Annotated[str, Field(description="The answer in doubt; it is kept, but does not train yet.")]
    answered_at: str
    others: OthersBody
    transaction: TransactionBody


class SettledBody(TypedDict):
    transaction_id: str
    category: Annotated[str, Field(description="The current category.")]
    kept: bool


def possible_mistake_body(row: StoredTransaction, mistake: PossibleMistake) -> PossibleMistakeBody:
    return {
        "transaction_id": row.id,
        "category": mistake.category,
        "answered_at": utc_text(mistake.labelled_at),
        "others": {"category": mistake.others, "count": mistake.agreeing},
        "transaction": transaction_body(row.transaction),
    }


class RelabelRequest(RequestModel):
    """Confirm the newest answers, or change them back to the earlier category."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"earlier": "dining", "category": "groceries", "keep": True}]}
    )

    earlier: Slug
    category: Slug
    keep: Annotated[
        bool,
        Strict(),
        Field(description="True: the new category is right and trains models. False: change all back."),
    ]


class RelabelBody(TypedDict):
    earlier: Annotated[str, Field(description="The earlier category of these merchants.")]
    category: Annotated[
        str, Field(description="The category of the newest answers; kept, but not used for training yet.")
    ]
    answers: int
    merchants: int


class SettledRelabelBody(TypedDict):
    category: Annotated[str, Field(description="The current category of these answers.")]
    answers: int
    kept: bool


def relabel_body(relabel: CategoryRelabel) -> RelabelBody:
    return {
        "earlier": relabel.earlier,
        "category": relabel.category,
        "answers": len(relabel.transaction_ids),
        "merchants": relabel.merchants,
    }
