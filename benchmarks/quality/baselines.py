"""Simple answers to stand beside the product's, learned from the same labels at the same time.

`SmartImporter` is the recipe of smart_importer 1.2 (MIT): counts of one to three words of narration (weight
0.8) and payee (0.5) and the day of the month (0.1), to a linear support vector machine. The recipe is built
here from scikit-learn, because its package imports beancount, which is under the GPL, only to hold the entry.
A description is its narration, a subcategory its payee.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC

from benchmarks.quality.data import Example


class Majority:
    """The most frequent category, for all."""

    name = "majority"

    def fit(self, examples: Sequence[Example]) -> Self:
        counts = Counter(each.category for each in examples)
        self._most = min(counts, key=lambda category: (-counts[category], category))
        return self

    def answer(self, examples: Sequence[Example]) -> list[str]:
        return [self._most] * len(examples)


class Lookup:
    """What this merchant was mostly called; the most frequent category for one that is not known."""

    name = "exact lookup"

    def fit(self, examples: Sequence[Example]) -> Self:
        self._unknown = Majority().fit(examples)
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for each in examples:
            if each.transaction.merchant:
                counts[each.transaction.merchant][each.category] += 1
        self._known = {merchant: found.most_common(1)[0][0] for merchant, found in counts.items()}
        return self

    def known(self, example: Example) -> str | None:
        return self._known.get(example.transaction.merchant)

    def answer(self, examples: Sequence[Example]) -> list[str]:
        others = self._unknown.answer(examples)
        return [self.known(each) or other for each, other in zip(examples, others, strict=True)]


class LookupThenLogistic:
    """The look-up; for other merchants TF-IDF of characters and words, amount, mode and direction, to a
    balanced logistic regression (C=10)."""

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
        texts, fields = [_text(each) for each in examples], [_fields(each) for each in examples]
        blocks = [one.fit_transform(texts) if fit else one.transform(texts) for one in self._texts]
        others = self._fields.fit_transform(fields) if fit else self._fields.transform(fields)
        return sparse.hstack([*blocks, 0.3 * others], format="csr")

    def answer(self, examples: Sequence[Example]) -> list[str]:
        if not examples:
            return []
        guesses = self._model.predict(self._features(examples))
        return [self._lookup.known(each) or str(guess) for each, guess in zip(examples, guesses, strict=True)]


class SmartImporter:
    """smart_importer's published recipe."""

    name = "smart_importer's recipe"
    narration, payee, day = 0.8, 0.5, 0.1

    def fit(self, examples: Sequence[Example]) -> Self:
        self._words = [CountVectorizer(ngram_range=(1, 3)) for _ in range(2)]
        self._model = SVC(kernel="linear")
        _fit(self._model, self._features(examples, fit=True), examples)
        return self

    def _features(self, examples: Sequence[Example], *, fit: bool = False) -> sparse.csr_matrix:
        narrations = [each.transaction.description for each in examples]
        payees = [each.transaction.subcategory or "" for each in examples]
        days = [[each.transaction.date.day if each.transaction.date else 0.0] for each in examples]
        blocks = [
            self.narration * _counted(self._words[0], narrations, fit=fit),
            self.payee * _counted(self._words[1], payees, fit=fit),
            sparse.csr_matrix(self.day * np.array(days)),
        ]
        return sparse.hstack(blocks, format="csr")

    def answer(self, examples: Sequence[Example]) -> list[str]:
        return [str(each) for each in self._model.predict(self._features(examples))] if examples else []


BASELINES: tuple[type[Any], ...] = (Majority, Lookup, LookupThenLogistic, SmartImporter)


def _fit(model: Any, X: sparse.csr_matrix, examples: Sequence[Example]) -> None:
    model.fit(X, [each.category for each in examples])


def _counted(words: CountVectorizer, texts: Sequence[str], *, fit: bool) -> sparse.csr_matrix:
    """Nothing where no text has a word."""
    try:
        return words.fit_transform(texts) if fit else words.transform(texts)
    except ValueError:
        return sparse.csr_matrix((len(texts), 0))


def _text(example: Example) -> str:
    return f"{example.transaction.description} {example.transaction.subcategory or ''}".lower()


def _fields(example: Example) -> list[str]:
    amount = float(example.transaction.amount)
    size = str(round(2 * math.log2(amount))) if math.isfinite(amount) and amount > 0 else "none"
    return [size, example.transaction.mode or "", str(example.transaction.direction)]
