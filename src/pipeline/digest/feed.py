"""Fills the feed after each analysis, and queues what is new."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from src.domain.feed import Channel, EntryKind, NewEntry, is_on
from src.domain.preferences import Preferences
from src.errors import Unavailable

if TYPE_CHECKING:
    from src.services.digest.channels import ChannelOutbox
    from src.services.digest.entries import FeedEntries

log = logging.getLogger(__name__)

REACHES_BACK = timedelta(days=35)
"""So that the first analysis of an imported history adds only what matters now."""

Source = Callable[[date], Iterable[NewEntry]]
"""All entries of a kind as of a day; the feed takes those that are recent."""


@dataclass(frozen=True)
class Feed:
    entries: FeedEntries
    outbox: ChannelOutbox
    configured: Collection[Channel]
    sources: Mapping[EntryKind, Source]
    preferences: Callable[[], Preferences]

    def update(self, *, today: date, at: datetime) -> int:
        """Add what is new, and queue it for the channels. Returns how many entries are new.

        A source that fails does not stop the others. Raises Unavailable; safe to repeat.
        """
        preferences = self.preferences()
        channels = [channel for channel in self.configured if is_on(preferences, channel)]
        added = 0
        for kind, source in self.sources.items():
            if is_on(preferences, kind):
                added += self.entries.add(_recent(kind, source, today), channels, at=at)
        self.entries.delete_old(now=at)
        self.queue(at=at)
        return added

    def queue(self, *, at: datetime) -> None:
        """Queue the channels that entries wait for. Raises Unavailable; safe to repeat."""
        for channel in self.configured:
            if self.entries.waiting(channel, 1, now=at):
                self.outbox.queue(channel)


def _recent(kind: EntryKind, source: Source, today: date) -> list[NewEntry]:
    try:
        return [entry for entry in source(today) if today - REACHES_BACK <= entry.day <= today]
    except Unavailable:
        raise
    except Exception:
        log.exception("no entries for the feed", extra={"kind": kind.value})
        return []
