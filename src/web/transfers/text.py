"""The words of the page of transfers."""

from __future__ import annotations

from collections.abc import Mapping

from src.domain.transfers import LinkKind, LinkStatus

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
