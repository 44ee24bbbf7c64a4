"""Answers that contradict nearly all others alike, and what a person says when asked again."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, Strict
from typing_extensions import TypedDict

from src.pipeline.feedback.label_review import SecondLook
from src.web.prediction.schemas import TransactionBody, transaction_body
from src.web.shared.fields import RequestModel, utc_text


class SecondLookRequest(RequestModel):
    """Let the answer stand, or make it what the others are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"keep": True}]})

    keep: Annotated[
        bool,
        Strict(),
        Field(description="True: it is right and trains from now on. False: it becomes what the others are."),
    ]


class OthersBody(TypedDict):
    """What the person called the others alike, and how many they are."""

    category: str
    count: int


class SecondLookBody(TypedDict):
    transaction_id: str
    category: Annotated[str, Field(description="The answer in doubt; it holds, but does not train yet.")]
    answered_at: str
    others: OthersBody
    transaction: TransactionBody


class SettledBody(TypedDict):
    transaction_id: str
    category: Annotated[str, Field(description="The category that holds now.")]
    kept: bool


def second_look_body(look: SecondLook) -> SecondLookBody:
    doubt = look.doubt
    return {
        "transaction_id": look.row.id,
        "category": doubt.category,
        "answered_at": utc_text(doubt.labelled_at),
        "others": {"category": doubt.others, "count": doubt.agreeing},
        "transaction": transaction_body(look.row.transaction),
    }
