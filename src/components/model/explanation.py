"""Reasons of a prediction: labels for the parts of a transaction, and the parts that mattered most."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from src.components.features.typical_amounts import PREFIX as AMOUNTS_PREFIX
from src.components.lexicon.matcher import PREFIX as LEXICON_PREFIX
from src.domain.predictions import Reason
from src.domain.transactions import Transaction

_MIN_WEIGHT = 0.0005
"""Weights are shown with three decimals; one that would read 0.000 is dropped."""

AMOUNT, DAY = "amount:", "monthday:"
"""Placeholder labels that `with_values` fills in; no word and no other label looks like them."""


def field_label(field: str) -> str:
    """The label of a field token such as `mode:upi`; AMOUNT or DAY for these two."""
    name, _, value = field.partition(":")
    if name.startswith(LEXICON_PREFIX):
        return f"listed under {value}"
    if name in ("amount", "cents"):
        return AMOUNT
    if name.startswith(AMOUNTS_PREFIX):
        return "amount compared with the typical one"
    if name == "via":
        return f"paid through {value}"
    if name == "monthday":
        return DAY
    return value if name == "direction" else f"{name} {value}"


def with_values(reasons: Iterable[Reason], transaction: Transaction) -> tuple[Reason, ...]:
    """`reasons` with the amount and the day of `transaction` in their labels."""
    labels = {
        AMOUNT: lambda: f"amount about {_about(float(transaction.amount))}",
        DAY: lambda: f"day {transaction.date.day} of the month",
    }
    return tuple(
        replace(reason, feature=labels[reason.feature]()) if reason.feature in labels else reason
        for reason in reasons
    )


def strongest_reasons(weights: Iterable[tuple[str, float]], limit: int) -> tuple[Reason, ...]:
    """Sum the weights of equal labels; the `limit` largest by absolute value, largest first."""
    totals: dict[str, float] = {}
    for label, weight in weights:
        totals[label] = totals.get(label, 0.0) + weight
    shown = [label for label, weight in totals.items() if abs(weight) >= _MIN_WEIGHT]
    ranked = sorted(shown, key=lambda label: (-abs(totals[label]), label))
    return tuple(Reason(label, round(totals[label], 3)) for label in ranked[:limit])


def _about(amount: float) -> str:
    """Two significant digits, without an exponent: 350.75 -> 350, 12499 -> 12,000, 0.994 -> 0.99."""
    size = abs(amount)
    if not math.isfinite(size) or size == 0:
        return "0"
    rounded = round(size, 1 - math.floor(math.log10(size)))
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.2g}"
