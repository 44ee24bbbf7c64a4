"""Transactions as other programs read them: beancount and hledger; one text for each."""

from __future__ import annotations

import re

from src.domain.transactions import Direction, StoredTransaction
from src.web.shared.fields import money

BEANCOUNT_HEAD = 'plugin "beancount.plugins.auto_accounts"\n'
"""The accounts need no opening."""

_ROOTS = {Direction.EXPENSE: "Expenses", Direction.INCOME: "Income", Direction.TRANSFER: "Assets:Transfers"}
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
_UNSORTED = "unsorted"


def beancount(row: StoredTransaction) -> str:
    """A balanced transaction; what is known of it beside stands in its metadata."""
    given, newest = row.transaction, row.prediction
    facts = {"ledgerloop": row.id, "status": row.status.value, "decided-by": newest.decided_by.value}
    lines = [
        f"{given.date.isoformat()} * {_quoted(_said(row))}",
        *(f"  {name}: {_quoted(value)}" for name, value in facts.items()),
        f"  confidence: {newest.confidence:.4f}",
        f"  {_account(row)}  {_signed(row)}",
        f"  Assets:{_part(given.mode or 'unknown')}",
    ]
    return "\n".join(lines) + "\n\n"


def hledger(row: StoredTransaction) -> str:
    """A balanced transaction; what is known of it beside stands in tags."""
    given, newest = row.transaction, row.prediction
    said = re.sub(r"[;|\s]+", " ", _said(row)).strip()
    tags = f"ledgerloop:{row.id}, status:{row.status.value}, decided-by:{newest.decided_by.value}"
    lines = [
        f"{given.date.isoformat()} * {said}  ; {tags}, confidence:{newest.confidence:.4f}",
        f"    {_account(row).lower()}  {_signed(row)}",
        f"    assets:{_part(given.mode or 'unknown').lower()}",
    ]
    return "\n".join(lines) + "\n\n"


def _said(row: StoredTransaction) -> str:
    return row.transaction.description or row.transaction.subcategory or "(no text)"


def _account(row: StoredTransaction) -> str:
    return f"{_ROOTS[row.transaction.direction]}:{_part(row.category or _UNSORTED)}"


def _part(name: str) -> str:
    """Of an account: letters and digits of ASCII, parted by dashes, a capital first."""
    plain = _NOT_PLAIN.sub("-", name).strip("-") or "other"
    return plain[0].upper() + plain[1:]


def _signed(row: StoredTransaction) -> str:
    given = row.transaction
    sign = "-" if given.direction is Direction.INCOME else ""
    return f"{sign}{money(given.amount, given.currency)} {given.currency}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
