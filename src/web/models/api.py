"""Promotions and their history, the pin, and the shadow test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

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
from src.web.models.text import REQUESTED_OVER_API
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.pipeline.registry.model_actions import ModelActions
    from src.services.models.repository import Models

api = Operations("promotions", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/promotions",
    summary="List promotions, rollbacks, refusals and pins, newest first",
    query=PromotionsQuery,
    returns={200: list[PromotionBody]},
)
def list_promotions(query: PromotionsQuery, *, models: Models) -> ResponseValue:
    return [promotion_body(line) for line in models.promotions(query.limit)]


@api.operation(
    "POST",
    "/models/{version}/promote",
    summary="Promote a version",
    body=PromoteRequest,
    body_optional=True,
    returns={200: PromotedBody},
    errors=(404, 409, 503),
)
def promote_model(version: str, body: PromoteRequest, *, model_actions: ModelActions) -> ResponseValue:
    """To roll back, promote an older version. Every worker uses the version within two seconds.

    409 for a version that cannot be loaded. With `pin`, neither training nor a moved MLflow alias replaces it
    until it is unpinned; without `pin`, a pin of the previous champion ends.
    """
    pointer = model_actions.promote(
        version, reason=body.reason or REQUESTED_OVER_API, at=datetime.now(UTC), pin=body.pin
    )
    return promoted_body(pointer)


@api.operation(
    "POST",
    "/models/pin",
    summary="Pin the champion",
    body=PinRequest,
    body_optional=True,
    returns={200: PromotedBody},
    errors=(404, 409, 503),
)
def pin_model(body: PinRequest, *, models: Models) -> ResponseValue:
    """Training continues, but promotes nothing until the champion is unpinned. A person can still promote.

    409 if another version than the named one is active; 404 if none is.
    """
    pointer = models.pin(
        body.version, by="person", reason=body.reason or REQUESTED_OVER_API, at=datetime.now(UTC)
    )
    return promoted_body(pointer)


@api.operation(
    "DELETE",
    "/models/pin",
    summary="Unpin the champion",
    returns={200: PromotedBody},
    errors=(404, 409, 503),
)
def unpin_model(*, models: Models) -> ResponseValue:
    """The next better model can replace it. Does nothing if no version is pinned."""
    return promoted_body(models.unpin(by="person", reason=REQUESTED_OVER_API, at=datetime.now(UTC)))


@api.operation(
    "GET",
    "/models/shadow",
    summary="Get the shadow test and its results",
    returns={200: ShadowBody},
    errors=(404, 503),
)
def shadow_model(*, model_actions: ModelActions) -> ResponseValue:
    """Counts later answers to transactions that the champion's model decided. 404 if no shadow test runs."""
    test = model_actions.shadow_test()
    if test is None:
        raise NotFound("No shadow test is running.")
    return shadow_body(test)


@api.operation(
    "POST",
    "/models/{version}/shadow",
    summary="Start a shadow test of a version",
    returns={200: ShadowBody},
    errors=(404, 409, 503),
)
def start_shadow(version: str, *, model_actions: ModelActions) -> ResponseValue:
    """The version predicts new transactions as well as the champion; its predictions are not shown.

    Replaces a running shadow test. 409 for the champion, or a version that cannot be loaded.
    """
    model_actions.shadow(version, at=datetime.now(UTC))
    test = model_actions.shadow_test()
    if test is None:  # ended in the meantime
        raise NotFound("No shadow test is running.")
    return shadow_body(test)


@api.operation(
    "DELETE",
    "/models/shadow",
    summary="Stop the shadow test",
    returns={204: None},
    errors=(404, 503),
)
def end_shadow(*, models: Models) -> ResponseValue:
    models.shadows.end()
    return Response(status=204)
