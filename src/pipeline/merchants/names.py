"""The merchant of today: the one that a merchant was merged into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from src.domain.transactions import Transaction

if TYPE_CHECKING:
    from src.services.merchants.repository import Merchants


def with_canonical_merchants(transactions: Sequence[Transaction], merchants: Merchants) -> list[Transaction]:
    """transactions: prepared. Raises Unavailable."""
    into = merchants.canonical({transaction.merchant for transaction in transactions})
    if not into:
        return list(transactions)
    return [
        replace(transaction, merchant=into.get(transaction.merchant, transaction.merchant))
        for transaction in transactions
    ]
