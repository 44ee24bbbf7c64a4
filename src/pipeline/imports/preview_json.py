"""Frozen dataclasses as JSON and back, by their annotations.

Not with pydantic, which would also need to handle everything in a Ledgerloop export, which a preview never
has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> bytes:
    return json.dumps(_plain(value)).encode()


def from_json(kind: type[T], text: bytes) -> T:
    """Raises ValueError if `text` is something else; another release may have written it."""
    try:
        typed: T = _typed(kind, json.loads(text))
    except (TypeError, LookupError, AttributeError, ArithmeticError) as error:
        raise ValueError(type(error).__name__) from None
    return typed


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _typed(kind: Any, value: Any) -> Any:
    if isinstance(kind, UnionType):
        if value is None:
            return None
        kind = next(option for option in get_args(kind) if option is not NoneType)
    if get_origin(kind) is tuple:
        return tuple(_typed(get_args(kind)[0], part) for part in value)
    if is_dataclass(kind):
        hints: Mapping[str, Any] = _hints(kind)  # type: ignore[arg-type]
        construct: Any = kind
        return construct(**{name: _typed(hint, value[name]) for name, hint in hints.items()})
    if kind is date:
        return date.fromisoformat(value)
    if isinstance(value, kind):
        return value
    if kind is Decimal or issubclass(kind, Enum):
        return kind(value)
    raise TypeError(kind)


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
