"""A category that is called otherwise nearly everywhere, and what a person says when asked about it."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, Strict
from typing_extensions import TypedDict

from src.domain.labels import Move
from src.web.shared.fields import RequestModel, Slug


class MoveRequest(RequestModel):
    """Let the newest answers stand, or make them what was said before."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"earlier": "dining", "category": "groceries", "keep": True}]}
    )

    earlier: Slug
    category: Slug
    keep: Annotated[
        bool,
        Strict(),
        Field(description="True: it is meant and trains from now on. False: all are what they used to be."),
    ]


class MoveBody(TypedDict):
    earlier: Annotated[str, Field(description="What these merchants used to be called.")]
    category: Annotated[
        str, Field(description="What the newest answers say; they hold, but do not train yet.")
    ]
    answers: int
    merchants: int


class SettledMoveBody(TypedDict):
    category: Annotated[str, Field(description="The category that these answers say now.")]
    answers: int
    kept: bool


def move_body(move: Move) -> MoveBody:
    return {
        "earlier": move.earlier,
        "category": move.category,
        "answers": len(move.transaction_ids),
        "merchants": move.merchants,
    }
