"""What one model says otherwise than another of the same transactions, in rows and in money."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from src.domain.predictions import Band
from src.domain.promotions import CategoryChange
from src.domain.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Said:
    """What a model says of a transaction. `category` is None where it is not sure: a category of its own."""

    category: str | None
    band: Band


@dataclass(frozen=True, slots=True)
class Judged:
    """One transaction as two models see it."""

    id: str
    transaction: Transaction
    before: Said
    after: Said
    remembered: bool = False
    """The memory decides: no model has a say."""


@dataclass(frozen=True)
class ChangeCount:
    rows: int
    remembered: int
    pairs: tuple[CategoryChange, ...]
    bands: tuple[tuple[Band, Band, int], ...]
    """As in domain.Changes."""

    @classmethod
    def of(cls, judged: Iterable[Judged], *, examples: int = 5) -> ChangeCount:
        """Read `judged` once, one at a time; it comes newest first.

        examples: how many of a change are named at most.
        """
        rows = remembered = 0
        pairs: defaultdict[tuple[str | None, str | None], _Pair] = defaultdict(_Pair)
        bands: Counter[tuple[Band, Band]] = Counter()
        for each in judged:
            rows += 1
            remembered += each.remembered
            if each.before.category != each.after.category:
                pairs[each.before.category, each.after.category].add(each, examples)
            if each.before.band is not each.after.band:
                bands[each.before.band, each.after.band] += 1
        changes = (pair.change(*names) for names, pair in pairs.items())
        return cls(
            rows,
            remembered,
            tuple(sorted(changes, key=lambda one: (-one.rows, one.before or "", one.after or ""))),
            tuple((*names, count) for names, count in bands.most_common()),
        )


@dataclass
class _Pair:
    rows: int = 0
    money: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    examples: dict[str, str] = field(default_factory=dict)
    """By merchant, the id of its newest transaction."""

    def add(self, judged: Judged, examples: int) -> None:
        given = judged.transaction
        self.rows += 1
        self.money[given.currency] += given.amount
        if len(self.examples) < examples:
            self.examples.setdefault(given.merchant or given.description, judged.id)

    def change(self, before: str | None, after: str | None) -> CategoryChange:
        money = dict(sorted(self.money.items()))
        return CategoryChange(before, after, self.rows, money, tuple(self.examples.values()))
