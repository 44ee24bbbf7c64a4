"""Transactions as text for beancount and hledger."""

from __future__ import annotations

import re

from src.domain.transactions import Direction, StoredTransaction
from src.web.shared.fields import money

BEANCOUNT_HEAD = 'plugin "beancount.plugins.auto_accounts"\n'
"""Accounts need no `open` directive."""

_ROOTS = {Direction.EXPENSE: "Expenses", Direction.INCOME: "Income", Direction.TRANSFER: "Assets:Transfers"}
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")


def beancount(row: StoredTransaction) -> str:
    """A balanced transaction with metadata."""
    transaction, newest = row.transaction, row.prediction
    facts = {"ledgerloop": row.id, "status": row.status.value, "decided-by": newest.decided_by.value}
    lines = [
        f"{transaction.date.isoformat()} * {_quoted(_text(row))}",
        *(f"  {name}: {_quoted(value)}" for name, value in facts.items()),
        f"  confidence: {newest.confidence:.4f}",
        f"  {_account(row)}  {_signed(row)}",
        f"  Assets:{_part(transaction.mode or 'unknown')}",
    ]
    return "\n".join(lines) + "\n\n"


def hledger(row: StoredTransaction) -> str:
    """A balanced transaction with tags."""
    transaction, newest = row.transaction, row.prediction
    text = re.sub(r"[;|\s]+", " ", _text(row)).strip()
    tags = f"ledgerloop:{row.id}, status:{row.status.value}, decided-by:{newest.decided_by.value}"
    lines = [
        f"{transaction.date.isoformat()} * {text}  ; {tags}, confidence:{newest.confidence:.4f}",
        f"    {_account(row).lower()}  {_signed(row)}",
        f"    assets:{_part(transaction.mode or 'unknown').lower()}",
    ]
    return "\n".join(lines) + "\n\n"


def _text(row: StoredTransaction) -> str:
    return row.transaction.description or row.transaction.subcategory or "(no text)"


def _account(row: StoredTransaction) -> str:
    return f"{_ROOTS[row.transaction.direction]}:{_part(row.category or 'unsorted')}"


def _part(name: str) -> str:
    """A part of an account name: ASCII letters and digits, with dashes between them, first letter capital."""
    name = _NOT_PLAIN.sub("-", name).strip("-") or "other"
    return name[0].upper() + name[1:]


def _signed(row: StoredTransaction) -> str:
    transaction = row.transaction
    sign = "-" if transaction.direction is Direction.INCOME else ""
    return f"{sign}{money(transaction.amount, transaction.currency)} {transaction.currency}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
