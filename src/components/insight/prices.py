"""The amounts of a series: a price that changes in steps, or amounts that vary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from src.domain.recurring import Payment, PriceChange

_ONE_PRICE = 0.015
"""Amounts that differ by a smaller share are one price."""
_LARGEST_OUTLIER = 6
"""An amount that is more times the median is something else."""
_LARGEST_STEP = 2.0
"""A price that changes by a larger factor is the price of something else."""


@dataclass(frozen=True, slots=True)
class Prices:
    varies: bool
    current: int
    changes: tuple[PriceChange, ...]
    spread: float
    """Mean deviation from the median as a share of it, if the amounts vary."""


def same_price(one: float, other: float) -> bool:
    return abs(one - other) <= _ONE_PRICE * max(one, other)


def prices_of(payments: Sequence[Payment], per_year: int) -> Prices | None:
    """payments: of one series, oldest first. None if their amounts have nothing in common."""
    levels = _levels(payments)
    steps = list(pairwise(levels))
    changes = tuple(PriceChange(old[-1].amount, new[0].amount, new[0].date) for old, new in steps)
    # A yearly price may change each time; else all but the first and the last are there for some payments.
    most = len(payments) if per_year == 1 else 1 + len(payments) // 4
    lasting = per_year == 1 or all(len(level) > 1 for level in levels[1:-1])
    if lasting and len(changes) <= most:
        return Prices(False, levels[-1][-1].amount, changes, 0) if all(map(_is_step, changes)) else None
    amounts = [payment.amount for payment in payments]
    middle = median(amounts)
    spread = mean(abs(amount - middle) for amount in amounts) / middle
    if max(amounts) > _LARGEST_OUTLIER * middle:
        return None
    return Prices(True, round(mean(amounts[-max(per_year, 3) :])), (), spread)


def _is_step(change: PriceChange) -> bool:
    return max(change.old, change.new) <= _LARGEST_STEP * min(change.old, change.new)


def _levels(payments: Sequence[Payment]) -> list[list[Payment]]:
    """Consecutive payments of one price. A single other amount between two equal ones is no level."""
    levels: list[list[Payment]] = []
    for payment in payments:
        if levels and same_price(levels[-1][-1].amount, payment.amount):
            levels[-1].append(payment)
        elif len(levels) > 1 and len(levels[-1]) == 1 and same_price(levels[-2][-1].amount, payment.amount):
            levels.pop()
            levels[-1].append(payment)
        else:
            levels.append([payment])
    return levels
