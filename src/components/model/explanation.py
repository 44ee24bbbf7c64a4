"""Reasons in a person's words: what each part of a transaction is called, and which parts mattered most."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from src.components.features.typical_amounts import PREFIX as USUAL
from src.components.lexicon.matcher import PREFIX
from src.domain.predictions import Reason
from src.domain.transactions import Transaction

_LEAST = 0.0005
"""Weights are told with three decimals; one that would read 0.000 is none."""


AMOUNT, DAY = "amount:", "monthday:"
"""Labels that `told` fills with what the transaction says; no word and no other label reads like them."""


def field_label(field: str) -> str:
    """What a person calls a field token of `reading.read`, such as `mode:upi`; AMOUNT or DAY for these."""
    name, _, value = field.partition(":")
    if name.startswith(PREFIX):
        return f"listed under {value}"
    if name in ("amount", "cents"):
        return AMOUNT
    if name.startswith(USUAL):
        return "amount beside the usual one"
    if name == "via":
        return f"paid through {value}"
    if name == "monthday":
        return DAY
    return value if name == "direction" else f"{name} {value}"


def with_values(reasons: Iterable[Reason], transaction: Transaction) -> tuple[Reason, ...]:
    """`reasons` with the amount and the day of `transaction` in their labels."""
    said = {
        AMOUNT: lambda: f"amount about {_about(float(transaction.amount))}",
        DAY: lambda: f"day {transaction.date.day} of the month",
    }
    return tuple(
        Reason(said[each.feature](), each.weight) if each.feature in said else each for each in reasons
    )


def strongest_reasons(weights: Iterable[tuple[str, float]], limit: int) -> tuple[Reason, ...]:
    """Add up the weights of equal labels, and give the `limit` largest either way, strongest first."""
    totals: dict[str, float] = {}
    for label, weight in weights:
        totals[label] = totals.get(label, 0.0) + weight
    return tuple(Reason(label, round(totals[label], 3)) for label in _ranked(totals)[:limit])


def _ranked(totals: Mapping[str, float]) -> list[str]:
    worth_telling = [label for label, weight in totals.items() if abs(weight) >= _LEAST]
    return sorted(worth_telling, key=lambda label: (-abs(totals[label]), label))


def _about(amount: float) -> str:
    """Two significant digits, without an exponent: 350.75 -> 350, 12499 -> 12,000, 0.994 -> 0.99."""
    size = abs(amount)
    if not math.isfinite(size) or size == 0:
        return "0"
    rounded = round(size, 1 - math.floor(math.log10(size)))
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.2g}"
