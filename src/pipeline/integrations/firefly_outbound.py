"""The category's way to Firefly III: apart from any request, tried until it is there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from src.domain.categories import Category, slug_of
from src.domain.deliveries import Delivery, Split, SplitChange
from src.domain.transactions import Direction, Status, StoredTransaction
from src.errors import InvalidInput, NotFound, Unavailable
from src.pipeline.integrations.inbound import own_words

log = logging.getLogger(__name__)

PROGRAM = "firefly-iii"
_AT_ONCE = 20
_LOOKS_BACK = timedelta(days=3)
_OVERLAP = timedelta(minutes=1)


class Queue(Protocol):
    def claim(self) -> Delivery | None: ...
    def done(self, delivery: Delivery, *, at: datetime, note: str | None = None) -> None: ...
    def put_off(self, delivery: Delivery, note: str, *, at: datetime) -> None: ...
    def give_up(self, delivery: Delivery, note: str, *, at: datetime) -> None: ...
    def add_answered(self, program: str, *, since: datetime) -> datetime | None: ...


class FireflyIII(Protocol):
    def splits(self, group: str) -> list[Split]: ...
    def change(self, group: str, changes: Sequence[SplitChange]) -> None: ...


class Rows(Protocol):
    def by_key(self, keys: Collection[str]) -> dict[str, StoredTransaction]: ...


@dataclass
class Delivering:
    """Asks how a transaction stands there before it says anything, and says nothing over a person's word."""

    queue: Queue
    firefly: FireflyIII
    rows: Rows
    categories: Callable[[], Sequence[Category]]
    now: Callable[[], datetime]
    check_tag: str | None = None
    """Marks splits nobody is sure of; None marks none."""
    _answered_until: datetime | None = None

    def work(self) -> None:
        """Deliver what is due. Raises Unavailable where MongoDB is away."""
        self._look_for_answers()
        for _ in range(_AT_ONCE):
            delivery = self.queue.claim()
            if delivery is None or not self._deliver(delivery):
                return

    def _look_for_answers(self) -> None:
        """An answer given on our own pages goes there too."""
        since = self._answered_until or self.now() - _LOOKS_BACK
        newest = self.queue.add_answered(PROGRAM, since=since - _OVERLAP)
        self._answered_until = max(filter(None, (since, newest)))

    def _deliver(self, delivery: Delivery) -> bool:
        """Whether it is worth going on with the next."""
        try:
            note = self._say(delivery.group)
        except Unavailable as error:
            log.warning("firefly iii did not take a category", extra={"reason": str(error)})
            self.queue.put_off(delivery, str(error), at=self.now())
            return False
        except InvalidInput as error:
            log.warning("firefly iii refused a category", extra={"reason": str(error)})
            self.queue.give_up(delivery, str(error), at=self.now())
        else:
            self.queue.done(delivery, at=self.now(), note=note)
        return True

    def _say(self, group: str) -> str | None:
        try:
            splits = self.firefly.splits(group)
        except NotFound:
            return "It is gone from Firefly III."
        rows = self.rows.by_key([f"{PROGRAM}:{each.journal_id}" for each in splits])
        names = {each.slug: each.name for each in self.categories()}
        changes = [
            _change(split, rows.get(f"{PROGRAM}:{split.journal_id}"), names, self.check_tag)
            for split in splits
        ]
        if any(each.category is not None or each.tags is not None for each in changes):
            # All of them, the unchanged ones too: Firefly III deletes the splits that are not named.
            self.firefly.change(group, changes)
        return None


def _change(
    split: Split, row: StoredTransaction | None, names: Mapping[str, str], check_tag: str | None
) -> SplitChange:
    if row is None or row.transaction.direction is Direction.TRANSFER:
        return SplitChange(split.journal_id)
    category = _category(split, row, names)
    sure = bool(category or split.category)
    return SplitChange(split.journal_id, category, _tags(split, sure, check_tag))


def _category(split: Split, row: StoredTransaction, names: Mapping[str, str]) -> str | None:
    """The name to set, or None where what stands there is to stay."""
    wanted = names.get(row.category or "")
    if wanted is None or row.needs_review:
        return None
    if not split.category:
        return wanted
    there = _slug(split.category, names)
    # One we set, or a person's word of before that we know, gives way to a newer answer.
    ours = own_words(row) | {each.category for each in row.feedback}
    answered = row.status is not Status.PREDICTED
    return wanted if answered and there in ours and there != row.category else None


def _slug(name: str, names: Mapping[str, str]) -> str:
    """Of the category of this name, whatever its case."""
    return next((slug for slug, one in names.items() if one.casefold() == name.casefold()), slug_of(name))


def _tags(split: Split, sure: bool, check_tag: str | None) -> tuple[str, ...] | None:
    if check_tag is None or sure == (check_tag not in split.tags):
        return None
    others = tuple(tag for tag in split.tags if tag != check_tag)
    return others if sure else (*others, check_tag)
