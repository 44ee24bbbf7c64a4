"""One change of many transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from src.domain.feedback import LabelSource
from src.domain.transactions import HistoryFilter

Selection = HistoryFilter | tuple[str, ...]
"""The transactions that a filter matches, or those with these ids."""


AT_ONCE = 1000
"""Transactions that are changed while somebody waits; more are changed by the scheduler."""
MOST_ROWS = 100_000
"""That one act changes."""


@dataclass(frozen=True, slots=True)
class BulkChange:
    """Sets fields, answers with a category, or both; or deletes; or applies a rule."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    """The new values of account, mode, direction, date, tags or notes."""
    category: str | None = None
    delete: bool = False
    source: LabelSource = LabelSource.FEEDBACK
    """Of the answers with the category. Those that follow another answer are only for unanswered ones."""

    rule: str | None = None
    """The id of a rule that is applied."""

    @property
    def answers_others(self) -> bool:
        """Whether it is the rest of another act: an answer "and all similar", or one for a group."""
        return self.source is not LabelSource.FEEDBACK


@dataclass(frozen=True, slots=True)
class BulkWork:
    """A bulk change that a process works on."""

    act: str
    ids: tuple[str, ...]
    """Of the transactions that were chosen when it began."""
    change: BulkChange
    at: datetime
    done: int
    """How many of them are done; those after them may be too, if a process was killed."""
    holder: str
    attempt: int


@dataclass(frozen=True, slots=True)
class BulkSummary:
    matched: int
    """Transactions of the selection."""
    changed: int
    """Those of them that the change changes: the others are already so."""
    amounts: tuple[tuple[str, Decimal], ...]
    """(currency, sum of all matched amounts whatever their direction), the most frequent currency first."""
