"""Which of the stored transactions, and how many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from src.domain.feedback import Answered
from src.domain.predictions import Band, DecidedBy
from src.domain.transactions import Direction, StoredTransaction


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """None (or empty) means: no matter."""

    since: date | None = None
    until: date | None = None
    category: str | None = None
    mode: str | None = None
    direction: Direction | None = None
    q: str | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    status: str | None = None
    """One of Status, or `needs_review`."""
    predicted: str | None = None
    """The category that the judged prediction gave: the newest one that stood before the answer, if any."""
    band: Band | None = None
    version: str | None = None
    decided_by: DecidedBy | None = None
    """These three are of the judged prediction too."""
    answer: Answered | None = None


HISTORY_SORTS = ("-date", "date", "-amount", "amount", "confidence")


@dataclass(frozen=True, slots=True)
class HistoryPage:
    items: tuple[StoredTransaction, ...]
    next_cursor: str | None
    total: int
