"""Rows and answers for tests of the benchmark, made from a few words each."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from benchmarks.quality.answers import Answer
from benchmarks.quality.data import Example, dataset
from src.domain.predictions import Band
from src.domain.transactions import Transaction
from src.pipeline.prediction.predict import prepare

FIRST = date(2026, 1, 1)


def example(description, category, day=0, amount="4.20"):
    transaction = Transaction(description, Decimal(amount), "EUR", FIRST + timedelta(days=day))
    return Example(prepare(transaction), category)


def data(rows, accepted=None):
    """rows: (description, category) pairs, a day each."""
    made = [example(text, category, day) for day, (text, category) in enumerate(rows)]
    return dataset("invented", made, accepted or {})


def answer(truth, best, earlier=(), merchant="blue door", **fields):
    """earlier: what the owner had called the merchant, oldest first."""
    parts = {"confidence": 0.9, "likelihood": 0.9, "band": Band.AUTO, "by_memory": False} | fields
    counts = tuple(Counter(earlier).most_common())
    return Answer(
        example(merchant, truth), best, earlier=counts, last=earlier[-1] if earlier else None, **parts
    )


def rows_of(answers):
    """The data set that was asked."""
    return dataset("invented", [answer.example for answer in answers], {})
