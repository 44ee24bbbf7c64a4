"""A running balance shows which amounts are spending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from src.components.bank_files.entry import Cell
from src.components.bank_files.inference.amounts import marks_that_fit, parse_amount
from src.components.bank_files.inference.dates import orders_that_fit, parse_date

_MOSTLY = 0.8
_MIN_ROWS = 3


def balance_sign(amounts: Sequence[Cell], balances: Sequence[Cell], days: Sequence[Cell] = ()) -> int:
    """1 if the balance falls with negative amounts, -1 if it falls with positive ones, 0 if neither.

    amounts: of consecutive rows. days: of the same rows, to find out whether the first is the oldest or the
    newest; if unclear, both are tried.
    """
    texts = {cell for cell in (*amounts, *balances) if isinstance(cell, str) and cell}
    mark = marks_that_fit(texts)[0]
    pairs = [
        (_value(amount, mark), _value(balance, mark))
        for amount, balance in zip(amounts, balances, strict=False)
    ]
    complete = [(amount, balance) for amount, balance in pairs if amount is not None and balance is not None]
    if len(complete) < _MIN_ROWS:
        return 0
    steps, order = list(pairwise(complete)), _order_of_time(days)
    for sign in (1, -1):
        later = sum(after[1] - before[1] == sign * after[0] for before, after in steps)
        earlier = sum(before[1] - after[1] == sign * before[0] for before, after in steps)
        if max(later * (order >= 0), earlier * (order <= 0)) >= _MOSTLY * len(steps):
            return sign
    return 0


def _order_of_time(days: Sequence[Cell]) -> int:
    """1 if the first row is the oldest, -1 if it is the newest, 0 if unclear."""
    texts = dict.fromkeys(day for day in days if isinstance(day, str) and day)
    order = (orders_that_fit(texts) or ("ymd",))[0]
    read = (parse_date(day, order) if isinstance(day, str) else _day_of(day) for day in days)
    dates = [day for day in read if day is not None]
    rises = any(before < after for before, after in pairwise(dates))
    falls = any(before > after for before, after in pairwise(dates))
    return int(rises) - int(falls)


def _day_of(cell: Cell) -> date | None:
    return date(cell.year, cell.month, cell.day) if isinstance(cell, date) else None


def _value(cell: Cell, mark: str) -> Decimal | None:
    if isinstance(cell, str):
        amount = parse_amount(cell, mark)
        return amount.value if amount else None
    return cell if isinstance(cell, Decimal) else None
