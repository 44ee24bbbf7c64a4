"""Reasons of a prediction: codes for the parts of a transaction, and the parts that mattered most.

A code is a word of the text, or `name:value`; `web/shared/labels.py` puts it into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from src.components.features.typical_amounts import PREFIX as AMOUNTS_PREFIX
from src.components.lexicon.matcher import PREFIX as LEXICON_PREFIX
from src.domain.predictions import Reason
from src.domain.transactions import Transaction

_MIN_WEIGHT = 0.0005
"""Weights are shown with three decimals; one that would read 0.000 is dropped."""

AMOUNT, DAY = "amount:", "day:"
"""Codes that `with_values` completes."""


@lru_cache(4096)
def field_code(field: str) -> str:
    """The code of a field token such as `mode:upi`; AMOUNT or DAY for these two."""
    name, _, value = field.partition(":")
    if name.startswith(LEXICON_PREFIX):
        return f"{LEXICON_PREFIX}:{value}"
    if name.startswith(AMOUNTS_PREFIX):
        return "typical-amount:"
    if name in ("amount", "cents") and value != "missing":
        return AMOUNT
    if name == "monthday":
        return DAY
    return value if name == "direction" else field


def with_values(reasons: Iterable[Reason], transaction: Transaction) -> tuple[Reason, ...]:
    """`reasons` with the amount and the day of `transaction` in their codes."""
    return tuple(
        [
            Reason(reason.feature + _value(reason.feature, transaction), reason.weight)
            if reason.feature in (AMOUNT, DAY)
            else reason
            for reason in reasons
        ]
    )


def _value(code: str, transaction: Transaction) -> str:
    return f"{transaction.amount:f}" if code == AMOUNT else str(transaction.date.day)


def strongest_reasons(weights: Mapping[str, float], limit: int) -> tuple[Reason, ...]:
    """The `limit` largest by absolute value, largest first. weights: by code."""
    ranked = sorted([(-abs(weight), code) for code, weight in weights.items() if abs(weight) >= _MIN_WEIGHT])
    return tuple([Reason(code, round(weights[code], 3)) for _, code in ranked[:limit]])
