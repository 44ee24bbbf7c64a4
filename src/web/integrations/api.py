"""Webhooks: each transaction is stored once and predicted, and a chosen category is an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import abort, request
from pydantic import ValidationError

from src.errors import InvalidInput, NotFound
from src.pipeline.integrations.inbound import InboundResult, InboundTransaction
from src.web.health.metrics import metrics
from src.web.integrations import actual_schemas as actual
from src.web.integrations import firefly_schemas as firefly
from src.web.integrations.schemas import (
    DeliveriesBody,
    InboundBody,
    InboundResultsBody,
    RefusedBody,
    deliveries_body,
    inbound_body,
)
from src.web.integrations.signature import OLDEST_S, is_recent, is_signed
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared.problems import problem_of
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.config import Settings
    from src.domain.categories import Category
    from src.pipeline.integrations.inbound import Webhooks
    from src.services.categories.repository import Categories
    from src.services.firefly.outbox import FireflyOutbox

api = Operations("webhooks", __name__, url_prefix="/api/v1/webhooks")


def _check_signature(*, settings: Settings) -> None:
    secrets = settings.firefly_secrets
    if not secrets:
        raise NotFound("This webhook is off. Set FIREFLY_WEBHOOK_SECRET to the secret of your webhook.")
    header = request.headers.get("Signature", "")
    if not is_signed(header, request.get_data(), secrets):
        abort(403, "The signature does not match the body and FIREFLY_WEBHOOK_SECRET.")
    if not is_recent(header, datetime.now(UTC)):
        abort(403, f"The signature is more than {OLDEST_S} seconds old or new. Compare both clocks.")


@api.operation(
    "POST",
    "/firefly-iii",
    summary="Receive a webhook of Firefly III",
    body=firefly.FireflyMessage,
    returns={200: InboundResultsBody},
    errors=(404, 503),
    before=with_services(_check_signature),
)
def firefly_iii(
    body: firefly.FireflyMessage,
    *,
    webhooks: Webhooks,
    categories: Categories,
    firefly_outbox: FireflyOutbox,
    settings: Settings,
) -> ResponseValue:
    """Handles created and updated transactions; other messages get 200 and are ignored.

    The category is sent to Firefly III in the background if FIREFLY_URL is set. 404 if FIREFLY_WEBHOOK_SECRET
    is not set, 403 if the header `Signature` does not match.
    """
    group = body.group()
    if group is None:
        return {"results": []}
    items = [_parsed(item, _firefly_split, "transaction_journal_id") for item in group.transactions]
    result, bodies = _receive(items, firefly.PROGRAM, webhooks, categories)
    if result.rows and settings.firefly_url:
        keys = [f"{firefly.PROGRAM}:{journal_id}" for journal_id in result.rows]
        firefly_outbox.add(firefly.PROGRAM, group.id, keys, again=bool(result.answers))
    return {"results": bodies}


def _firefly_split(item: Any) -> InboundTransaction:
    return firefly.FireflySplit.model_validate(item).to_inbound()


@api.operation(
    "GET",
    "/firefly-iii",
    summary="Get the state of the updates for Firefly III",
    returns={200: DeliveriesBody},
)
def firefly_deliveries(*, firefly_outbox: FireflyOutbox, settings: Settings) -> ResponseValue:
    counts = firefly_outbox.counts(now=datetime.now(UTC))
    return deliveries_body(counts, on=settings.firefly_url is not None)


@api.operation(
    "POST",
    "/actual",
    summary="Receive transactions of Actual from a script",
    body=actual.ActualRequest,
    returns={200: InboundResultsBody},
)
def actual_transactions(
    body: actual.ActualRequest, *, webhooks: Webhooks, categories: Categories, settings: Settings
) -> ResponseValue:
    """Predicts each transaction. A `category_name` counts as an answer, which Ledgerloop learns from.

    Each is stored once, under its id. Sent again, it is predicted again if it needs review. An invalid one
    gets an error at its position.
    """
    currency = body.currency or settings.currency

    def parse(item: Any) -> InboundTransaction:
        return actual.ActualTransaction.model_validate(item).to_inbound(currency)

    items = [_parsed(item, parse, "id") for item in body.flat()]
    _, bodies = _receive(items, actual.PROGRAM, webhooks, categories, repredict=True)
    return {"results": bodies}


def _parsed(
    item: Any, parse: Callable[[Any], InboundTransaction], id_field: str
) -> InboundTransaction | RefusedBody:
    try:
        return parse(item)
    except (ValidationError, InvalidInput) as error:
        return _refused(item.get(id_field) if isinstance(item, dict) else None, error)


def _refused(id: Any, error: Exception) -> RefusedBody:
    is_id = isinstance(id, str | int) and len(str(id)) <= 64
    return {"id": str(id) if is_id else None, "error": problem_of(error)}


def _receive(
    items: Sequence[InboundTransaction | RefusedBody],
    program: str,
    webhooks: Webhooks,
    categories: Categories,
    *,
    repredict: bool = False,
) -> tuple[InboundResult, list[InboundBody | RefusedBody]]:
    transactions = [item for item in items if isinstance(item, InboundTransaction)]
    result = webhooks.receive(transactions, program=program, at=datetime.now(UTC), repredict=repredict)
    metrics().predicted(result.rows[key].prediction for key in result.new if key in result.rows)
    for answer in result.answers:
        metrics().answered(answer.was_correct)
    by_slug = {category.slug: category for category in categories.all()}
    return result, [_body(item, result, by_slug) for item in items]


def _body(
    item: InboundTransaction | RefusedBody, result: InboundResult, categories: dict[str, Category]
) -> InboundBody | RefusedBody:
    if not isinstance(item, InboundTransaction):
        return item
    if row := result.rows.get(item.key):
        return inbound_body(item.key, row, categories)
    # A person deleted it at the same moment.
    return _refused(item.key, NotFound("There is no transaction with this id."))
