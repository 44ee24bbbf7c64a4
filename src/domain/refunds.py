"""Which part of a split purchase a refund lowers, and the categories in which a refund counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from src.domain.transactions import RefundPart, Split, StoredTransaction, Transaction
from src.domain.transfers import Link, LinkKind, in_order

Left = list[Decimal]
"""How much of each part is not refunded yet."""


def likely_part(left: Left, amount: Decimal) -> int | None:
    """The part of this amount, else the largest one that is at least as large; None if no part is."""
    large_enough = [position for position, of_part in enumerate(left) if of_part >= amount]
    return min(large_enough, key=lambda position: (left[position] != amount, -left[position]), default=None)


def lowered_parts(left: Left, amount: Decimal, chosen: int | None = None) -> tuple[RefundPart, ...]:
    """The parts that a refund of `amount` lowers; `left` is lowered by them too.

    All of the chosen part, or of the likely one, before others, the largest first.
    """
    first = chosen if chosen is not None and chosen < len(left) else likely_part(left, amount)
    parts = []
    for position in sorted(range(len(left)), key=lambda position: (position != first, -left[position])):
        if lowered := min(amount, left[position]):
            parts.append(RefundPart(position, lowered))
            left[position] -= lowered
            amount -= lowered
    return tuple(parts)


def parts_of_refunds(
    links: Iterable[Link], transactions: Mapping[str, Transaction]
) -> dict[str, tuple[RefundPart, ...]]:
    """The parts that each refund of a split purchase lowers, by the id of the refund.

    links: in effect, all of each purchase. transactions: by id.
    """
    left: dict[str, Left] = {}
    parts = {}
    for link in in_order(links):
        if link.kind is LinkKind.REFUND and (splits := transactions[link.out].splits):
            of_purchase = left.setdefault(link.out, [split.amount for split in splits])
            parts[link.into] = lowered_parts(of_purchase, transactions[link.into].amount, link.part)
    return parts


def counted_in(refund: StoredTransaction, purchase: StoredTransaction | None) -> tuple[Split, ...]:
    """The categories and amounts in which a linked refund counts; none if they are not known."""
    if purchase is None:
        return ()
    if not refund.refund_parts:
        return (Split(refund.transaction.amount, purchase.category),) if purchase.category else ()
    return tuple(
        Split(lowered.amount, purchase.splits[lowered.part].category)
        for lowered in refund.refund_parts
        if lowered.part < len(purchase.splits)
    )
