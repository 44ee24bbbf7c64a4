"""The words of the page of transfers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from src.domain.refunds import counted_in, likely_part
from src.domain.transactions import StoredTransaction
from src.domain.transfers import LinkKind, LinkStatus
from src.web.shared import format
from src.web.shared.blueprint import bp, category_name

SECTIONS: Mapping[tuple[LinkKind, LinkStatus], tuple[str, str, str, str]] = {
    (LinkKind.TRANSFER, LinkStatus.SUGGESTED): (
        "Is this your own money?",
        "Money may have moved between two of your accounts. Once paired, neither is spending or income.",
        "Pair",
        "Not a transfer",
    ),
    (LinkKind.REFUND, LinkStatus.SUGGESTED): (
        "Is this a refund?",
        "Once linked, the refund lowers what you spent in the category of the purchase.",
        "Link",
        "Not a refund",
    ),
    (LinkKind.TRANSFER, LinkStatus.PAIRED): ("Paired transfers", "", "", "Unpair"),
    (LinkKind.REFUND, LinkStatus.PAIRED): ("Linked refunds", "", "", "Unlink"),
}
"""Heading, explanation, and the buttons that agree and disagree."""

DONE = {
    "transfer-paired": "Paired: neither counts as spending or income.",
    "transfer-dismissed": "These two are not paired, and are not suggested again.",
    "refund-linked": "Linked: the refund lowers what you spent in the category of the purchase.",
    "refund-dismissed": "This is not linked as a refund, and is not suggested again.",
}
"""By the code of the act."""


@dataclass(frozen=True)
class PartChoices:
    """The parts of a split purchase that a refund may lower."""

    parts: Sequence[tuple[int, str]]
    """Position and words of those that are at least as large; empty: the refund lowers several."""
    likely: int | None


@bp.app_template_filter()
def part_choices(purchase: StoredTransaction, refund: StoredTransaction) -> PartChoices | None:
    """None if the purchase is not split."""
    if not purchase.splits:
        return None
    amount, currency = refund.transaction.amount, purchase.transaction.currency
    parts = [
        (position, f"{category_name(split.category)}, {format.money(split.amount, currency)}")
        for position, split in enumerate(purchase.splits)
        if split.amount >= amount
    ]
    return PartChoices(parts, likely_part([split.amount for split in purchase.splits], amount))


@bp.app_template_filter()
def lowers(refund: StoredTransaction, purchase: StoredTransaction) -> str:
    """`Groceries by 40.00, Pets by 10.00`; "" if it is not known."""
    currency = refund.transaction.currency
    return ", ".join(
        f"{category_name(part.category)} by {format.money(part.amount, currency)}"
        for part in counted_in(refund, purchase)
    )
