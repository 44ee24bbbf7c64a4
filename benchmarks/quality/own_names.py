"""Measures what a file with a person's own categories teaches about merchants it does not mention.

`python -m benchmarks.quality.own_names FILE` imports FILE with its categories and trains once after the first
model. Both models predict the demo year, which has no labels.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from benchmarks.quality.answers import Answer
from benchmarks.quality.data import Example, read
from benchmarks.quality.product import Product, Setup
from src.components.dataset import demo_statement
from src.domain.categories import name_key, slug_of
from src.domain.feedback import LabelSource
from src.domain.predictions import Band
from src.domain.transactions import Direction, Transaction
from src.knowledge.lexicon_files import Knowledge
from src.pipeline.prediction.predict import prepare


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.own_names")
    parser.add_argument("file", type=Path, help="a CSV file in the normalized form")
    known, asked = imported(parser.parse_args().file), demo_year()
    product = Product(Setup(), unanswered=[example.transaction for example in asked])
    product.train()
    product.learn(known, LabelSource.IMPORT)
    before = product.answer(asked)
    product.train()
    after = product.answer(asked)
    print(f"Labels: {len(known)}. Unanswered: {len(asked)}. The new model: {product.outcomes[-1]}.")
    print(f"Automatic: {_automatic(before)} by the first model, {_automatic(after)} by the active one.")
    for merchant, answers in sorted(_by_merchant(after).items()):
        counts = Counter((answer.best, answer.band.value) for answer in answers).most_common()
        sure = sum(answer.confidence for answer in answers) / len(answers)
        by = "memory" if answers[0].by_memory else "model"
        print(f"  {merchant:30} {by:6} {sure:.2f}", *(f"{name} {band} {n}" for (name, band), n in counts))


def imported(path: Path) -> list[Example]:
    """With the slugs of an import: a shipped name is the shipped category."""
    shipped = {
        name_key(name): category.slug
        for category in Knowledge().categories
        for name in (category.name, category.slug)
    }
    return [
        Example(example.transaction, shipped.get(name_key(example.category), slug_of(example.category)))
        for example in read(path, {}).examples
    ]


def demo_year(until: date = date(2026, 11, 20)) -> list[Example]:
    """The demo statement, without categories."""
    rows = csv.DictReader(io.StringIO(demo_statement.year(until, "USD")))
    return [Example(prepare(_transaction(row)), "") for row in rows]


def _transaction(row: dict[str, str]) -> Transaction:
    amount = Decimal(row["Amount"])
    return Transaction(
        description=row["Description"],
        amount=abs(amount),
        currency=row["Currency"],
        date=date.fromisoformat(row["Date"]),
        direction=Direction.EXPENSE if amount < 0 else Direction.INCOME,
        mode=row["Paid by"],
        subcategory=None,
    )


def _automatic(answers: list[Answer]) -> int:
    return sum(answer.band is Band.AUTO for answer in answers)


def _by_merchant(answers: list[Answer]) -> dict[str, list[Answer]]:
    by_merchant = defaultdict(list)
    for answer in answers:
        by_merchant[answer.merchant].append(answer)
    return by_merchant


if __name__ == "__main__":
    main()
