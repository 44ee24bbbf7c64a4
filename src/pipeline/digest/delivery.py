"""Sends the entries that wait for a channel, and tries again until they arrive."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from src.domain.deliveries import Delivery, DeliveryStatus, Message
from src.domain.feed import Channel, FeedEntry, is_on
from src.domain.preferences import Preferences
from src.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    from src.services.digest.channels import ChannelOutbox
    from src.services.digest.entries import FeedEntries

log = logging.getLogger(__name__)

_AT_ONCE = 100


class Sender(Protocol):
    def send(self, message: Message) -> None:
        """Raises Unavailable to try again later, InvalidInput if it is refused for good."""


class Texts(Protocol):
    """Writes the messages of one channel."""

    def messages(self, entries: Sequence[FeedEntry], *, details: bool) -> Sequence[Message]: ...

    def test(self) -> Message: ...


@dataclass(frozen=True)
class FeedDelivery:
    entries: FeedEntries
    outbox: ChannelOutbox
    senders: Mapping[Channel, Sender]
    texts: Mapping[Channel, Texts]
    preferences: Callable[[], Preferences]
    now: Callable[[], datetime]

    def deliver(self, channel: Channel) -> None:
        """Send what waits for `channel`, if no other process is at it. Raises Unavailable of MongoDB."""
        delivery = self.outbox.claim(channel.value)
        if delivery is None:
            return
        try:
            note = self._send(channel, delivery)
        except Unavailable as error:
            log.warning("not delivered", extra={"channel": channel.value, "reason": str(error)})
            self.outbox.retry_later(delivery, str(error), at=self.now())
            return
        status = DeliveryStatus.FAILED if note else DeliveryStatus.DONE
        self.outbox.finish(delivery, status, at=self.now(), note=note)
        # What was added meanwhile found the channel queued already.
        if self._waiting(channel):
            self.outbox.queue(channel)

    def _send(self, channel: Channel, delivery: Delivery) -> str | None:
        """Returns why a message was refused; None if all were accepted."""
        texts, sender = self.texts[channel], self.senders[channel]
        refused = None
        messages = [texts.test()] if self.outbox.wants_test(channel) else []
        if waiting := self._waiting(channel):
            messages += texts.messages(waiting, details=self.preferences().send_details)
        for message in messages:
            if not self.outbox.renew(delivery):
                return None  # another process continues
            try:
                sender.send(message)
            except InvalidInput as error:
                log.warning("refused", extra={"channel": channel.value, "reason": str(error)})
                refused = str(error)
            self.entries.mark_sent(message.entries, channel)
        return refused

    def _waiting(self, channel: Channel) -> list[FeedEntry]:
        if not is_on(self.preferences(), channel):
            return []
        return self.entries.waiting(channel, _AT_ONCE, now=self.now())
