"""Cursors of lists: where a page begins, in an address."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bson.errors import InvalidId

from src.errors import InvalidInput


def encode_cursor(*parts: str | float) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *types: Callable[[Any], Any]) -> list[Any]:
    """The parts, each converted by its type. Raises InvalidInput for a cursor that no page gave."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded))
        return [convert(part) for convert, part in zip(types, parts, strict=True)]
    except (ValueError, TypeError, OverflowError, OSError, InvalidId, binascii.Error, RecursionError):
        raise not_a_cursor() from None


def not_a_cursor() -> InvalidInput:
    return InvalidInput("This cursor is not from an earlier page.", field="cursor")


def time_of(value: Any) -> datetime:
    """Raises ValueError or OverflowError if it is not a time."""
    return datetime.fromtimestamp(float(value), tz=UTC)
