"""Rows for tests of the services."""

from datetime import UTC, date, datetime
from decimal import Decimal

from src.domain.feedback import Feedback, LabelSource
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction
from src.domain.transactions import NewTransaction, Transaction

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def new(
    merchant="blue door", amount="4.20", *, category="dining", day=date(2026, 3, 4), holdout=False, **fields
):
    band = fields.pop("band", Band.AUTO if category else Band.UNKNOWN)
    transaction = Transaction(
        merchant, Decimal(amount), fields.pop("currency", "USD"), day, merchant=merchant, **fields
    )
    alternatives = (Alternative(category or "dining", 0.9),)
    prediction = Prediction(category, 0.9, band, DecidedBy.MODEL, alternatives, (), "1", NOW)
    return NewTransaction(transaction, prediction, fingerprint="f", holdout=holdout)


def keep(transactions, *rows):
    return transactions.add(rows, source="api", at=NOW)


def answer(category, act="one", source=LabelSource.FEEDBACK, at=NOW):
    return Feedback(category, at, act, source)
