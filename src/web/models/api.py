"""What serves: promotions and their history, the pin, and the model in the shadow."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response

from src.errors import NotFound
from src.web.models.schemas import (
    PinRequest,
    PromotedBody,
    PromoteRequest,
    PromotionBody,
    PromotionsQuery,
    ShadowBody,
    promoted_body,
    promotion_body,
    shadow_body,
)
from src.web.openapi.operations import Answer, Operations
from src.web.shared.services import container

api = Operations("promotions", __name__, url_prefix="/api/v1")

ASKED = "Asked for over the API"


@api.operation(
    "GET",
    "/promotions",
    summary="Every promotion, rollback, refusal and pin, newest first",
    query=PromotionsQuery,
    returns={200: list[PromotionBody]},
)
def list_promotions(query: PromotionsQuery) -> Answer:
    return [promotion_body(line) for line in container().models.promotions(query.limit)]


@api.operation(
    "POST",
    "/models/{version}/promote",
    summary="Let this version serve",
    body=PromoteRequest,
    body_optional=True,
    returns={200: PromotedBody},
    errors=(404, 409, 503),
)
def promote_model(version: str, body: PromoteRequest) -> Answer:
    """A rollback is the same call with an older version. Every worker serves it within two seconds.

    409 for a version that cannot be loaded. With `pin` neither training nor a move of the MLflow alias
    replaces it until it is let go; without, a pin of what served before ends.
    """
    pointer = container().by_hand.promote(
        version, reason=body.reason or ASKED, at=datetime.now(UTC), pin=body.pin
    )
    return promoted_body(pointer)


@api.operation(
    "POST",
    "/models/pin",
    summary="Keep what serves",
    body=PinRequest,
    body_optional=True,
    returns={200: PromotedBody},
    errors=(404, 409, 503),
)
def pin_model(body: PinRequest) -> Answer:
    """Training goes on and judges, but promotes nothing until it is let go. A person still may.

    409 where another than the named version serves; 404 where none does.
    """
    pointer = container().models.pin(
        body.version, by="person", reason=body.reason or ASKED, at=datetime.now(UTC)
    )
    return promoted_body(pointer)


@api.operation(
    "DELETE",
    "/models/pin",
    summary="Let go of what is pinned",
    returns={200: PromotedBody},
    errors=(404, 409, 503),
)
def unpin_model() -> Answer:
    """The next better model takes over. Changes nothing where nothing is pinned."""
    return promoted_body(container().models.let_go(by="person", reason=ASKED, at=datetime.now(UTC)))


@api.operation(
    "GET",
    "/models/shadow",
    summary="The model in the shadow, and how it does",
    returns={200: ShadowBody},
    errors=(404, 503),
)
def shadow_model() -> Answer:
    """Judged by later answers, on rows that the champion's model decided; 404 where none runs."""
    standing = container().by_hand.standing()
    if standing is None:
        raise NotFound("No model runs in the shadow.")
    return shadow_body(standing)


@api.operation(
    "POST",
    "/models/{version}/shadow",
    summary="Let this version run in the shadow",
    returns={200: ShadowBody},
    errors=(404, 409, 503),
)
def start_shadow(version: str) -> Answer:
    """It predicts beside the champion, on rows that are kept, and is not shown.

    It takes the place of another that runs there. 409 for the version that serves, or one that cannot
    be loaded.
    """
    container().by_hand.shadow(version, at=datetime.now(UTC))
    return shadow_model()


@api.operation(
    "DELETE",
    "/models/shadow",
    summary="End the shadow",
    returns={204: None},
    errors=(404, 503),
)
def end_shadow() -> Answer:
    container().models.shadows.end()
    return Response(status=204)
