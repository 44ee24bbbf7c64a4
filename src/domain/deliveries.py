"""What is delivered to other programs: categories to Firefly III, and messages about the feed."""

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
    """An update of one Firefly III transaction, which may have several splits, or what a channel awaits."""

    id: str
    group: str
    """The transaction's number in Firefly III, or the name of the channel."""
    turn: str
    """Fencing token: only the worker that holds it may report the result."""


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    waiting: int
    failed: int
    """In the last 30 days."""
    last_done_at: datetime | None
    trouble: str | None
    """Error message of the newest delivery that waits or failed."""


@dataclass(frozen=True, slots=True)
class FireflySplit:
    """One split of a transaction in Firefly III."""

    journal_id: str
    category: str | None
    """By name."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FireflySplitChange:
    """The new values of one split; None leaves a value unchanged."""

    journal_id: str
    category: str | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How the last delivery to a channel ended."""

    status: DeliveryStatus
    at: datetime | None
    """When the last one ended."""
    note: str | None
    """Why it failed, or waits for another attempt."""


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail or webhook about entries of the feed."""

    entries: tuple[str, ...]
    """Their ids."""
    subject: str
    text: str
    html: str = ""
    """The same as `text`; a webhook has none."""
