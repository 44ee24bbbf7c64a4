"""The fitted model compiled for serving: the same probabilities as the pipeline, at a fraction of the time.

A word's character n-grams never reach into the next word, so what a word contributes is found once and kept.
Numbers are computed in float64 as scikit-learn does; the answers differ by less than 1e-9.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy import sparse

from src.components.features.linear_form import BLOCKS, LinearForm, apply_calibration, apply_doubts
from src.components.features.tokens import TransactionTokens, tokenize
from src.components.lexicon.matcher import opinion_of
from src.components.model.explanation import field_label, strongest_reasons, with_values
from src.domain.predictions import Reason
from src.domain.transactions import Transaction

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

_NGRAM_SIZES = range(2, 6)
_WORDS_KEPT = 16_384
"""About 1 kB each."""
_READINGS_KEPT = 8_192
"""Whose answers are kept, about 1 kB each: a file of transactions says the same again and again."""

Columns = tuple[np.ndarray, np.ndarray]
"""Columns of the feature matrix, and the value in each; a column may occur more than once."""


class LinearScorer:
    """Thread-safe: nothing changes after it is made but its caches, which guard themselves."""

    def __init__(self, form: LinearForm) -> None:
        self.form = form
        self.classes = form.classes
        starts = [0, *itertools.accumulate(len(form.terms[block]) for block in BLOCKS)]
        self._words, self._pairs, self._ngrams = (
            {term: column for column, term in enumerate(form.terms[block], start)}
            for block, start in zip(BLOCKS, starts, strict=False)
        )
        self._fields = {field: column for column, field in enumerate(form.fields, starts[-1])}
        self._ends = np.array(starts[1:])
        self._lengths = np.array([*(form.weights[block] for block in BLOCKS), 1.0])
        self._values = np.concatenate([form.idf, form.field_values()])
        self._doubts = np.concatenate([np.zeros(len(form.idf)), form.field_doubts])
        self._opinion = opinion_of(form.lexicon)
        self._columns_of_word = lru_cache(_WORDS_KEPT)(self._find_word)
        self._reasons = lru_cache(_READINGS_KEPT)(self._find_reasons)
        self._scored: dict[TransactionTokens, np.ndarray] = {}

    @classmethod
    def compile(cls, pipeline: Pipeline) -> Self:
        """From a fitted Pipeline of TransactionFeatures and LinearCategorizer."""
        return cls(pipeline.named_steps["features"].linear_form(pipeline.named_steps["classifier"]))

    @classmethod
    def from_parts(cls, facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Self:
        """From what LinearForm.to_parts gave."""
        return cls(LinearForm.from_parts(facts, arrays))

    def probabilities(self, transactions: Sequence[Transaction]) -> np.ndarray:
        """Shape (n_transactions, n_classes), columns as in `classes`. Equal transactions are scored once."""
        readings = [self._reading(transaction) for transaction in transactions]
        scored = {reading: row for reading in readings if (row := self._scored.get(reading)) is not None}
        if new := [reading for reading in dict.fromkeys(readings) if reading not in scored]:
            scored.update(zip(new, self._probabilities(new), strict=True))
            self._keep(scored)
        if not readings:
            return np.empty((0, len(self.classes)))
        return np.stack([scored[reading] for reading in readings])

    def _probabilities(self, readings: Sequence[TransactionTokens]) -> np.ndarray:
        scores, doubts = self._scores(readings)
        plain = _softmax(scores / self.form.temperature)
        return apply_doubts(apply_calibration(plain, self.form.said, self.form.found), doubts)

    def _keep(self, scored: Mapping[TransactionTokens, np.ndarray]) -> None:
        if len(self._scored) + len(scored) > _READINGS_KEPT:
            self._scored = {}  # another thread may still fill the old one, which does no harm
        if len(scored) <= _READINGS_KEPT:
            self._scored.update(scored)

    def explain(self, transaction: Transaction, category: str, limit: int = 5) -> tuple[Reason, ...]:
        """What spoke for and against `category`, compared with the average category; the strongest first.

        A word stands for its n-grams, and for half of each pair it is part of. A field counts as far as it is
        unusual: that an expense is an expense, as nearly all are, explains nothing.
        """
        if category not in self.classes:
            return ()
        return with_values(self._reasons(self._reading(transaction), category, limit), transaction)

    def _find_reasons(self, reading: TransactionTokens, category: str, limit: int) -> tuple[Reason, ...]:
        parts = list(self._labelled_parts(reading))
        if not parts:  # nothing the model has ever seen
            return ()
        columns, values = _joined([columns for _, columns in parts])
        factors = self._factors(*_summed(np.zeros_like(columns), columns, values))
        coef = self.form.coef[columns].astype(np.float64)
        advantage = coef[:, self.classes.index(category)] - coef.mean(axis=1)
        weights = values * factors[0, self._blocks(columns)] * advantage / self.form.temperature
        labels = [label for label, (columns, _) in parts for _ in columns]
        return strongest_reasons(zip(labels, weights.tolist(), strict=True), limit)

    def _reading(self, transaction: Transaction) -> TransactionTokens:
        return tokenize(
            transaction.description,
            transaction.subcategory,
            transaction.amount,
            transaction.currency,
            transaction.mode,
            transaction.direction,
            transaction.date,
            opinion=self._opinion,
            usual=self.form.usual,
        )

    def _scores(self, readings: Sequence[TransactionTokens]) -> tuple[np.ndarray, np.ndarray]:
        """Shape (n_readings, n_classes), and (n_readings,): how far each is to be doubted."""
        found = [self._columns_of(reading) for reading in readings]
        columns, values = _joined(found)
        rows = np.repeat(np.arange(len(found)), [len(columns) for columns, _ in found])
        rows, columns, values = _summed(rows, columns, values)
        doubts = np.bincount(rows, self._doubts[columns], len(found))
        values = values * self._factors(rows, columns, values)[rows, self._blocks(columns)]
        if len(found) == 1:
            return (values @ self.form.coef[columns] + self.form.intercept)[np.newaxis], doubts
        starts = np.searchsorted(rows, np.arange(len(found) + 1))
        matrix = sparse.csr_matrix((values, columns, starts), shape=(len(found), len(self._values)))
        return np.asarray(matrix @ self.form.coef) + self.form.intercept, doubts

    def _factors(self, rows: np.ndarray, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Shape (n_rows, n_blocks + 1): what gives each block of a row its length; 1 for the other fields.

        rows, columns: each pair of them once.
        """
        width = len(self._lengths)
        count = int(rows[-1]) + 1 if len(rows) else 1
        squares = np.bincount(rows * width + self._blocks(columns), values * values, count * width)
        norms = np.sqrt(squares.reshape(count, width))
        norms[:, -1] = 1.0
        norms[norms == 0] = 1.0
        return self._lengths / norms

    def _blocks(self, columns: np.ndarray) -> np.ndarray:
        return np.searchsorted(self._ends, columns, side="right")

    def _columns_of(self, reading: TransactionTokens) -> Columns:
        words = reading.text.split()
        if not words:
            columns, values = self._with_values(list(self._fields_of(reading)))
            return columns, values * self.form.bare_factor
        return _joined(
            [
                *(self._columns_of_word(word) for word in words),
                self._with_values([*self._pairs_of(words), *self._fields_of(reading)]),
            ]
        )

    def _labelled_parts(self, reading: TransactionTokens) -> Iterator[tuple[str, Columns]]:
        described, words = reading.description.split(), reading.text.split()
        subcategory = next((each for each in reading.fields if each.startswith("subcategory:")), "")
        labels = [*described, *[field_label(subcategory)] * (len(words) - len(described))]
        for label, word in zip(labels, words, strict=True):
            yield label, self._columns_of_word(word)
        for two_labels, two_words in zip(itertools.pairwise(labels), itertools.pairwise(words), strict=True):
            columns, values = self._with_values(list(self._pairs_of(two_words)))
            for label in two_labels:
                yield label, (columns, values / 2)
        for field in reading.fields:
            if field in self._fields:
                columns, values = self._with_values([self._fields[field]])
                values = values if words else values * self.form.bare_factor
                unusual = 1 - self.form.field_shares[columns - self._ends[-1]]
                yield field_label(field), (columns, values * unusual)

    def _find_word(self, word: str) -> Columns:
        found = [self._ngrams[ngram] for ngram in _ngrams_of(word) if ngram in self._ngrams]
        if word in self._words:
            found.append(self._words[word])
        return self._with_values(found)

    def _pairs_of(self, words: Sequence[str]) -> Iterator[int]:
        for pair in map(" ".join, itertools.pairwise(words)):
            if pair in self._pairs:
                yield self._pairs[pair]

    def _fields_of(self, reading: TransactionTokens) -> Iterator[int]:
        return (self._fields[field] for field in reading.fields if field in self._fields)

    def _with_values(self, columns: list[int]) -> Columns:
        found = np.array(columns, dtype=np.int64)
        return found, self._values[found]


def _ngrams_of(word: str) -> list[str]:
    """Like scikit-learn's `char_wb`: within the word and the blank on each side of it."""
    padded = f" {word} "
    return [padded[start : start + size] for size in _NGRAM_SIZES for start in range(len(padded) - size + 1)]


def _joined(parts: Sequence[Columns]) -> Columns:
    return np.concatenate([columns for columns, _ in parts]), np.concatenate([values for _, values in parts])


def _summed(
    rows: np.ndarray, columns: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add up the values of equal columns of a row; sorted by row, then column."""
    width = int(columns.max(initial=0)) + 1
    keys, inverse = np.unique(rows * width + columns, return_inverse=True)
    rows, columns = np.divmod(keys, width)
    return rows, columns, np.bincount(inverse, values, len(keys))


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
