"""Anomalies injected into a ledger, so that what finds them can be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from src.domain.anomalies import Spending

_LONGEST_DELAY_DAYS = 2


@dataclass(frozen=True)
class Injected:
    payments: list[Spending]
    is_injected: np.ndarray
    """Shape (n_payments,)."""


def inject_factors(
    payments: Sequence[Spending], among: np.ndarray, count: int, factors: Sequence[float], *, seed: int
) -> Injected:
    """Multiply `count` amounts by one of `factors`. among: positions that may be chosen."""
    random = np.random.default_rng(seed)
    chosen = random.choice(among, size=min(count, len(among)), replace=False)
    changed = list(payments)
    for position in chosen.tolist():
        factor = float(random.choice(list(factors)))
        payment = changed[position]
        changed[position] = replace(payment, amount=max(1, round(payment.amount * factor)))
    is_injected = np.zeros(len(changed), dtype=bool)
    is_injected[chosen] = True
    return Injected(changed, is_injected)


def inject_duplicates(payments: Sequence[Spending], among: np.ndarray, count: int, *, seed: int) -> Injected:
    """Repeat `count` payments on the same day or up to two days later."""
    random = np.random.default_rng(seed)
    copies = []
    for position in random.choice(among, size=min(count, len(among)), replace=False).tolist():
        payment = payments[position]
        delay = timedelta(days=int(random.integers(0, _LONGEST_DELAY_DAYS + 1)))
        copies.append(replace(payment, id=f"{payment.id} again", date=payment.date + delay))
    is_injected = np.array([False] * len(payments) + [True] * len(copies))
    return Injected([*payments, *copies], is_injected)
