"""One change of many transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from src.domain.transactions import HistoryFilter

Selection = HistoryFilter | tuple[str, ...]
"""The transactions that a filter matches, or those with these ids."""

BULK_FIELDS = ("account", "mode", "direction", "date", "tags", "notes")
"""The fields of a transaction that can be set for many at once."""


@dataclass(frozen=True, slots=True)
class BulkChange:
    """Sets fields, answers with a category, or both; or deletes."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    """The new values, by the names in BULK_FIELDS."""
    category: str | None = None
    delete: bool = False


@dataclass(frozen=True, slots=True)
class BulkSummary:
    matched: int
    """Transactions of the selection."""
    changed: int
    """Those of them that the change changes: the others are already so."""
    amounts: tuple[tuple[str, Decimal], ...]
    """(currency, sum of all matched amounts whatever their direction), the most frequent currency first."""
