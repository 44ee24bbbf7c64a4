"""Predict the transactions that were added before there was a model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from src.domain.transactions import Origin
from src.pipeline.prediction.predict import prepare

if TYPE_CHECKING:
    from datetime import datetime

    from src.domain.transactions import Transaction
    from src.pipeline.prediction.predict import Predictor
    from src.services.transactions.repository import Transactions
    from src.services.transactions.waiting import WaitingTransactions

_BATCH = 100


@dataclass(frozen=True)
class FirstPredictions:
    waiting: WaitingTransactions
    transactions: Transactions
    predictor: Predictor

    def keep(self, transaction: Transaction, *, at: datetime) -> None:
        """Store it until there is a model. Raises Unavailable."""
        [named] = self.predictor.with_canonical_accounts([transaction])
        self.waiting.add(prepare(named), at=at)

    def run(self) -> None:
        """Predict and store all that wait, with the time they were added. Raises Unavailable; safe to repeat.

        Each is removed after it is stored. Its key keeps it from being stored twice if this is interrupted in
        between, or if two processes do it.
        """
        while batch := self.waiting.oldest(_BATCH):
            for item in batch:
                [row] = self.predictor.new([item.transaction], at=item.at)
                row = replace(row, origin=Origin(None, f"waiting:{item.id}"))
                self.transactions.add_missing([row], source="page", at=item.at)
            self.waiting.remove([item.id for item in batch])
