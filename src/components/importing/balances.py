"""A running balance tells which amounts took money away."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from src.components.importing.amounts import marks_that_fit, parse_amount
from src.components.importing.record import Cell

_MOSTLY = 0.8
_FEWEST = 3


def running(amounts: Sequence[Cell], balances: Sequence[Cell]) -> int:
    """1 where the balance falls with negative amounts, -1 where it falls with positive ones, 0 where neither.

    The amounts of consecutive rows, read in either direction of time.
    """
    texts = {each for each in (*amounts, *balances) if isinstance(each, str) and each}
    mark = marks_that_fit(texts)[0]

    pairs = [
        (_value(amount, mark), _value(balance, mark))
        for amount, balance in zip(amounts, balances, strict=False)
    ]
    whole = [(amount, balance) for amount, balance in pairs if amount is not None and balance is not None]
    if len(whole) < _FEWEST:
        return 0
    steps = list(pairwise(whole))
    for sign in (1, -1):
        later = sum(after[1] - before[1] == sign * after[0] for before, after in steps)
        earlier = sum(before[1] - after[1] == sign * before[0] for before, after in steps)
        if max(later, earlier) >= _MOSTLY * len(steps):
            return sign
    return 0


def _value(cell: Cell, mark: str) -> Decimal | None:
    if isinstance(cell, str):
        found = parse_amount(cell, mark)
        return found.value if found else None
    return cell if isinstance(cell, Decimal) else None
