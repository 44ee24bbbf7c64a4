"""Review: what waits for an answer, grouped by merchant and direction, so that one answer decides many."""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from src.domain.predictions import Alternative
from src.domain.transactions import Direction, StoredTransaction


class Scope(StrEnum):
    """What the answer for a group applies to, besides the group's waiting transactions."""

    THESE = "these"
    """Nothing else: the memory ignores it."""
    FUTURE = "future"
    """The merchant's predictions from now on."""
    PAST_AND_FUTURE = "past_and_future"
    """Also the merchant's transactions that were categorized automatically; they are answered too."""


class ReviewOrder(StrEnum):
    EFFECT = "effect"
    """Money (its square root) times doubt times number of transactions, largest first."""
    NEWEST = "newest"
    AMOUNT = "amount"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """A transaction without a merchant is a group of its own."""

    merchant: str
    direction: Direction
    transaction_id: str | None = None
    """Only without a merchant."""

    def __str__(self) -> str:
        """For addresses: letters, digits, `-` and `_`."""
        parts = [self.merchant, self.direction.value, self.transaction_id]
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> GroupKey:
        """Raises ValueError for a text that is no key."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            parts = json.loads(base64.urlsafe_b64decode(padded).decode())
            merchant, direction, transaction_id = parts
        except (binascii.Error, TypeError, RecursionError) as error:
            raise ValueError(str(error)) from None
        if not isinstance(merchant, str) or not isinstance(transaction_id, str | None):
            raise ValueError("not a key")
        f"{merchant}{transaction_id}".encode()  # half of a character is no text; it raises a ValueError
        if bool(merchant) is bool(transaction_id):
            raise ValueError("a merchant or a transaction")
        return cls(merchant, Direction(direction), transaction_id)


@dataclass(frozen=True, slots=True)
class SkippedGroup:
    """Hidden in the review before a date."""

    key: str
    until: date


@dataclass(frozen=True, slots=True)
class GroupSums:
    """The waiting transactions of one group."""

    key: GroupKey
    count: int
    amounts: tuple[tuple[str, Decimal], ...]
    """Currency and total, the most frequent first."""
    worth: float
    """The total in about dollars."""
    doubt: float
    """Mean of 1 - confidence, 0..1."""
    oldest: date
    newest: date

    @property
    def effect(self) -> float:
        """The root, because otherwise a few large payments come before everything that repeats."""
        return math.sqrt(self.worth) * self.doubt * self.count


@dataclass(frozen=True, slots=True)
class GroupCategory:
    """A category that is predicted for transactions of a group; None: uncategorized."""

    category: str | None
    count: int
    confidence: float
    """Mean, 0..1."""


MOST_OTHERS = 1000
"""More are not counted."""


@dataclass(frozen=True, slots=True)
class ReviewGroup:
    sums: GroupSums
    categories: tuple[GroupCategory, ...]
    """The most frequent first; never empty."""
    alternatives: tuple[Alternative, ...]
    """The categories of the group, then those of its newest transaction."""
    examples: tuple[StoredTransaction, ...]
    """The newest."""
    others: int
    """The merchant's transactions of this direction categorized automatically, up to MOST_OTHERS."""

    @property
    def key(self) -> GroupKey:
        return self.sums.key


@dataclass(frozen=True, slots=True)
class ReviewPage:
    groups: tuple[ReviewGroup, ...]
    next_cursor: str | None
    rows_waiting: int
    groups_waiting: int
    skipped: int
    """Groups that are hidden until a date; on the page of those, the groups that wait."""


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    updated: int
    """Transactions that the answer set."""
    also_updated: int
    """Other unanswered transactions of the merchant whose prediction follows the answer."""
    act: str
    more_follow: bool
    """Whether more transactions will be predicted again in the background."""
