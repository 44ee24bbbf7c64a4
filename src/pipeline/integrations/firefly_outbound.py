"""Sends categories to Firefly III in the background, and retries until they arrive."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from src.domain.categories import Category, slug_of
from src.domain.deliveries import Delivery, DeliveryStatus, FireflySplit, FireflySplitChange
from src.domain.transactions import Direction, Status, StoredTransaction
from src.errors import InvalidInput, NotFound, Unavailable
from src.pipeline.integrations.inbound import own_predictions

if TYPE_CHECKING:
    from src.services.firefly.client import FireflyIII
    from src.services.firefly.outbox import FireflyOutbox
    from src.services.transactions.repository import Transactions

log = logging.getLogger(__name__)

PROGRAM = "firefly-iii"
_AT_ONCE = 20
_LOOK_BACK = timedelta(days=3)
_OVERLAP = timedelta(minutes=1)


@dataclass
class FireflyOutbound:
    """Reads a transaction's current state before it changes it, and never overwrites a person's category."""

    outbox: FireflyOutbox
    firefly: FireflyIII
    rows: Transactions
    categories: Callable[[], Sequence[Category]]
    now: Callable[[], datetime]
    check_tag: str | None = None
    """A tag for splits that need review; None sets none."""
    _answers_until: datetime | None = None

    def deliver_due(self) -> None:
        """Raises Unavailable if MongoDB does not answer."""
        # Answers given in Ledgerloop are sent as well.
        since = self._answers_until or self.now() - _LOOK_BACK
        newest = self.outbox.add_answered(PROGRAM, since=since - _OVERLAP)
        self._answers_until = max(filter(None, (since, newest)))
        for _ in range(_AT_ONCE):
            delivery = self.outbox.claim()
            if delivery is None or not self._deliver(delivery):
                return

    def _deliver(self, delivery: Delivery) -> bool:
        """False if Firefly III is unavailable."""
        try:
            note = self._send(delivery.group)
        except Unavailable as error:
            log.warning("firefly iii did not take a category", extra={"reason": str(error)})
            self.outbox.retry_later(delivery, str(error), at=self.now())
            return False
        except InvalidInput as error:
            log.warning("firefly iii refused a category", extra={"reason": str(error)})
            self.outbox.finish(delivery, DeliveryStatus.FAILED, at=self.now(), note=str(error))
        else:
            self.outbox.finish(delivery, DeliveryStatus.DONE, at=self.now(), note=note)
        return True

    def _send(self, group: str) -> str | None:
        """Returns a note for the outbox."""
        try:
            splits = self.firefly.splits(group)
        except NotFound:
            return "The transaction no longer exists in Firefly III."
        rows = self.rows.by_key([f"{PROGRAM}:{split.journal_id}" for split in splits])
        names = {category.slug: category.name for category in self.categories()}
        changes = [
            _change(split, rows.get(f"{PROGRAM}:{split.journal_id}"), names, self.check_tag)
            for split in splits
        ]
        if any(change.category is not None or change.tags is not None for change in changes):
            # The unchanged ones too: Firefly III deletes the splits that are not named.
            self.firefly.change(group, changes)
        return None


def _change(
    split: FireflySplit, row: StoredTransaction | None, names: Mapping[str, str], check_tag: str | None
) -> FireflySplitChange:
    if row is None or row.transaction.direction is Direction.TRANSFER:
        return FireflySplitChange(split.journal_id)
    category = _category(split, row, names)
    needs_check = not (category or split.category)
    if check_tag is None or needs_check == (check_tag in split.tags):
        return FireflySplitChange(split.journal_id, category)
    others = tuple(tag for tag in split.tags if tag != check_tag)
    return FireflySplitChange(split.journal_id, category, (*others, check_tag) if needs_check else others)


def _category(split: FireflySplit, row: StoredTransaction, names: Mapping[str, str]) -> str | None:
    """The name to set; None keeps the split's category."""
    wanted = names.get(row.category or "")
    if wanted is None or row.is_uncertain:
        return None
    if not split.category:
        return wanted
    named = (slug for slug, name in names.items() if name.casefold() == split.category.casefold())
    current = next(named, slug_of(split.category))
    # Our own prediction, or an earlier answer that we know, is replaced by a newer answer.
    replaceable = own_predictions(row) | {event.category for event in row.feedback}
    is_answered = row.status is not Status.PREDICTED
    return wanted if is_answered and current in replaceable and current != row.category else None
