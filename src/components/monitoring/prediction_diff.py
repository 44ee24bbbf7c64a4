"""How the predictions of two models differ on the same transactions, in rows and in money."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from src.domain.predictions import Band
from src.domain.promotions import CategoryChange
from src.domain.transactions import Transaction


@dataclass(frozen=True, slots=True)
class ModelPrediction:
    """`category` is None for unknown, which counts as a category here."""

    category: str | None
    band: Band


@dataclass(frozen=True, slots=True)
class PredictionPair:
    """Two models' predictions of one transaction."""

    id: str
    transaction: Transaction
    before: ModelPrediction
    after: ModelPrediction
    remembered: bool = False
    """The memory decides, so no model matters."""


@dataclass(frozen=True)
class ChangeCount:
    """The counts of a PredictionDiff."""

    rows: int
    remembered: int
    pairs: tuple[CategoryChange, ...]
    bands: tuple[tuple[Band, Band, int], ...]

    @classmethod
    def of(cls, pairs: Iterable[PredictionPair], *, examples: int = 5) -> ChangeCount:
        """pairs: newest first, read once. examples: the most per change."""
        rows = remembered = 0
        changes: defaultdict[tuple[str | None, str | None], _ChangeSum] = defaultdict(_ChangeSum)
        bands: Counter[tuple[Band, Band]] = Counter()
        for pair in pairs:
            rows += 1
            remembered += pair.remembered
            if pair.before.category != pair.after.category:
                changes[pair.before.category, pair.after.category].add(pair, examples)
            if pair.before.band is not pair.after.band:
                bands[pair.before.band, pair.after.band] += 1
        by_size = sorted(
            (change.result(*categories) for categories, change in changes.items()),
            key=lambda change: (-change.rows, change.before or "", change.after or ""),
        )
        return cls(rows, remembered, tuple(by_size), tuple((*pair, n) for pair, n in bands.most_common()))


@dataclass
class _ChangeSum:
    rows: int = 0
    money: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    examples: dict[str, str] = field(default_factory=dict)
    """By merchant, the id of its newest transaction."""

    def add(self, pair: PredictionPair, most_examples: int) -> None:
        transaction = pair.transaction
        self.rows += 1
        self.money[transaction.currency] += transaction.amount
        if len(self.examples) < most_examples:
            self.examples.setdefault(transaction.merchant or transaction.description, pair.id)

    def result(self, before: str | None, after: str | None) -> CategoryChange:
        money = dict(sorted(self.money.items()))
        return CategoryChange(before, after, self.rows, money, tuple(self.examples.values()))
