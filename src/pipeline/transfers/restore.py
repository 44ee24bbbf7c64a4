"""Link the transactions of an export again, as they were linked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain.transactions import Direction, StoredTransaction
from src.domain.transfers import End, Link, LinkedBy, LinkKind, LinkStatus, link_between

if TYPE_CHECKING:
    from src.components.bank_files.entry import Exported
    from src.services.transfers.candidates import Candidates
    from src.services.transfers.links import Links


@dataclass
class LinkRestore:
    """For one import."""

    links: Links
    candidates: Candidates
    clock: Callable[[], datetime]
    _first_ends: dict[str, StoredTransaction] = field(default_factory=dict)
    """Transfer in the export -> the transaction that named it first."""
    _waiting: list[Link] = field(default_factory=list)
    """One of the two transactions is not stored yet."""

    def add(self, exported: Sequence[Exported]) -> None:
        """Link those whose other end is stored too. exported: of stored transactions.

        What a person has decided here since is kept. Raises Unavailable; safe to repeat.
        """
        for one in exported:
            self._waiting += self._implied(one.row) if one.links is None else one.links
        if not self._waiting:
            return
        ends = self.candidates.get({end for link in self._waiting for end in (link.out, link.into)})
        linked: dict[str, Link] = {}
        waiting = []
        for link in self._waiting:
            if link.out in ends and link.into in ends:
                stored = _between(ends[link.out], ends[link.into], link)
                linked[stored.id] = stored
            else:
                waiting.append(link)
        self._waiting = waiting
        self.links.add(self._in_free_order(linked))

    def _in_free_order(self, links: Mapping[str, Link]) -> list[Link]:
        """links: by id. Those whose order another refund of the purchase has get none."""
        purchases = {link.out for link in links.values() if link.order}
        taken = (
            {(link.out, link.order): link.id for link in self.links.of_any(purchases)} if purchases else {}
        )
        return [
            link if taken.setdefault((link.out, link.order), link.id) == link.id else replace(link, order=0)
            for link in links.values()
        ]

    def _implied(self, row: StoredTransaction) -> list[Link]:
        """The links in effect of a transaction in an export without links."""
        links = []
        if row.refund_of:
            links.append(self._link(LinkKind.REFUND, row.refund_of, row.id))
        if row.transfer and (first := self._first_ends.setdefault(row.transfer, row)) is not row:
            into, out = sorted((first, row), key=lambda end: end.transaction.direction is Direction.EXPENSE)
            links.append(self._link(LinkKind.TRANSFER, out.id, into.id))
        return links

    def _link(self, kind: LinkKind, out: str, into: str) -> Link:
        at = self.clock()
        return Link("", kind, out, into, LinkStatus.PAIRED, LinkedBy.IMPORT, 1.0, at, at.date())


def _between(out: End, into: End, link: Link) -> Link:
    between = link_between(link.kind, out, into, link.status, link.by, score=link.score, at=link.created_at)
    return replace(between, part=link.part, order=link.order)
