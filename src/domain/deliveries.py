"""Categories on their way to Firefly III."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be said of one of Firefly III's transactions, which may have several splits."""

    id: str
    group: str
    """The number of the transaction there."""
    turn: str
    """Whose turn it is to deliver; another's word counts no longer."""


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """How deliveries do, for a person to see."""

    waiting: int
    failed: int
    """In the last 30 days."""
    last_done_at: datetime | None
    trouble: str | None
    """What kept the newest that waits or failed, as a sentence."""


@dataclass(frozen=True, slots=True)
class Split:
    """One split of a transaction as it stands in Firefly III."""

    journal_id: str
    category: str | None
    """By name."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SplitChange:
    """What becomes of one split; None leaves as it is."""

    journal_id: str
    category: str | None = None
    tags: tuple[str, ...] | None = None
