"""Find the purchase that an income from the same merchant may refund."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from src.components.transfers.pairing import Match
from src.domain.categories import Group
from src.domain.transfers import REFUND_WITHIN, End, purchase_merchant, purchase_merchants, refund_misfit

_NO_REFUND = (Group.TRANSFER, Group.SAVING)


def refund_match(
    refund: End, purchases: Sequence[End], groups: Mapping[str, Group], refunded: Mapping[str, Decimal]
) -> Match | None:
    """The most likely purchase, or None: one of the same amount before others, then the latest.

    purchases: of its `purchase_merchants`. refunded: how much of each is refunded already, by id.
    """
    is_earned = refund.sure and groups.get(refund.category or "") is Group.INCOME
    if is_earned or _cannot_be(refund, groups):
        return None
    merchants = purchase_merchants(refund.transaction.merchant)
    possible = [
        purchase
        for purchase in purchases
        if refund_misfit(purchase.transaction, refund.transaction) is None
        and purchase_merchant(purchase.transaction.merchant) in merchants
        and refund.transaction.date - purchase.transaction.date <= REFUND_WITHIN
        and refund.transaction.amount <= purchase.transaction.amount - refunded.get(purchase.id, Decimal(0))
        and not _cannot_be(purchase, groups)
    ]
    best = max(
        possible,
        key=lambda purchase: (_same_amount(purchase, refund), purchase.transaction.date),
        default=None,
    )
    if best is None:
        return None
    score = 0.9 if _same_amount(best, refund) else 0.6
    days = (refund.transaction.date - best.transaction.date).days
    return Match(best, refund, round(score - 0.3 * days / REFUND_WITHIN.days, 2), certain=False)


def _cannot_be(end: End, groups: Mapping[str, Group]) -> bool:
    return groups.get(end.category or "") in _NO_REFUND


def _same_amount(purchase: End, refund: End) -> bool:
    return purchase.transaction.amount == refund.transaction.amount
