"""The feed: alarms and monthly digests, on the page and sent elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from src.domain.preferences import Preferences


class EntryKind(StrEnum):
    """What can be switched on and off."""

    DIGEST = "digest"
    ANOMALY = "anomaly"
    BUDGET = "budget"
    LIMIT = "limit"
    """A finance rule."""
    RECURRING = "recurring"


class Channel(StrEnum):
    """Where entries are sent; readers of the Atom feed fetch it themselves."""

    EMAIL = "email"
    WEBHOOK = "webhook"


_SWITCHES = {
    EntryKind.DIGEST: "digest",
    EntryKind.ANOMALY: "alarm_anomalies",
    EntryKind.BUDGET: "alarm_budgets",
    EntryKind.LIMIT: "alarm_limits",
    EntryKind.RECURRING: "alarm_recurring",
    Channel.EMAIL: "send_email",
    Channel.WEBHOOK: "send_webhook",
}


def switch_of(switch: EntryKind | Channel) -> str:
    """The field of `Preferences`."""
    return _SWITCHES[switch]


def is_on(preferences: Preferences, switch: EntryKind | Channel) -> bool:
    return bool(getattr(preferences, _SWITCHES[switch]))


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An alarm, or the digest of a month."""

    kind: EntryKind
    key: str
    """The same in every analysis, so that it enters the feed once."""
    day: date
    """That it is about; of a digest, the last day of the month."""
    code: str
    values: Mapping[str, Any]
    """For the sentence: ids, slugs, keys of merchants, and amounts as exact text."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    id: str
    """A UUID, derived from its key."""
    kind: EntryKind
    day: date
    code: str
    values: Mapping[str, Any]
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedPage:
    items: tuple[FeedEntry, ...]
    next_cursor: str | None
