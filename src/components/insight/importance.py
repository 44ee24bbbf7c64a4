"""The few changes of a month that are worth a sentence, without those that another one explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from statistics import median

from src.domain.insight import Change, ChangeCode, Rise

MOST_CHANGES = 5
_EXPLAINS = Decimal("0.5")
"""A part of a change that makes a second sentence about it superfluous."""
_LOST = (ChangeCode.MISSED, ChangeCode.ENDED)


def largest_rises(
    spent: Mapping[tuple[str | None, str], Mapping[str, Decimal]], month: str, earlier: Sequence[str]
) -> dict[str | None, Rise]:
    """By category, the merchant whose spending is most above its median.

    spent: by category and merchant, in each month with any. earlier: the complete months before.
    """
    known = {merchant for (_, merchant), by_month in spent.items() if any(one in by_month for one in earlier)}
    rises: dict[str | None, Rise] = {}
    for (category, merchant), by_month in spent.items():
        usual = median([by_month.get(one, Decimal(0)) for one in earlier]) if earlier else Decimal(0)
        rise = Rise(merchant, by_month.get(month, Decimal(0)) - usual, merchant not in known)
        if category not in rises or rise.amount > rises[category].amount:
            rises[category] = rise
    return rises


def most_important(changes: Sequence[Change], rises: Mapping[str | None, Rise]) -> list[Change]:
    """rises: by category, the largest one."""
    merged = {
        change: _with_merchant(change, rises[change.category])
        for change in changes
        if change.code is ChangeCode.CATEGORY_UP and change.category in rises
    }
    explained = {change.merchant for change in merged.values()}
    kept = [
        merged.get(change, change)
        for change in changes
        if not (change.code is ChangeCode.NEW_MERCHANT and change.merchant in explained)
        and not _is_explained(change, changes)
    ]
    return sorted(kept, key=lambda change: -change.weight)[:MOST_CHANGES]


def _with_merchant(change: Change, rise: Rise) -> Change:
    """With the merchant, if it explains most of the change."""
    if not rise.merchant or rise.amount < _EXPLAINS * change.weight:
        return change
    return replace(change, merchant=rise.merchant, is_new=rise.is_new)


def _is_explained(change: Change, changes: Iterable[Change]) -> bool:
    """All spending by one category; less income by a payment that did not come."""
    if change.code is ChangeCode.INCOME_DOWN:
        causes = [other.amount for other in changes if other.code in _LOST and other.income]
    else:
        by_category = {
            ChangeCode.SPENDING_UP: ChangeCode.CATEGORY_UP,
            ChangeCode.SPENDING_DOWN: ChangeCode.CATEGORY_DOWN,
        }
        causes = [other.weight for other in changes if other.code is by_category.get(change.code)]
    return bool(causes) and max(causes) >= _EXPLAINS * change.weight
