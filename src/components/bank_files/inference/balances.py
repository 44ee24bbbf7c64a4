"""Whether the amounts of consecutive rows are the steps of their running balance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

_AFTER_OLDEST_FIRST, _AFTER_NEWEST_FIRST, _BEFORE_OLDEST_FIRST, _BEFORE_NEWEST_FIRST = range(4)
"""The balance is that after or before its row, and the first row is the oldest or the newest."""


class RunningBalance:
    """Counts the steps from balance to balance that the amounts explain, as rows are added."""

    def __init__(self) -> None:
        self.steps = 0
        self._agree = [0] * 4
        self._conflicts: list[int | None] = [None] * 4
        self._before: tuple[Decimal, Decimal] | None = None
        """Amount and balance of the last row that has a balance."""
        self._between = Decimal(0)
        """Of the rows since then, which have none."""
        self._day: date | None = None
        self._rises = self._falls = False
        """Whether a later day follows an earlier one, and the other way round."""

    def add(self, amount: Decimal, balance: Decimal | None, day: date | None = None, row: int = 0) -> None:
        """amount: signed, negative if the money left the account. row: of the file."""
        if day and self._day:
            self._rises, self._falls = self._rises or day > self._day, self._falls or day < self._day
        self._day = day or self._day
        if balance is None:
            self._between += amount
            return
        if self._before:
            amount_before, balance_before = self._before
            step = balance - balance_before
            self.steps += 1
            until_this, from_last = self._between + amount, amount_before + self._between
            ways = (step == until_this, -step == from_last, step == from_last, -step == until_this)
            for way, agrees in enumerate(ways):
                self._agree[way] += agrees
                if not agrees and self._conflicts[way] is None:
                    self._conflicts[way] = row
        self._before, self._between = (amount, balance), Decimal(0)

    def skip(self) -> None:
        """A row whose amount is unknown: the next balance does not follow from the last one."""
        self._before, self._between = None, Decimal(0)

    @property
    def agree(self) -> int:
        return self._agree[self._way()]

    @property
    def conflict(self) -> int | None:
        """The first row that disagrees."""
        return self._conflicts[self._way()]

    def _way(self) -> int:
        """The one that explains most.

        The balance before a row, newest first, is that after it, oldest first, with the other sign. Only the
        days distinguish them; if their order is not clear, the balance is that after the row.
        """
        possible = (_AFTER_OLDEST_FIRST, _AFTER_NEWEST_FIRST)
        if self._rises != self._falls:
            oldest_first = (_AFTER_OLDEST_FIRST, _BEFORE_OLDEST_FIRST)
            possible = oldest_first if self._rises else (_AFTER_NEWEST_FIRST, _BEFORE_NEWEST_FIRST)
        return max(possible, key=lambda way: self._agree[way])
