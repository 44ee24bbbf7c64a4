"""Undoable acts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.acts import Act
from src.web.shared.fields import QueryModel, utc_text


class ActsQuery(QueryModel):
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Annotated[str | None, Field(max_length=500, description="`next_cursor` of the last page.")] = None


class UndoQuery(QueryModel):
    transaction_id: Annotated[
        str | None,
        Field(
            pattern="^[0-9a-f]{24}$",
            description="Undo only the answer that the act gave to this transaction; the act stays listed.",
        ),
    ] = None


class WhatBody(TypedDict):
    code: str
    values: dict[str, str | int | None]


class ProgressBody(TypedDict):
    done: int
    rows: Annotated[int, Field(description="To change in all.")]


class ActBody(TypedDict):
    id: str
    kind: str
    what: WhatBody
    who: Annotated[str, Field(description="`local` until there are logins.")]
    at: str
    rows: Annotated[
        int | None, Field(description="Changed transactions; null while it runs or if interrupted.")
    ]
    progress: Annotated[
        ProgressBody | None, Field(description="Of a change that goes on apart from the request.")
    ]
    undone: bool
    undone_at: str | None


class ActsBody(TypedDict):
    items: list[ActBody]
    next_cursor: str | None


class UndoneBody(TypedDict):
    act: str
    undone: Annotated[int, Field(description="Transactions restored to their state before the act.")]
    kept: Annotated[
        int,
        Field(description="Transactions left unchanged because they were answered, edited or deleted since."),
    ]


def act_body(act: Act, progress: tuple[int, int] | None) -> ActBody:
    """progress: of an act that is not done."""
    return {
        "id": act.id,
        "kind": act.kind.value,
        "what": {"code": act.what.code, "values": dict(act.what.values)},
        "who": act.owner,
        "at": utc_text(act.at),
        "rows": act.rows,
        "progress": {"done": progress[0], "rows": progress[1]} if progress else None,
        "undone": act.undone_at is not None,
        "undone_at": utc_text(act.undone_at) if act.undone_at else None,
    }
