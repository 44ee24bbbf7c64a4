"""Merchants with their transactions, what a person decided about them, and what is remembered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from src.components.text.merchant_variants import variants
from src.domain.merchants import Merchant, MerchantSort, MerchantSummary, Remembered, Variants
from src.domain.transactions import LabelledTransaction
from src.errors import NotFound

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.services.merchants.overview import MerchantOverview
    from src.services.merchants.repository import Merchants
    from src.services.merchants.transactions import MerchantTransactions

REMEMBERED = 10
"""The memory considers as many answers."""


@dataclass(frozen=True, slots=True)
class MerchantState:
    merchant: Merchant
    summary: MerchantSummary | None
    """None without transactions."""
    memory: Remembered | None
    parts: Sequence[str]
    """The keys of the merchants that were merged into it."""


@dataclass(frozen=True)
class MerchantListing:
    merchants: Merchants
    overview: MerchantOverview
    rows: MerchantTransactions
    predictor: Predictor

    def page(
        self, words: str = "", *, sort: MerchantSort = "-count", limit: int = 50, cursor: str | None = None
    ) -> tuple[list[MerchantState], str | None]:
        """Raises InvalidInput for a cursor that no page gave, Unavailable."""
        page = self.overview.page(words, self.merchants.names(), sort=sort, limit=limit, cursor=cursor)
        return self._states(page.items), page.next_cursor

    def one(self, key: str) -> MerchantState:
        """The merchant of this key, or the one it was merged into. Raises NotFound, Unavailable."""
        key = self.merchants.canonical([key]).get(key, key)
        if summary := self.overview.summaries([key]).get(key):
            [state] = self._states([summary])
            return state
        merchant = self.merchants.get(key)
        if merchant == Merchant(key):
            raise NotFound("There is no merchant with this key.")
        return MerchantState(merchant, None, None, self.merchants.leading_to(key))

    def find(self, text: str) -> str:
        """The key of a merchant from its key or its name, in any case. Raises NotFound, Unavailable."""
        typed = " ".join(text.split()).casefold()
        by_name = {name.casefold(): key for key, name in self.merchants.names().items()}
        return self.one(by_name.get(typed, typed)).merchant.key

    def answers(self, key: str) -> list[LabelledTransaction]:
        """The newest answers for it, also forgotten ones."""
        return self.rows.answered(key, REMEMBERED)

    def answered(
        self, *, limit: int, cursor: str | None
    ) -> tuple[list[tuple[MerchantState, int, datetime]], str | None]:
        """The merchants with answers, their number, and when the last one was given."""
        groups, next_cursor = self.overview.answered(limit=limit, cursor=cursor)
        summaries = self.overview.summaries([key for key, _, _ in groups])
        states = {state.merchant.key: state for state in self._states(list(summaries.values()))}
        return [(states[key], rows, at) for key, rows, at in groups if key in states], next_cursor

    def variants(self, limit: int, key: str | None = None) -> list[Variants]:
        """Pairs of merchants, or those of one, that may be the same; a person decides each."""
        apart = self.merchants.apart()
        pairs = variants(self.overview.counts(), self.overview.of_one_party(), of=key)
        return [pair for pair in pairs if tuple(sorted((pair.key, pair.into))) not in apart][:limit]

    def summaries(self, keys: Collection[str]) -> dict[str, MerchantSummary]:
        """Of those that have transactions. Raises Unavailable."""
        return self.overview.summaries(keys)

    def most_frequent(self, limit: int) -> list[str]:
        """The keys of those with the most transactions. Raises Unavailable."""
        return list(self.overview.counts())[:limit]

    def _states(self, summaries: Sequence[MerchantSummary]) -> list[MerchantState]:
        keys = [summary.key for summary in summaries]
        decided, memories = self.merchants.many(keys), self.predictor.memory_of(keys)
        parts = self.merchants.parts()
        states = []
        for summary in summaries:
            merchant = decided.get(summary.key, Merchant(summary.key))
            memory = memories.get(summary.key) if merchant.learn else None
            states.append(MerchantState(merchant, summary, memory, parts.get(summary.key, ())))
        return states
