"""Match new and changed transactions: pair certain own transfers, suggest doubtful ones and refunds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from src.components.transfers.pairing import Match, conversions, pairs, reads_like_a_transfer
from src.components.transfers.refunds import refund_match
from src.domain.categories import Category, Group
from src.domain.transactions import Direction, StoredTransaction
from src.domain.transfers import (
    End,
    Link,
    LinkedBy,
    LinkKind,
    LinkStatus,
    end_of,
    link_between,
    purchase_merchants,
)
from src.errors import Unavailable
from src.pipeline.transfers.restore import LinkRestore

if TYPE_CHECKING:
    from src.services.transfers.candidates import Candidates
    from src.services.transfers.links import Links

T = TypeVar("T")
BATCH = 1000
_MOST_NEAR = 500
"""Transactions of one amount that are looked at when one is saved."""
_MOST_SAVED = 50
"""Transactions saved at once that are matched at once."""
_AT_A_TIME = 20_000
"""Added transactions that one run of the job looks at; the next run continues."""
_STILL_ARRIVING = timedelta(minutes=2)
"""A transaction may become visible this long after the time it names."""
_UNSETTLED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class LinkMatching:
    """Each search looks only at rows around the amounts, dates and merchants of the new ones."""

    links: Links
    candidates: Candidates
    categories: Callable[[], Sequence[Category]]
    clock: Callable[[], datetime]

    def match_import(self, import_id: str) -> int:
        """Link the transactions of an import; returns how many links are new. Safe to repeat."""
        return self._match_all(self.candidates.of_import(import_id), LinkedBy.IMPORT)

    def match_saved(self, rows: Sequence[StoredTransaction]) -> None:
        """Link transactions that were just added or edited with others of the same amount.

        It is quick: where there are many of either, or MongoDB fails, `maintain` does it, as all the rest.
        """
        if len(rows) > _MOST_SAVED:
            return
        moving = (row for row in rows if row.transaction.direction is not Direction.TRANSFER)
        ends = [end_of(row) for row in moving if not row.is_linked]
        with suppress(Unavailable):
            near = self.candidates.of_equal_amount(ends, most=_MOST_NEAR) if ends else []
            if not near:
                return
            matches = pairs(near, self._groups(), new={end.id for end in ends})
            at = self.clock()
            self.links.add([_link(LinkKind.TRANSFER, match, LinkedBy.JOB, at) for match in matches])

    def _groups(self) -> dict[str, Group]:
        return {category.slug: category.group for category in self.categories()}

    def restore(self) -> LinkRestore:
        """For an import of an export."""
        return LinkRestore(self.links, self.candidates, self.clock)

    def maintain(self) -> int:
        """Settle what an interruption left, and match what was added or changed since the last run.

        Returns how many links are new. Raises Unavailable; what is done by then stays done.
        """
        now = self.clock()
        self.links.settle_unsettled(before=now - _UNSETTLED_AFTER)
        self.links.settle_strays()
        since = self.candidates.matched_until()
        for edited in _batches(self.candidates.edited_since(since)):
            self.links.settle(edited)
        added, until = self._added(since, now)
        new = self._match_all(added, LinkedBy.JOB)
        new += self._match_all(self.candidates.changed_since(since), LinkedBy.JOB)
        self.candidates.note_matched(until)
        return new

    def _added(self, since: datetime, now: datetime) -> tuple[list[End], datetime]:
        """The next ones in the order they were added, and the time that is reached with them."""
        ends: list[End] = []
        for end, at in self.candidates.added_since(since):
            if len(ends) >= _AT_A_TIME and at > since:
                return ends, at
            ends.append(end)
        return ends, max(since, now - _STILL_ARRIVING)

    def _match_all(self, ends: Iterable[End], by: LinkedBy) -> int:
        groups = self._groups()
        return sum(self._match(batch, groups, by) for batch in _batches(ends))

    def _match(self, ends: Sequence[End], groups: dict[str, Group], by: LinkedBy) -> int:
        new, at = {end.id for end in ends}, self.clock()
        matches = pairs(self.candidates.of_equal_amount(ends), groups, new=new)
        if worded := [end for end in ends if reads_like_a_transfer(end)]:
            matches += conversions(self.candidates.of_other_currencies(worded), groups, new=new)
        taken = {end.id for match in matches if match.certain for end in (match.out, match.into)}
        links = [_link(LinkKind.TRANSFER, match, by, at) for match in matches]
        refunds = self._refunds([end for end in ends if end.id not in taken], groups)
        links += [_link(LinkKind.REFUND, match, by, at) for match in refunds]
        return self.links.add(links)

    def _refunds(self, ends: Sequence[End], groups: dict[str, Group]) -> Iterator[Match]:
        refunds = self.candidates.refunds_among(ends)
        purchases = self.candidates.purchases_for(refunds)
        refunded = self.candidates.refunded([end.id for same in purchases.values() for end in same])
        for refund in refunds:
            merchants = purchase_merchants(refund.transaction.merchant)
            of_merchant = [end for merchant in merchants for end in purchases.get(merchant, ())]
            if match := refund_match(refund, of_merchant, groups, refunded):
                yield match


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(values)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _link(kind: LinkKind, match: Match, by: LinkedBy, at: datetime) -> Link:
    status = LinkStatus.PAIRED if match.certain else LinkStatus.SUGGESTED
    return link_between(kind, match.out, match.into, status, by, score=match.score, at=at)
