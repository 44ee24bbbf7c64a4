"""Link the transactions of an export again, as they were linked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from src.domain.transactions import StoredTransaction
from src.domain.transfers import End, Link, LinkedBy, LinkKind, LinkStatus, link_between, misfit

if TYPE_CHECKING:
    from src.services.transfers.candidates import Candidates
    from src.services.transfers.links import Links

Two = tuple[LinkKind, str, str]
"""The ids of two linked transactions, in any order."""


@dataclass
class LinkRestore:
    """For one import."""

    links: Links
    candidates: Candidates
    clock: Callable[[], datetime]
    _first_ends: dict[str, str] = field(default_factory=dict)
    """Transfer in the export -> the transaction that named it first."""
    _waiting: list[Two] = field(default_factory=list)
    """One of the two is not stored yet."""

    def add(self, rows: Sequence[StoredTransaction]) -> None:
        """Link those whose other end is stored too. rows: stored ones, as the export has them.

        What a person has decided here since is kept. Raises Unavailable; safe to repeat.
        """
        for row in rows:
            if row.refund_of:
                self._waiting.append((LinkKind.REFUND, row.refund_of, row.id))
            if row.transfer:
                first = self._first_ends.setdefault(row.transfer, row.id)
                self._waiting += [(LinkKind.TRANSFER, first, row.id)] if first != row.id else []
        if not self._waiting:
            return
        ends = self.candidates.get({end for _, *two in self._waiting for end in two})
        stored = [two for two in self._waiting if two[1] in ends and two[2] in ends]
        self._waiting = [two for two in self._waiting if two not in stored]
        self.links.add([link for two in stored for link in self._linked(two, ends)])

    def _linked(self, two: Two, ends: Mapping[str, End]) -> list[Link]:
        """Empty if a person has edited the export, so that they do not fit."""
        kind, *ids = two
        for out, into in ((ends[ids[0]], ends[ids[1]]), (ends[ids[1]], ends[ids[0]])):
            if misfit(kind, out.transaction, into.transaction) is None:
                status, by = LinkStatus.PAIRED, LinkedBy.IMPORT
                return [link_between(kind, out, into, status, by, score=1.0, at=self.clock())]
        return []
