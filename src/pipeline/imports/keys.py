"""The keys by which an import recognizes a row that was imported before."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from src.domain.transactions import Transaction


@dataclass
class Keys:
    """Two equal purchases on one day get two keys, the same whenever this file, or one that overlaps it, is
    imported again."""

    _counts: Counter[str] = field(default_factory=Counter)

    def of(self, transaction: Transaction, bank_id: str | None) -> str:
        """transaction: masked."""
        texts = f"text {_folded(transaction.description)} {_folded(transaction.subcategory)}"
        parts = (
            transaction.date.isoformat(),
            f"{transaction.amount.normalize():f}",
            transaction.currency,
            transaction.direction.value,
            f"id {bank_id}" if bank_id else texts,
        )
        digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
        self._counts[digest] += 1
        return f"{digest}:{self._counts[digest]}"


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
