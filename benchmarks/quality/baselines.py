"""Simple baselines for the product, trained on the same labels at the same time."""

from __future__ import annotations

import math
import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, Self

from beancount.core.data import Open, Posting, new_metadata
from beancount.core.data import Transaction as Entry
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder
from smart_importer import PredictPostings

from benchmarks.quality.data import Example


class Majority:
    """Always the most frequent category."""

    name = "majority"

    def fit(self, examples: Sequence[Example]) -> Self:
        counts = Counter(example.category for example in examples)
        self._most = min(counts, key=lambda category: (-counts[category], category))
        return self

    def answer(self, examples: Sequence[Example]) -> list[str]:
        return [self._most] * len(examples)


class Lookup:
    """The merchant's most frequent category; for an unknown merchant the most frequent of all."""

    name = "exact lookup"

    def fit(self, examples: Sequence[Example]) -> Self:
        self._unknown = Majority().fit(examples)
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for example in examples:
            if example.transaction.merchant:
                counts[example.transaction.merchant][example.category] += 1
        self._known = {merchant: categories.most_common(1)[0][0] for merchant, categories in counts.items()}
        return self

    def known(self, example: Example) -> str | None:
        return self._known.get(example.transaction.merchant)

    def answer(self, examples: Sequence[Example]) -> list[str]:
        others = self._unknown.answer(examples)
        return [self.known(example) or other for example, other in zip(examples, others, strict=True)]


class LookupThenLogistic:
    """The lookup; for other merchants a balanced logistic regression (C=10) on TF-IDF of characters and
    words, amount, mode and direction."""

    name = "lookup, then TF-IDF + logistic regression"

    def fit(self, examples: Sequence[Example]) -> Self:
        self._lookup = Lookup().fit(examples)
        self._texts = [
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True),
            TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+"),  # noqa: S106
        ]
        self._fields = OneHotEncoder(handle_unknown="ignore")
        self._model = LogisticRegression(
            C=10, class_weight="balanced", solver="saga", tol=1e-2, max_iter=50, random_state=0
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            _fit(self._model, self._features(examples, fit=True), examples)
        return self

    def _features(self, examples: Sequence[Example], *, fit: bool = False) -> sparse.csr_matrix:
        texts, fields = [_text(example) for example in examples], [_fields(example) for example in examples]
        blocks = [
            vectorizer.fit_transform(texts) if fit else vectorizer.transform(texts)
            for vectorizer in self._texts
        ]
        others = self._fields.fit_transform(fields) if fit else self._fields.transform(fields)
        return sparse.hstack([*blocks, 0.3 * others], format="csr")

    def answer(self, examples: Sequence[Example]) -> list[str]:
        if not examples:
            return []
        guesses = self._model.predict(self._features(examples))
        return [
            self._lookup.known(example) or str(guess)
            for example, guess in zip(examples, guesses, strict=True)
        ]


class SmartImporter:
    """The package smart_importer, which completes the postings of a beancount ledger's transactions.

    A category is an account; a description is the narration, a subcategory the payee.
    """

    name = "smart_importer"
    _BANK = "Assets:Bank"
    _UNDATED = date(2000, 1, 1)
    _META: ClassVar = new_metadata("", 0)

    def fit(self, examples: Sequence[Example]) -> Self:
        self._categories = sorted({example.category for example in examples})
        accounts = {category: f"Expenses:C{number}" for number, category in enumerate(self._categories)}
        opened = [
            Open(self._META, self._UNDATED, account, None, None)
            for account in (self._BANK, *accounts.values())
        ]
        self._predictor = PredictPostings()
        self._predictor.load_open_accounts(opened)
        self._predictor.load_training_data(
            [self._entry(example, self._BANK, accounts[example.category]) for example in examples], self._BANK
        )
        self._predictor.define_pipeline()
        self._predictor.train_pipeline()
        return self

    def answer(self, examples: Sequence[Example]) -> list[str]:
        entries = [self._entry(example, self._BANK) for example in examples]
        return [self._category(entry) for entry in self._predictor.process_entries(entries)]

    def _entry(self, example: Example, *accounts: str) -> Entry:
        transaction = example.transaction
        postings = [Posting(account, None, None, None, None, None) for account in accounts]
        day, nothing = transaction.date or self._UNDATED, frozenset[str]()
        return Entry(
            self._META, day, "*", transaction.subcategory, transaction.description, nothing, nothing, postings
        )

    def _category(self, entry: Entry) -> str:
        [account] = {posting.account for posting in entry.postings} - {self._BANK}
        return self._categories[int(account.removeprefix("Expenses:C"))]


BASELINES: tuple[type[Any], ...] = (Majority, Lookup, LookupThenLogistic, SmartImporter)


def _fit(model: Any, X: sparse.csr_matrix, examples: Sequence[Example]) -> None:
    model.fit(X, [example.category for example in examples])


def _text(example: Example) -> str:
    return f"{example.transaction.description} {example.transaction.subcategory or ''}".lower()


def _fields(example: Example) -> list[str]:
    amount = float(example.transaction.amount)
    size = str(round(2 * math.log2(amount))) if math.isfinite(amount) and amount > 0 else "none"
    return [size, example.transaction.mode or "", str(example.transaction.direction)]
