"""A running balance tells which amounts took money away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from src.components.bank_files.inference.amounts import marks_that_fit, parse_amount
from src.components.bank_files.inference.dates import orders_that_fit, parse_date
from src.components.bank_files.record import Cell

_MOSTLY = 0.8
_FEWEST = 3


def running(amounts: Sequence[Cell], balances: Sequence[Cell], days: Sequence[Cell] = ()) -> int:
    """1 where the balance falls with negative amounts, -1 where it falls with positive ones, 0 where neither.

    The amounts of consecutive rows. days: of the same rows, to tell whether the first is the oldest or the
    newest; where they do not tell, both are tried.
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
    steps, order = list(pairwise(whole)), _order_of_time(days)
    for sign in (1, -1):
        later = sum(after[1] - before[1] == sign * after[0] for before, after in steps)
        earlier = sum(before[1] - after[1] == sign * before[0] for before, after in steps)
        if max(later * (order >= 0), earlier * (order <= 0)) >= _MOSTLY * len(steps):
            return sign
    return 0


def _order_of_time(days: Sequence[Cell]) -> int:
    """1 where the first row is the oldest, -1 where it is the newest, 0 where the days do not tell."""
    texts = dict.fromkeys(each for each in days if isinstance(each, str) and each)
    order = (orders_that_fit(texts) or ("ymd",))[0]
    read = (parse_date(each, order) if isinstance(each, str) else _day_of(each) for each in days)
    found = [each for each in read if each is not None]
    rises = any(before < after for before, after in pairwise(found))
    falls = any(before > after for before, after in pairwise(found))
    return int(rises) - int(falls)


def _day_of(cell: Cell) -> date | None:
    return date(cell.year, cell.month, cell.day) if isinstance(cell, date) else None


def _value(cell: Cell, mark: str) -> Decimal | None:
    if isinstance(cell, str):
        found = parse_amount(cell, mark)
        return found.value if found else None
    return cell if isinstance(cell, Decimal) else None
