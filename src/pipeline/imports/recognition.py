"""Recognizes the rows of a file that were imported before, also before their account was known.

The key of a row is made of its content, its number among equal rows, and its account if that is known:
`CONTENT:1` or `CONTENT:1:ACCOUNT`. So equal rows of two accounts are two transactions, and a row that is
stored without an account is the row of the first account that imports it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from src.components.bank_files.entry import Entry
from src.domain.imports import ImportedRow, identifying_text
from src.pipeline.imports.own_accounts import OwnAccount

if TYPE_CHECKING:
    from src.services.transactions.imported import ImportedTransactions

_NO_ID = frozenset(("nonref", "notprovided", "not provided", "unknown", "none", "n/a"))
"""What banks write where a transaction has no id."""
_ACCOUNT_DIGITS = 24
_FEWEST_NUMBERS, _MOST_NUMBERS = 2, 50
"""Equal rows without an account among which a row is searched."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """What a row of a file is recognized by, whatever is known here of its account."""

    contents: tuple[str, ...]
    """Hashes of its content; the second one is that by which an earlier release knew the row."""
    text: str
    currency: str
    account: str | None = None
    """Its name in the file."""
    account_number: str | None = None
    """As in the file; only its keyed hash may be stored."""


def file_row(entry: Entry) -> FileRow:
    """entry: masked."""
    text, bank_id = identifying_text(entry.description, entry.subcategory), entry.bank_id
    has_id = bank_id is not None and not _is_placeholder(bank_id)
    contents = [_content(entry, f"id {bank_id}" if has_id else f"text {text}")]
    if bank_id and not has_id:
        contents.append(_content(entry, f"id {bank_id}"))
    return FileRow(tuple(contents), text, entry.currency, entry.account, entry.account_number)


def _is_placeholder(bank_id: str) -> bool:
    return bank_id.casefold() in _NO_ID or not bank_id.strip("0-./ ")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a row of a file is recognized by."""

    key: str
    """Of its transaction, unless it is stored under another one."""
    contents: tuple[str, ...]
    """Of its FileRow; `key` begins with the first one."""
    without_account: tuple[str, ...]
    """Keys that its transaction may have if it was stored without an account."""
    text: str
    account: str | None
    account_number: str | None
    """The keyed hash."""

    def missing_in(self, row: ImportedRow) -> dict[str, str]:
        """The fields of the account that a stored row lacks."""
        known = {"account": self.account, "account_number": self.account_number}
        return {name: value for name, value in known.items() if value and not getattr(row, name)}


@dataclass
class Identities:
    """Of the rows of one file.

    Two equal purchases on one day get two keys, the same whenever this file, or one that overlaps it, is
    imported again.
    """

    _counts: Counter[str] = field(default_factory=Counter)

    def of(self, row: FileRow, own: OwnAccount) -> Identity:
        contents, account = row.contents, _account_part(own)
        self._counts.update({*contents, contents[0] + account})
        key = f"{contents[0]}:{self._counts[contents[0] + account]}{account}"
        without = (
            f"{content}:{number}"
            for content in (contents if account else contents[1:])
            for number in range(1, min(max(self._counts[content], _FEWEST_NUMBERS), _MOST_NUMBERS) + 1)
        )
        name = own.account.name if own.account else None
        return Identity(key, contents, tuple(without), row.text, name, own.number)


def _content(entry: Entry, identifier: str) -> str:
    parts = (
        entry.date.isoformat(),
        f"{entry.amount.normalize():f}",
        entry.currency,
        entry.direction.value,
        identifier,
    )
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def _account_part(own: OwnAccount) -> str:
    """The part of a key for the account: by its number in the file, which never changes, else by its id."""
    if not (own.number or own.account):
        return ""
    text = f"number {own.number}" if own.number else f"account {own.account.id if own.account else ''}"
    return f":{hashlib.sha256(text.encode()).hexdigest()[:_ACCOUNT_DIGITS]}"


def may_be_same(
    identities: Sequence[Identity], rows: ImportedTransactions, *, import_id: str | None
) -> list[ImportedRow]:
    """Stored and deleted rows that may be one of `identities`. Raises Unavailable.

    import_id: the import that asks; None: no row is its own.
    """
    stored = rows.with_keys(
        {key for identity in identities for key in (identity.key, *identity.without_account)}
    )
    known = {row.key for row in stored}
    others = [identity for identity in identities if identity.key not in known]
    if contents := {content for identity in others for content in identity.contents}:
        stored += rows.alike(contents, import_id=import_id)
    return stored


@dataclass
class Recognition:
    """For one import: which stored row each row of the file is."""

    _taken: set[str] = field(default_factory=set)
    """Keys of the stored rows that are rows of this file."""

    def match(
        self, identities: Sequence[Identity], stored: Iterable[ImportedRow]
    ) -> list[ImportedRow | None]:
        """None for a row that is not stored. stored: all that may be one of `identities`."""
        by_key = {row.key: row for row in stored}
        same = [by_key.get(identity.key) for identity in identities]
        self._taken.update(row.key for row in same if row)
        alike: dict[str, list[ImportedRow]] = defaultdict(list)
        for key in sorted(by_key):
            alike[key.partition(":")[0]].append(by_key[key])
        return [
            row or self._take_alike(identity, alike) for row, identity in zip(same, identities, strict=True)
        ]

    def _take_alike(self, identity: Identity, alike: Mapping[str, list[ImportedRow]]) -> ImportedRow | None:
        """alike: stored rows by their content."""
        rows = (row for content in identity.contents for row in alike.get(content, ()))
        match = next((row for row in rows if self._is_free(row, identity)), None)
        if match:
            self._taken.add(match.key)
        return match

    def _is_free(self, row: ImportedRow, identity: Identity) -> bool:
        if row.key in self._taken or not _may_be_same_account(row, identity):
            return False
        return row.key.startswith(identity.contents[0]) or row.text == identity.text


def _may_be_same_account(row: ImportedRow, identity: Identity) -> bool:
    """Whether a stored row with another key, or without one, may be of the account of a file's row."""
    numbers = (row.account_number, identity.account_number)
    if all(numbers) and numbers[0] == numbers[1]:
        return row.key.count(":") == 1  # else the keys of one row would be the same
    if row.account and identity.account:
        return row.account.casefold() == identity.account.casefold()
    return not all(numbers)
