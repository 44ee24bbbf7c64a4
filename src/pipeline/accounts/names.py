"""The account that a transaction names: an existing one whatever the case, else a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from src.components.bank_files.own_account import is_account_number, normalized_number
from src.components.text.masking import mask
from src.domain.accounts import Account
from src.domain.transactions import Transaction

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts


def with_canonical_accounts(transactions: Sequence[Transaction], accounts: Accounts) -> list[Transaction]:
    """Each with its account's name of today. A new account has the currency of its first transaction."""
    names: dict[str, str] = {}
    for transaction in transactions:
        if (name := transaction.account) and name not in names:
            names[name] = canonical_name(name, accounts, currency=transaction.currency)
    return [
        replace(transaction, account=names[transaction.account]) if transaction.account else transaction
        for transaction in transactions
    ]


def canonical_name(name: str, accounts: Accounts, *, currency: str) -> str:
    """A number instead of a name, such as an IBAN, identifies the account and is not stored."""
    if number := _number(name, accounts):
        return accounts.canonical_of_number(number, currency=currency)
    return accounts.canonical(mask(name), currency=currency)


def known_account(name: str, accounts: Accounts) -> Account | None:
    """The account that `name`, or a number instead of it, leads to; an unknown one makes none."""
    if number := _number(name, accounts):
        return accounts.of_number(number)
    return accounts.by_name(mask(name))


def _number(name: str, accounts: Accounts) -> str | None:
    """None if it is a name, also such as `1234` of an account that is called so."""
    if not is_account_number(name) or (mask(name) == name and accounts.by_name(name)):
        return None
    return normalized_number(name)
