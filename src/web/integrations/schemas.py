"""Bodies of the webhooks. Unknown fields are ignored, because the other program defines the form."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from typing_extensions import TypedDict

from src.domain.categories import Category
from src.domain.transactions import Status, StoredTransaction
from src.web.shared.fields import MAX_AMOUNT
from src.web.shared.problems import Problem

_LONGEST = 2000
_MOST_TAGS = 20
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,24})?")


def _text(value: Any) -> str:
    """One line of printable characters; odd text is no reason to refuse a transaction."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("A text is expected")
    printable = (character if character.isprintable() else " " for character in value[:_LONGEST])
    return " ".join("".join(printable).split())


def _texts(value: Any) -> list[str]:
    """Odd tags are no reason to refuse a transaction."""
    items = value[:_MOST_TAGS] if isinstance(value, list) else []
    return [text for item in items if isinstance(item, str) and (text := _text(item))]


def _number(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**18:
        return str(value)
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,17}", value):
        return value
    raise ValueError("A whole number is expected")


def _size(value: Any) -> Decimal:
    is_text = isinstance(value, str) and _DECIMAL.fullmatch(value)
    if is_text or (isinstance(value, int) and not isinstance(value, bool)):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 < abs(value) <= MAX_AMOUNT:
        raise ValueError("An amount other than 0 is expected, of at most 1000000000000")
    return abs(value)


Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "null"]})]
Tags = Annotated[
    tuple[str, ...],
    BeforeValidator(_texts),
    WithJsonSchema({"type": ["array", "null"], "items": {"type": "string"}}),
]
Number = Annotated[
    str,
    BeforeValidator(_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "exclusiveMaximum": 10**18},
                {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"},
            ]
        }
    ),
]
Size = Annotated[
    Decimal,
    BeforeValidator(_size),
    WithJsonSchema({"type": ["string", "number"], "description": "Without its sign.", "examples": ["12.50"]}),
]


class InboundBody(TypedDict):
    """The current state of one transaction."""

    id: Annotated[str, Field(description="The calling program's id.")]
    transaction_id: Annotated[str, Field(description="Ledgerloop's id.")]
    category: Annotated[str | None, Field(description="Its name; null if it is uncategorized.")]
    slug: str | None
    band: Annotated[str, Field(description="Of the prediction: auto, suggest or unknown.")]
    confidence: Annotated[float, Field(ge=0, le=1)]
    decided_by: Annotated[str, Field(description="person, rule, memory or model.")]
    needs_review: Annotated[bool, Field(description="False: the category can be set.")]


class RefusedBody(TypedDict):
    """In the place of a transaction that could not be read."""

    id: str | None
    error: Problem


class InboundResultsBody(TypedDict):
    """In the order of the request, one result per split."""

    results: list[InboundBody | RefusedBody]


class DeliveriesBody(TypedDict):
    """The state of the updates for Firefly III."""

    on: Annotated[bool, Field(description="Whether FIREFLY_URL is set.")]
    waiting: int
    failed: Annotated[int, Field(description="In the last 30 days.")]
    last_done_at: str | None
    trouble: Annotated[str | None, Field(description="Why the newest is waiting or has failed.")]


def inbound_body(id: str, row: StoredTransaction, categories: dict[str, Category]) -> InboundBody:
    """categories: by slug."""
    prediction, category = row.prediction, categories.get(row.category or "")
    answered = row.status is not Status.PREDICTED
    return {
        "id": id,
        "transaction_id": row.id,
        "category": category.name if category else row.category,
        "slug": row.category,
        "band": prediction.band.value,
        "confidence": round(prediction.confidence, 6),
        "decided_by": "person" if answered else prediction.decided_by.value,
        "needs_review": row.is_uncertain,
    }
