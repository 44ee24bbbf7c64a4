"""Webhooks: each transaction is stored once and predicted, and a chosen category is an answer."""

from __future__ import annotations

import hashlib
import hmac
import re
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
    inbound_body,
)
from src.web.openapi.operations import Operations, ResponseValue
from src.web.shared.fields import utc_text
from src.web.shared.problems import problem_of
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.config import Settings
    from src.pipeline.integrations.inbound import Webhooks
    from src.services.categories.repository import Categories
    from src.services.firefly.outbox import FireflyOutbox
    from src.services.settings.preferences import PreferenceStore

_OLDEST_S = 300
"""Older or newer signatures are refused, so that a recorded request cannot be replayed."""
_SIGNATURE = re.compile(r"t=(\d{1,12})((?:,v\d{1,3}=[0-9a-f]{1,128}){1,5})")

api = Operations("webhooks", __name__, url_prefix="/api/v1/webhooks")


def _check_signature(*, settings: Settings) -> None:
    """HMAC with SHA3-256 of the time, a dot and the body exactly as sent, compared in constant time."""
    if not settings.firefly_secrets:
        raise NotFound("This webhook is off. Set FIREFLY_WEBHOOK_SECRET to the secret of your webhook.")
    match = _SIGNATURE.fullmatch(request.headers.get("Signature", ""))
    time, sent = match.groups() if match else ("0", "")
    signed = time.encode() + b"." + request.get_data()
    digests = [
        hmac.new(key.encode(), signed, hashlib.sha3_256).hexdigest() for key in settings.firefly_secrets
    ]
    signatures = [part[3:] for part in sent.split(",") if part.startswith("v1=")]
    matches = [hmac.compare_digest(digest, signature) for digest in digests for signature in signatures]
    if not any(matches):
        abort(403, "The signature does not match the body and FIREFLY_WEBHOOK_SECRET.")
    if abs(datetime.now(UTC).timestamp() - int(time)) > _OLDEST_S:
        abort(403, f"The signature is more than {_OLDEST_S} seconds old or new. Compare both clocks.")


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
    body: firefly.FireflyMessage, *, firefly_outbox: FireflyOutbox, settings: Settings
) -> ResponseValue:
    """Handles created and updated transactions; other messages get 200 and are ignored.

    The category is sent to Firefly III in the background if FIREFLY_URL is set. 404 if FIREFLY_WEBHOOK_SECRET
    is not set, 403 if the header `Signature` does not match.
    """
    group = body.group()
    if group is None:
        return {"results": []}

    def parse(item: Any) -> InboundTransaction:
        return firefly.FireflySplitBody.model_validate(item).to_inbound()

    result, bodies = _receive(group.transactions, parse, "transaction_journal_id", firefly.PROGRAM)
    if result.rows and settings.firefly_url:
        keys = [f"{firefly.PROGRAM}:{journal_id}" for journal_id in result.rows]
        firefly_outbox.add(firefly.PROGRAM, group.id, keys, again=bool(result.answers))
    return {"results": bodies}


@api.operation(
    "GET",
    "/firefly-iii",
    summary="Get the state of the updates for Firefly III",
    returns={200: DeliveriesBody},
)
def firefly_deliveries(*, firefly_outbox: FireflyOutbox, settings: Settings) -> ResponseValue:
    counts = firefly_outbox.counts(now=datetime.now(UTC))
    return {
        "on": settings.firefly_url is not None,
        "waiting": counts.waiting,
        "failed": counts.failed,
        "last_done_at": utc_text(counts.last_done_at) if counts.last_done_at else None,
        "trouble": counts.trouble,
    }


@api.operation(
    "POST",
    "/actual",
    summary="Receive transactions of Actual from a script",
    body=actual.ActualRequest,
    returns={200: InboundResultsBody},
)
def actual_transactions(body: actual.ActualRequest, *, preferences: PreferenceStore) -> ResponseValue:
    """Predicts each transaction. A `category_name` counts as an answer, which Ledgerloop learns from.

    Each is stored once, under its id. Sent again, it is predicted again if it needs review. An invalid one
    gets an error at its position.
    """
    currency = body.currency or preferences.current().currency

    def parse(item: Any) -> InboundTransaction:
        return actual.ActualTransaction.model_validate(item).to_inbound(currency)

    _, bodies = _receive(body.flat(), parse, "id", actual.PROGRAM, repredict=True)
    return {"results": bodies}


def _refused(id: Any, error: Exception) -> RefusedBody:
    is_id = isinstance(id, str | int) and len(str(id)) <= 64
    return {"id": str(id) if is_id else None, "error": problem_of(error)}


@with_services
def _receive(
    sent: Sequence[Any],
    parse: Callable[[Any], InboundTransaction],
    id_field: str,
    program: str,
    repredict: bool = False,
    *,
    webhooks: Webhooks,
    categories: Categories,
) -> tuple[InboundResult, list[InboundBody | RefusedBody]]:
    items: list[InboundTransaction | RefusedBody] = []
    for item in sent:
        try:
            items.append(parse(item))
        except (ValidationError, InvalidInput) as error:
            items.append(_refused(item.get(id_field) if isinstance(item, dict) else None, error))
    transactions = [item for item in items if isinstance(item, InboundTransaction)]
    result = webhooks.receive(transactions, program=program, at=datetime.now(UTC), repredict=repredict)
    metrics().predicted(result.rows[key].prediction for key in result.new if key in result.rows)
    for answer in result.answers:
        metrics().answered(answer.was_correct)
    by_slug = {category.slug: category for category in categories.all()}
    bodies: list[InboundBody | RefusedBody] = []
    for item in items:
        if not isinstance(item, InboundTransaction):
            bodies.append(item)
        elif row := result.rows.get(item.key):
            bodies.append(inbound_body(item.key, row, by_slug))
        else:  # a person deleted it at the same moment
            bodies.append(_refused(item.key, NotFound("There is no transaction with this id.")))
    return result, bodies
