"""The account that a transaction names: an existing one whatever the case, else a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from src.components.bank_files.own_account import is_account_number, normalized_number
from src.components.text.masking import mask
from src.domain.transactions import Transaction

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts


def with_canonical_accounts(transactions: Sequence[Transaction], accounts: Accounts) -> list[Transaction]:
    """Each with its account's name of today. A new account has the currency of its first transaction."""
    names: dict[str, str] = {}
    for transaction in transactions:
        if (name := transaction.account) and name not in names:
            names[name] = _canonical(name, accounts, currency=transaction.currency)
    return [
        replace(transaction, account=names[transaction.account]) if transaction.account else transaction
        for transaction in transactions
    ]


def _canonical(name: str, accounts: Accounts, *, currency: str) -> str:
    """A number instead of a name, such as an IBAN, identifies the account and is not stored."""
    if is_account_number(name) and (number := normalized_number(name)):
        return accounts.canonical_of_number(number, currency=currency)
    return accounts.canonical(mask(name), currency=currency)
