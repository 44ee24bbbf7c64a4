"""Predicting unanswered transactions again."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, Strict
from typing_extensions import TypedDict

from src.pipeline.prediction.repredict import Repredicted
from src.web.shared.fields import RequestModel

Act = Annotated[str, Strict(), Field(pattern=r"^[0-9a-f]{24}$")]


class RepredictRequest(RequestModel):
    """Starts a new act, or continues the given one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    act: Act | None = None


class TakeBackRequest(RequestModel):
    """The act that a call of repredict returned."""

    act: Act


class RepredictedBody(TypedDict):
    act: Annotated[str, Field(description="Send it to continue or to undo.")]
    model: Annotated[str, Field(description="Version of the champion, which predicted them.")]
    predicted: Annotated[int, Field(description="How many the act has predicted again so far.")]
    changed: Annotated[int, Field(description="Of these, with another category than before.")]
    left: Annotated[int, Field(description="Call again with the act until this is 0.")]


class TakenBackBody(TypedDict):
    undone: int


def repredicted_body(done: Repredicted) -> RepredictedBody:
    return {
        "act": done.act,
        "model": done.version,
        "predicted": done.rows,
        "changed": done.changed,
        "left": done.left,
    }
