"""The account that a transaction names: an existing one whatever the case, else a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from src.components.text.masking import mask
from src.domain.transactions import Transaction

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts


def in_accounts(transactions: Sequence[Transaction], accounts: Accounts) -> list[Transaction]:
    """Each with its account's name of today. A new account has the currency of its first transaction."""
    names: dict[str, str] = {}
    for transaction in transactions:
        if (name := transaction.account) and name not in names:
            names[name] = accounts.canonical(mask(name), currency=transaction.currency)
    return [
        replace(transaction, account=names[transaction.account]) if transaction.account else transaction
        for transaction in transactions
    ]
