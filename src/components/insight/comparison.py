"""A month against the one before, the same a year before, and the median of the months before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median

from src.domain.categories import Flow
from src.domain.insight import Compared, MonthSums
from src.domain.sums import Cell

MONTHS_OF_USUAL = 6
"""The newest complete months, of which the median is usual."""
FEWEST_MONTHS = 3
"""Without so many complete months nothing is usual."""


def month_sums(cells: Iterable[Cell]) -> MonthSums:
    flows: dict[Flow, Decimal] = defaultdict(Decimal)
    spent: dict[str | None, Decimal] = defaultdict(Decimal)
    purchases: dict[str | None, int] = defaultdict(int)
    for cell in cells:
        flows[cell.flow] += cell.counted
        if cell.flow is Flow.SPENT:
            spent[cell.category] += cell.counted
            purchases[cell.category] += cell.count if cell.counted > 0 else 0
    return MonthSums(dict(flows), dict(spent), dict(purchases))


def compared(
    measure: Callable[[MonthSums], Decimal],
    now: MonthSums,
    *,
    last_month: MonthSums | None,
    last_year: MonthSums | None,
    usual: Sequence[MonthSums],
) -> Compared:
    """usual: the complete months before, the newest last."""
    return Compared(
        measure(now),
        measure(last_month) if last_month else None,
        measure(last_year) if last_year else None,
        usual_amount([measure(month) for month in usual]),
    )


def months_with_account(months: Sequence[str], used: Sequence[str], oldest: str) -> list[str]:
    """Those after the month in which an account was used first, as that one may be partly without it.

    used: the months with the account's transactions, in order. oldest: the first that was read; an account
    that was used then may have been used before.
    """
    return [month for month in months if used and (month > used[0] or used[0] == oldest)]


def usual_amount(amounts: Sequence[Decimal]) -> Decimal | None:
    """The median of the newest of them; None if they are too few. The newest is last."""
    return median_amount(amounts[-MONTHS_OF_USUAL:]) if len(amounts) >= FEWEST_MONTHS else None


def median_amount(amounts: Sequence[Decimal]) -> Decimal:
    """With as many decimals as they have."""
    finest = min(amount.as_tuple().exponent for amount in amounts)
    return median(amounts).quantize(Decimal(1).scaleb(int(finest)), rounding=ROUND_HALF_EVEN)
