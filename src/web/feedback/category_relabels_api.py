"""Categories that are called otherwise nearly everywhere, until a person has said that it is meant."""

from __future__ import annotations

from datetime import UTC, datetime

from src.web.feedback.category_relabels_schemas import MoveBody, MoveRequest, SettledMoveBody, move_body
from src.web.openapi.operations import Answer, Operations
from src.web.shared.services import container

api = Operations("moves", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/moves",
    summary="The changes of whole categories that wait for a second look",
    returns={200: list[MoveBody]},
)
def list_moves() -> Answer:
    """Found by a training run. Until one is settled, models learn what was said before."""
    return [move_body(move) for move in container().second_looks.moves()]


@api.operation(
    "POST",
    "/moves",
    summary="Say whether the change of a whole category is meant",
    body=MoveRequest,
    returns={200: SettledMoveBody},
    errors=(404, 409, 503),
)
def settle_move(body: MoveRequest) -> Answer:
    """404 where no such change waits."""
    looks, now = container().second_looks, datetime.now(UTC)
    move = looks.move(body.earlier, body.category)
    if body.keep:
        looks.confirm_move(move, at=now)
    else:
        looks.revert_move(move, at=now)
    holds = move.category if body.keep else move.earlier
    return {"category": holds, "answers": len(move.transaction_ids), "kept": body.keep}
