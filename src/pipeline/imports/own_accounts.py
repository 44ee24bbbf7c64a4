"""The person's own account of each row of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from src.components.bank_files.entry import Entry
from src.components.text.masking import mask
from src.domain.accounts import Account, kind_of

if TYPE_CHECKING:
    from src.pipeline.imports.recognition import FileRow
    from src.services.accounts.repository import Accounts


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """Of one row of a file."""

    account: Account | None
    number: str | None
    """The keyed hash of the number in the file."""


@dataclass
class OwnAccounts:
    """For one import. The account that a person chose is that of all rows; without one, the file decides."""

    accounts: Accounts
    keyed_hash: Callable[[str], str]
    """Of an account number, which is never stored itself."""
    chosen: str | None
    adds: bool = True
    """Whether an unknown name makes an account; else its account is none that is stored."""
    _hashes: dict[str, str] = field(default_factory=dict)
    _by_number: dict[str, Account | None] = field(default_factory=dict)
    _by_name: dict[str, Account | None] = field(default_factory=dict)

    def of(self, entry: Entry | FileRow) -> OwnAccount:
        """Raises Unavailable."""
        number = self._hash(entry.account_number) if entry.account_number else None
        account = self._of_number(number) if number and not self.chosen else None
        name = self.chosen or entry.account
        return OwnAccount(account or (self._named(name, entry.currency) if name else None), number)

    def _hash(self, number: str) -> str:
        if number not in self._hashes:
            self._hashes[number] = self.keyed_hash(number)
        return self._hashes[number]

    def _of_number(self, number: str) -> Account | None:
        if number not in self._by_number:
            self._by_number[number] = self.accounts.by_number(number)
        return self._by_number[number]

    def _named(self, name: str, currency: str) -> Account | None:
        if name not in self._by_name:
            masked = mask(name)
            if self.adds:
                masked = self.accounts.canonical(masked, currency=currency)
            self._by_name[name] = self.accounts.by_name(masked) or self._not_stored(masked, currency)
        return self._by_name[name]

    def _not_stored(self, name: str, currency: str) -> Account | None:
        if self.adds:
            return None
        return Account("", name, currency, kind_of(name), Decimal(0), datetime.fromtimestamp(0, UTC))
