"""Measures what account, other party and merchant category code add to a classifier.

`python -m benchmarks.quality.details DIR` reads the files of `benchmarks.quality`. They have none of these
fields, so the payment method, which is the account in some of them, serves as one, and the others are made up
from text and category. Three times, a classifier learns all rows up to a day and predicts the next fifth.
"""

from __future__ import annotations

import argparse
import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from benchmarks.quality.data import Dataset, Example, about, read_folder
from src.components.features.vectorizer import TransactionFeatures
from src.components.lexicon.matcher import lexicon_text
from src.components.model.candidates import CANDIDATES
from src.components.model.smoke_transactions import model_fields
from src.components.text.cleaning import category_code
from src.domain.transactions import Transaction
from src.knowledge.lexicon_files import Knowledge
from src.pipeline.prediction.predict import prepare

Change = Callable[[Transaction, frozenset[str]], Transaction]

HIDDEN = 0.5
"""The share of texts that are hidden: of a text all rows or none."""
NO_CODE, WRONG_CODE = 0.3, 0.1
"""Shares of rows."""
KNOWN, BLOCK = (0.4, 0.6, 0.8), 0.2
QUICK = next(candidate for candidate in CANDIDATES if candidate.family == "sgd")


def _account(row: Transaction, accepted: frozenset[str]) -> Transaction:
    return replace(row, account=row.mode, mode=None)


def _no_mode(row: Transaction, accepted: frozenset[str]) -> Transaction:
    return replace(row, mode=None)


def _is_hidden(row: Transaction) -> bool:
    return zlib.crc32(row.description.encode()) < HIDDEN * 2**32


def _hidden(row: Transaction, accepted: frozenset[str]) -> Transaction:
    return replace(row, description="CARD PAYMENT 4411") if _is_hidden(row) else row


def _counterparty(row: Transaction, accepted: frozenset[str]) -> Transaction:
    return replace(_hidden(row, accepted), counterparty=row.description if _is_hidden(row) else None)


def _repeated(row: Transaction, accepted: frozenset[str]) -> Transaction:
    return replace(row, counterparty=row.merchant.title() or None)


class _Codes:
    """A code that the lexicon lists under an accepted category; some rows have none or any."""

    def __init__(self) -> None:
        self._draw = random.Random(7)
        self._by_category: dict[str, list[str]] = defaultdict(list)
        for entry in Knowledge().entries():
            if category_code(entry.phrase.removeprefix("mcc")) == entry.phrase:
                self._by_category[entry.category].append(entry.phrase.removeprefix("mcc"))
        self._all = sorted(code for codes in self._by_category.values() for code in codes)

    def __call__(self, row: Transaction, accepted: frozenset[str]) -> Transaction:
        chance = self._draw.random()
        codes = [code for category in sorted(accepted) for code in self._by_category[category]]
        codes = self._all if chance < WRONG_CODE else codes
        return replace(row, mcc=self._draw.choice(codes)) if codes and chance < 1 - NO_CODE else row


CHANGES: dict[str, Callable[[], Change]] = {
    "as they are": lambda: lambda row, accepted: row,
    "no payment method": lambda: _no_mode,
    "payment method as account": lambda: _account,
    "merchant as other party too": lambda: _repeated,
    "half the texts hidden": lambda: _hidden,
    "these as other party": lambda: _counterparty,
    "code of the category": _Codes,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.details")
    parser.add_argument("data", type=Path, help="a directory of CSV files in the normalized form")
    parser.add_argument("--files", default="", help="only these, by their names without .csv: a,b")
    options = parser.parse_args()
    datasets, _ = read_folder(options.data, [name for name in options.files.split(",") if name])
    lexicon = lexicon_text(Knowledge().entries())
    for data in datasets:
        print(
            f"\n{about(data)}\n\n| rows | accuracy | macro-F1 | accuracy, new merchants |\n|---|---|---|---|"
        )
        for name, change in CHANGES.items():
            result = _measured(with_details(data, change()).examples, lexicon)
            print(
                f"| {name} | {result.accuracy:.1%} | {result.macro_f1:.3f} | {result.of_new:.1%} |",
                flush=True,
            )


def with_details(data: Dataset, change: Change) -> Dataset:
    examples = tuple(
        Example(
            prepare(change(example.transaction, data.accepted.get(example.category, frozenset()))),
            example.category,
        )
        for example in data.examples
    )
    return replace(data, examples=examples)


@dataclass(frozen=True)
class _Result:
    accuracy: float
    macro_f1: float
    of_new: float
    """Accuracy on rows whose text the classifier has not seen."""


def _measured(examples: Sequence[Example], lexicon: str) -> _Result:
    """examples: by date."""
    table = model_fields([example.transaction for example in examples])
    categories = np.array([example.category for example in examples])
    texts = np.array([example.transaction.merchant for example in examples])
    truth, answers, new = [], [], []
    for share in KNOWN:
        start, end = (int(len(table) * known) for known in (share, share + BLOCK))
        features = TransactionFeatures(lexicon=lexicon)
        classifier = QUICK.classifier(seed=7).fit(
            features.fit_transform(table[:start]), categories[:start], np.ones(start)
        )
        answers.append(classifier.predict(features.transform(table[start:end])))
        truth.append(categories[start:end])
        new.append(~np.isin(texts[start:end], texts[:start]))
    right, names = np.concatenate(truth), np.concatenate(answers)
    is_right, is_new = right == names, np.concatenate(new)
    macro_f1 = f1_score(right, names, average="macro", zero_division=0)
    return _Result(is_right.mean(), macro_f1, is_right[is_new].mean())


if __name__ == "__main__":
    main()
