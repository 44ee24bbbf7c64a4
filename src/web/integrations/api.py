"""What other programs call: each transaction is kept once, predicted, and learned from where one chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from flask import abort, request
from pydantic import ValidationError

from src.errors import InvalidInput, NotFound
from src.pipeline.integrations.inbound import Taken, Told
from src.web.health.metrics import metrics
from src.web.integrations import actual_schemas as actual
from src.web.integrations import firefly_schemas as firefly
from src.web.integrations.schemas import (
    DeliveriesBody,
    RefusedBody,
    TakenBody,
    ToldBody,
    deliveries_body,
    told_body,
)
from src.web.integrations.signature import OLDEST_S, is_recent, is_signed
from src.web.openapi.operations import Answer, Operations
from src.web.shared.problems import problem_of
from src.web.shared.services import container

api = Operations("webhooks", __name__, url_prefix="/api/v1/webhooks")


def _check_signature() -> None:
    secrets = container().settings.firefly_secrets
    if not secrets:
        raise NotFound("This webhook is switched off: set FIREFLY_WEBHOOK_SECRET to the secret of yours.")
    header = request.headers.get("Signature", "")
    if not is_signed(header, request.get_data(), secrets):
        abort(403, "The signature does not fit the body and FIREFLY_WEBHOOK_SECRET.")
    if not is_recent(header, datetime.now(UTC)):
        abort(403, f"The signature is not of the last {OLDEST_S} seconds; do both clocks agree?")


@api.operation(
    "POST",
    "/firefly-iii",
    summary="A webhook of Firefly III",
    body=firefly.FireflyMessage,
    returns={200: TakenBody},
    errors=(404, 503),
    before=_check_signature,
)
def firefly_iii(body: firefly.FireflyMessage) -> Answer:
    """Takes stored and updated transactions; other messages are answered and left alone.

    The category is sent to Firefly III apart from this call, where FIREFLY_URL is set. 404 where no
    FIREFLY_WEBHOOK_SECRET is set, 403 where the header `Signature` does not fit.
    """
    group = body.group()
    if group is None:
        return {"results": []}
    read = [_read(item, _firefly_split, "transaction_journal_id") for item in group.transactions]
    taken, results = _take(read, firefly.PROGRAM)
    if taken.rows and container().settings.firefly_url:
        keys = [f"{firefly.PROGRAM}:{number}" for number in taken.rows]
        container().deliveries.add(firefly.PROGRAM, group.id, keys, anew=bool(taken.answers))
    return {"results": results}


def _firefly_split(item: Any) -> Told:
    return firefly.FireflySplit.model_validate(item).to_told()


@api.operation(
    "GET",
    "/firefly-iii",
    summary="How categories get to Firefly III",
    returns={200: DeliveriesBody},
)
def firefly_deliveries() -> Answer:
    counts = container().deliveries.counts(now=datetime.now(UTC))
    return deliveries_body(counts, on=container().settings.firefly_url is not None)


@api.operation(
    "POST",
    "/actual",
    summary="Transactions of Actual, from a script",
    body=actual.ActualRequest,
    returns={200: TakenBody},
)
def actual_transactions(body: actual.ActualRequest) -> Answer:
    """Answers what to call each. One that is called something in Actual (`category_name`) is learned from.

    Each is kept once by its id; asked about again, it is predicted anew while nobody is sure. One that
    cannot be taken gets an error in its place.
    """
    currency = body.currency or container().settings.currency

    def told(item: Any) -> Told:
        return actual.ActualTransaction.model_validate(item).to_told(currency)

    _, results = _take([_read(item, told, "id") for item in body.each()], actual.PROGRAM, again=True)
    return {"results": results}


def _read(item: Any, read: Callable[[Any], Told], number: str) -> Told | RefusedBody:
    try:
        return read(item)
    except (ValidationError, InvalidInput) as error:
        return _refused(item.get(number) if isinstance(item, dict) else None, error)


def _refused(id: Any, error: Exception) -> RefusedBody:
    named = isinstance(id, str | int) and len(str(id)) <= 64
    return {"id": str(id) if named else None, "error": problem_of(error)}


def _take(
    read: Iterable[Told | RefusedBody], program: str, *, again: bool = False
) -> tuple[Taken, list[ToldBody | RefusedBody]]:
    items = list(read)
    told = [each for each in items if isinstance(each, Told)]
    taken = container().webhooks.take(told, program=program, at=datetime.now(UTC), again=again)
    metrics().predicted(taken.rows[key].prediction for key in taken.fresh if key in taken.rows)
    for answer in taken.answers:
        metrics().answered(answer.was_correct)
    return taken, _results(items, taken)


def _results(items: list[Told | RefusedBody], taken: Taken) -> list[ToldBody | RefusedBody]:
    categories = {each.slug: each for each in container().categories.all()}
    results: list[ToldBody | RefusedBody] = []
    for each in items:
        if not isinstance(each, Told):
            results.append(each)
        elif row := taken.rows.get(each.key):
            results.append(told_body(each.key, row, categories))
        else:  # a person deleted it in this very moment
            results.append(_refused(each.key, NotFound("There is no transaction with this id.")))
    return results
