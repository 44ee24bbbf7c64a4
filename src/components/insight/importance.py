"""The few changes of a month that are worth a sentence, without those that another one explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from src.domain.insight import Change, ChangeCode

MOST_CHANGES = 5
_EXPLAINS = Decimal("0.5")
"""A part of a change that makes a second sentence about it superfluous."""
_LOST = (ChangeCode.MISSED, ChangeCode.ENDED)


def most_important(changes: Sequence[Change], category_of: Mapping[str, str | None]) -> list[Change]:
    """category_of: the new merchants' categories."""
    new = [change for change in changes if change.code is ChangeCode.NEW_MERCHANT]
    rising = [change for change in changes if change.code is ChangeCode.CATEGORY_UP]
    merged = {change: _with_new_merchant(change, new, category_of) for change in rising}
    explained = {change.merchant for change in merged.values()}
    kept = [
        merged.get(change, change)
        for change in changes
        if not (change.code is ChangeCode.NEW_MERCHANT and change.merchant in explained)
        and not _is_explained(change, changes)
    ]
    return sorted(kept, key=lambda change: -change.weight)[:MOST_CHANGES]


def _with_new_merchant(
    change: Change, new: Sequence[Change], category_of: Mapping[str, str | None]
) -> Change:
    """A category with the new one that explains its rise."""
    for merchant in new:
        of_category = category_of.get(merchant.merchant or "") == change.category
        if of_category and merchant.amount >= _EXPLAINS * change.weight:
            return replace(change, merchant=merchant.merchant)
    return change


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
