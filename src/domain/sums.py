"""Sums of amounts by what they count as: spending, income, saving or transfers."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from src.domain.categories import Flow, Group, flow_of
from src.domain.transactions import Direction

DIMENSIONS = ("month", "mode", "account", "weekday", "merchant", "day")
"""By which sums may be split, in addition to the category and what decides the flow."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The sum of one currency, category and direction, and of the dimensions that were asked for.

    Own transfers and refunds are apart.
    """

    currency: str
    category: str | None
    direction: Direction
    group: Group | None
    """As `group_that_counts` says."""
    amount: Decimal
    """As stored: never below zero."""
    count: int
    """Of transactions, and of parts of split ones."""
    rows: int
    """Of transactions alone: a split one counts with its first part."""
    paired: bool
    """Of transactions that are one end of an own transfer."""
    again: bool
    """Of the second ends of own transfers whose first end is summed too: what was moved counts once."""
    refund: bool
    """Of refunds that are linked to their purchases, with the category and the merchant of the purchases."""
    month: str = ""
    mode: str | None = None
    account: str | None = None
    weekday: int | None = None
    """0 is Monday."""
    merchant: str = ""
    """Its key; "" if the text names none."""
    day: str = ""
    """`2026-03-04`."""

    @property
    def flow(self) -> Flow:
        return self._flow[0]

    @property
    def counted(self) -> Decimal:
        """The amount as its flow counts it: less than zero for a refund."""
        return Decimal(0) if self.again else self._flow[1] * self.amount

    @property
    def _flow(self) -> tuple[Flow, int]:
        return _flow_of(self.group, self.direction, self.paired, self.refund)

    @property
    def by_direction(self) -> bool:
        """Whether the direction alone decides the flow."""
        return self.group is None and not self.paired and not self.refund


@dataclass(frozen=True, slots=True)
class Counted:
    """A filter of what counts in a flow, in categories or for a merchant: of parts and linked refunds too."""

    flow: Flow | None
    categories: frozenset[str | None] | None
    """None for all; None in it is uncategorized."""
    merchant: str | None
    """None for all; "" is without a merchant. A refund counts for the merchant of its purchase."""
    groups: Mapping[str, Group]
    """Of every category."""
    refunds: frozenset[str] = frozenset()
    """The ids of the linked refunds that count so."""

    def includes(self, flow: Flow, category: str | None, merchant: str | None) -> bool:
        """merchant: the one that it counts for."""
        return (
            self.flow in (None, flow)
            and (self.categories is None or category in self.categories)
            and (self.merchant is None or self.merchant == (merchant or ""))
        )


@functools.cache
def _flow_of(group: Group | None, direction: Direction, paired: bool, refund: bool) -> tuple[Flow, int]:
    """`flow_of` for many cells."""
    return flow_of(group, direction, paired=paired, refund=refund)


def totals_of(cells: Iterable[Cell]) -> dict[str, Any]:
    """`count` of transactions, `expense`, `income`, `saved`, `transfer` and `net`."""
    cells = list(cells)
    sums = dict.fromkeys(Flow, Decimal(0))
    for cell in cells:
        sums[cell.flow] += cell.counted
    return {
        "count": sum(cell.rows for cell in cells),
        "expense": sums[Flow.SPENT],
        "income": sums[Flow.EARNED],
        "saved": sums[Flow.SAVED],
        "transfer": sums[Flow.TRANSFERRED],
        "net": sums[Flow.EARNED] - sums[Flow.SPENT],
    }


@dataclass(frozen=True, slots=True)
class MovedToSavings:
    """What was put aside, less what was withdrawn: the only rule for it."""

    categories: Decimal
    """In savings categories."""
    accounts: Mapping[str, Decimal]
    """By own transfers to savings and investment accounts, by name; without those that had none."""

    @property
    def amount(self) -> Decimal:
        return sum(self.accounts.values(), self.categories)


def moved_to_savings(cells: Iterable[Cell], saving_accounts: Collection[str]) -> MovedToSavings:
    """cells: by account. saving_accounts: the names of own savings and investment accounts."""
    categories, accounts = Decimal(0), defaultdict[str, Decimal](Decimal)
    for cell in cells:
        if cell.flow is Flow.SAVED:
            categories += cell.counted
        elif cell.paired and cell.account and cell.account in saving_accounts:
            accounts[cell.account] += _PUT_IN.get(cell.direction, 0) * cell.amount
    return MovedToSavings(categories, dict(accounts))


_PUT_IN = {Direction.INCOME: 1, Direction.EXPENSE: -1}


def sums_by(cells: Iterable[Cell], *keys: str, by_size: bool = True) -> list[dict[str, Any]]:
    """Sums of one flow. A share is of the amounts above zero: refunds can exceed a category's spending."""
    amounts: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    counts: dict[tuple[Any, ...], int] = defaultdict(int)
    for cell in cells:
        key = tuple(getattr(cell, name) for name in keys)
        amounts[key] += cell.counted
        counts[key] += cell.count
    total = sum((amount for amount in amounts.values() if amount > 0), Decimal(0))
    rows = [
        {
            **dict(zip(keys, key, strict=True)),
            "amount": amount,
            "count": counts[key],
            "share": float(amount / total) if amount > 0 else 0.0,
        }
        for key, amount in amounts.items()
    ]
    return sorted(
        rows, key=lambda row: (-row["amount"] if by_size else 0, *(str(row[name]) for name in keys))
    )
