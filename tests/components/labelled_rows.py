"""Rows for tests of components, made from a few words each."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd

from src.components.dataset.ingestion import Ingestion
from src.components.dataset.preparation import Transformation
from src.components.dataset.schema import ROW_COLUMNS
from src.domain.feedback import LabelSource
from src.domain.transactions import Direction, LabelledTransaction, Transaction

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def labelled(
    id,
    description,
    category,
    *,
    amount="4.20",
    source=LabelSource.FEEDBACK,
    holdout=False,
    at=NOW,
    subcategory=None,
    day=date(2026, 3, 1),
    currency="USD",
    mode=None,
):
    transaction = Transaction(
        description=description,
        amount=Decimal(amount),
        currency=currency,
        date=day,
        direction=Direction.EXPENSE,
        mode=mode,
        subcategory=subcategory,
    )
    return LabelledTransaction(id, transaction, category, source, at, holdout)


def lexicon(entries):
    """entries: (merchant, category) pairs."""
    made = [
        dict.fromkeys(ROW_COLUMNS, "")
        | {
            "id": f"knowledge:{number}",
            "source": "knowledge",
            "description": merchant,
            "amount": float("nan"),
            "date": pd.NaT,
            "category": category,
            "labelled_at": pd.NaT,
            "holdout": False,
            "group": f"entry:{merchant}",
        }
        for number, (merchant, category) in enumerate(entries)
    ]
    return pd.DataFrame(made, columns=ROW_COLUMNS)


def rows_of(*labels, entries=()):
    return Transformation().prepare(Ingestion().gather(labels, lexicon(entries)))
