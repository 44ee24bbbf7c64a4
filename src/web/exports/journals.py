"""A transaction in the formats of journals: beancount and hledger."""

from __future__ import annotations

import re
import unicodedata

from src.domain.transactions import Direction, StoredTransaction, Transaction
from src.web.shared.fields import money

BEANCOUNT_HEAD = 'plugin "beancount.plugins.auto_accounts"\n'
"""Accounts need no `open` directive."""

_ROOTS = {Direction.EXPENSE: "Expenses", Direction.INCOME: "Income", Direction.TRANSFER: "Assets:Transfers"}
_NOT_PLAIN = re.compile(r"[\W_]+")
_ENDS_A_TAG = re.compile(r"[,;\s]+")


def beancount(row: StoredTransaction) -> str:
    """A balanced transaction with metadata."""
    transaction, newest = row.transaction, row.prediction
    facts = {"ledgerloop": row.id, "status": row.status.value, "decided-by": newest.decided_by.value}
    facts |= _details(transaction)
    lines = [
        f"{transaction.date.isoformat()} * {_quoted(_text(row))}",
        *(f"  {name}: {_quoted(value)}" for name, value in facts.items()),
        f"  confidence: {newest.confidence:.4f}",
        *(f"  {account}  {amount}" for account, amount in _postings(row)),
        f"  Assets:{_part(_own_account(transaction))}",
    ]
    return "\n".join(lines) + "\n\n"


def hledger(row: StoredTransaction) -> str:
    """A balanced transaction with tags."""
    transaction, newest = row.transaction, row.prediction
    text = re.sub(r"[;|\s]+", " ", _text(row)).strip()
    tags = f"ledgerloop:{row.id}, status:{row.status.value}, decided-by:{newest.decided_by.value}"
    details = "".join(
        f", {name}:{_ENDS_A_TAG.sub(' ', value).strip()}" for name, value in _details(transaction).items()
    )
    lines = [
        f"{transaction.date.isoformat()} * {text}  ; {tags}, confidence:{newest.confidence:.4f}{details}",
        *(f"    {account.lower()}  {amount}" for account, amount in _postings(row)),
        f"    assets:{_part(_own_account(transaction)).lower()}",
    ]
    return "\n".join(lines) + "\n\n"


def _own_account(transaction: Transaction) -> str:
    return transaction.account or transaction.mode or "unknown"


def _details(transaction: Transaction) -> dict[str, str]:
    """Those that are set, by their names in a journal."""
    details = {
        "counterparty": transaction.counterparty,
        "notes": transaction.notes,
        "mcc": transaction.mcc,
        "tags": " ".join(transaction.tags),
    }
    return {name: value for name, value in details.items() if value}


def _text(row: StoredTransaction) -> str:
    return row.transaction.description or row.transaction.subcategory or "(no text)"


def _postings(row: StoredTransaction) -> list[tuple[str, str]]:
    """(account, amount) of the whole transaction, or of its parts."""
    transaction = row.transaction
    whole = (row.category or "unsorted", transaction.amount)
    parts = [(split.category, split.amount) for split in row.splits] or [whole]
    root, sign = _ROOTS[transaction.direction], "-" if transaction.direction is Direction.INCOME else ""
    return [
        (
            f"{root}:{_part(category)}",
            f"{sign}{money(amount, transaction.currency)} {transaction.currency}",
        )
        for category, amount in parts
    ]


def _part(name: str) -> str:
    """A part of an account name: letters and digits, with dashes between them, first letter capital."""
    name = _NOT_PLAIN.sub("-", unicodedata.normalize("NFKC", name)).strip("-") or "other"
    name = name[0].upper() + name[1:]
    return name if name[0].isupper() or name[0].isdecimal() else f"X-{name}"  # a script without capitals


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
