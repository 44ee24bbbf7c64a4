"""A person's own accounts: with a bank, a broker or a lender, a card, or cash."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class AccountKind(StrEnum):
    CHECKING = "checking"
    SAVINGS = "savings"
    CARD = "card"
    CASH = "cash"
    LOAN = "loan"
    INVESTMENT = "investment"


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    """"" until it is stored."""
    name: str
    """Transactions name their account by it. Names that differ only in case or spaces are one."""
    currency: str
    kind: AccountKind
    opening_balance: Decimal
    """What was in it before its first transaction; below zero for a debt. Includes `merged_opening`."""
    created_at: datetime
    former_keys: tuple[str, ...] = ()
    """`name_key` of its earlier names, which still lead to it."""
    numbers: tuple[str, ...] = ()
    """Keyed hashes of its numbers, such as the IBAN in a bank's file."""
    automatic: bool = False
    """A transaction named it, and nobody has changed it: without transactions, undo removes it."""
    merged_opening: Decimal = Decimal(0)
    """The opening balances of the accounts that are merged into it, as far as they have its currency."""
    revision: int = field(default=0, compare=False)
    """Counts its changes."""

    @property
    def own_opening(self) -> Decimal:
        return self.opening_balance - self.merged_opening


@dataclass(frozen=True, slots=True)
class AccountBalance:
    balance: Decimal
    """The opening balance, plus income, less expenses, in the currency of the account."""
    rows: int
    """All its transactions."""
    not_counted: int
    """Those in another currency, and transfers of unknown direction."""


def saving_accounts(accounts: Iterable[Account]) -> set[str]:
    """Names of those of which an own transfer is moved to savings."""
    kinds = (AccountKind.SAVINGS, AccountKind.INVESTMENT)
    return {account.name for account in accounts if account.kind in kinds}


_WORDS = {
    AccountKind.CARD: r"(credit|debit)? ?cards?|kreditkarten?|visa|master ?card|amex|carte|tarjeta|carta",
    AccountKind.SAVINGS: r"savings?|spar(konto|buch)|(tages|fest)geld\w*|livret|épargne|ahorros?|risparmio",
    AccountKind.CASH: r"cash|bargeld|wallet|purse|geldb(ö|oe)rse|portemonnaie|esp[èe]ces|efectivo|contanti",
    AccountKind.LOAN: r"loan|mortgage|kredit|darlehen|hypothek|pr[êe]t|pr[ée]stamo|hipoteca|prestito|mutuo",
    AccountKind.INVESTMENT: r"investments?|broker(age)?|depot|portfolio|securities|wertpapiere?|[ck]rypto",
}
_KINDS = {kind: re.compile(rf"\b({words})\b", re.IGNORECASE) for kind, words in _WORDS.items()}


def kind_of(name: str) -> AccountKind:
    """The likeliest kind of an account of this name, in English, German, French, Spanish or Italian."""
    return next((kind for kind, words in _KINDS.items() if words.search(name)), AccountKind.CHECKING)
