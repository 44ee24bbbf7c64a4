"""Transactions to test a model with before it serves: a sample of the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from src.components.dataset.schema import MODEL_FIELDS
from src.domain.transactions import Direction, Transaction

_DEFAULT_AMOUNT, _DEFAULT_DAY = Decimal("12.50"), date(2024, 2, 29)

EXAMPLES = (
    Transaction("SWIGGY order 8841 BANGALORE", Decimal("350.75"), "INR", date(2026, 3, 4), mode="UPI"),
    Transaction("ACME PAYROLL 02", Decimal("2900.00"), "USD", date(2026, 2, 27), Direction.INCOME),
    Transaction("", Decimal("42.00"), "EUR", date(2026, 3, 1), mode="cash", subcategory="bakery"),
)
"""Invented; logged with the registered model as its input example."""


@dataclass(frozen=True)
class SmokeSample:
    """Rows of the lexicon have no amount or date; they get default ones."""

    size: int = 200

    def transactions(self, rows: pd.DataFrame) -> list[Transaction]:
        """At most `size` transactions, evenly spaced over `rows`."""
        positions = np.unique(np.linspace(0, len(rows) - 1, min(self.size, len(rows))).astype(int))
        return [_transaction(row) for row in rows.iloc[positions].to_dict("records")]


def model_fields(transactions: Sequence[Transaction]) -> pd.DataFrame:
    """The input of the fitted model, shape (n_transactions, len(MODEL_FIELDS))."""
    rows = [
        [
            transaction.description,
            transaction.subcategory or "",
            float(transaction.amount),
            transaction.currency,
            transaction.mode or "",
            str(transaction.direction),
            pd.Timestamp(transaction.date),
            transaction.account or "",
            transaction.counterparty or "",
            transaction.mcc or "",
        ]
        for transaction in transactions
    ]
    return pd.DataFrame(rows, columns=MODEL_FIELDS)


def _transaction(row: dict[str, Any]) -> Transaction:
    amount, day = row["amount"], row["date"]
    return Transaction(
        description=str(row["description"]),
        amount=_DEFAULT_AMOUNT if pd.isna(amount) else Decimal(repr(float(amount))),
        currency=str(row["currency"] or "USD"),
        date=_DEFAULT_DAY if pd.isna(day) else day.date(),
        direction=Direction(row["direction"] or Direction.EXPENSE),
        mode=str(row["mode"]) or None,
        subcategory=str(row["subcategory"]) or None,
        merchant=str(row["merchant"]),
        account=str(row["account"]) or None,
        counterparty=str(row["counterparty"]) or None,
        mcc=str(row["mcc"]) or None,
    )
