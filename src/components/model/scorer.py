"""The fitted model compiled for serving: the pipeline's probabilities in a fraction of its time.

A word's character n-grams never cross into the next word, so the columns of each word are cached. Computation
is in float64 as in scikit-learn; results differ by less than 1e-9.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from scipy import sparse

from src.components.features.linear_form import (
    BLOCKS,
    LinearForm,
    apply_calibration,
    apply_smoothing,
    field_values,
)
from src.components.features.tokens import TransactionTokens, tokenize
from src.components.lexicon.matcher import matcher_for
from src.components.model.explanation import field_code, strongest_reasons, with_values
from src.domain.predictions import Reason
from src.domain.transactions import Transaction

_NGRAM_SIZES = range(2, 6)
_CACHED_WORDS = 16_384
"""About 1 kB each."""
_CACHED_TRANSACTIONS = 8_192
"""About 1 kB each: transactions of a file repeat."""

Columns = tuple[np.ndarray, np.ndarray]
"""Columns of the feature matrix, and the value in each; a column may occur more than once."""


class LinearScorer:
    """Thread-safe: only its caches change after construction, safely."""

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
        self._values = np.concatenate([form.idf, field_values(form.fields, form.weights)])
        self._smoothing = np.concatenate([np.zeros(len(form.idf)), form.field_smoothing])
        self.matcher = matcher_for(form.lexicon)
        self._columns_of_word = lru_cache(_CACHED_WORDS)(self._word_columns)
        self._reasons = lru_cache(_CACHED_TRANSACTIONS)(self._compute_reasons)
        self._scored: dict[TransactionTokens, np.ndarray] = {}

    def probabilities(self, transactions: Sequence[Transaction]) -> np.ndarray:
        """Shape (n_transactions, n_classes), columns as in `classes`."""
        return self.probabilities_of(self.tokens(transactions))

    def tokens(self, transactions: Iterable[Transaction]) -> list[TransactionTokens]:
        return [self._tokens(transaction) for transaction in transactions]

    def probabilities_of(self, tokens: Sequence[TransactionTokens]) -> np.ndarray:
        """As `probabilities`. Equal transactions are scored once."""
        scored = {key: row for key in tokens if (row := self._scored.get(key)) is not None}
        if new := [key for key in dict.fromkeys(tokens) if key not in scored]:
            scored.update(zip(new, self._probabilities(new), strict=True))
            if len(self._scored) + len(scored) > _CACHED_TRANSACTIONS:
                self._scored = {}  # another thread may still fill the old one, harmlessly
            if len(scored) <= _CACHED_TRANSACTIONS:
                self._scored.update(scored)
        if not tokens:
            return np.empty((0, len(self.classes)))
        return np.stack([scored[key] for key in tokens])

    def _probabilities(self, tokens: Sequence[TransactionTokens]) -> np.ndarray:
        scores, smoothing = self._scores(tokens)
        plain = _softmax(scores / self.form.temperature)
        calibrated = apply_calibration(plain, self.form.confidence_points, self.form.calibrated_points)
        return apply_smoothing(calibrated, smoothing)

    def explain(self, transaction: Transaction, category: str, limit: int = 5) -> tuple[Reason, ...]:
        """Evidence for and against `category`, relative to the average category; the strongest first.

        A word includes its n-grams, and half of each pair it is part of. A field counts more the rarer it is:
        that a transaction is an expense, as nearly all are, explains nothing.
        """
        if category not in self.classes:
            return ()
        return with_values(self._reasons(self._tokens(transaction), category, limit), transaction)

    def _compute_reasons(self, tokens: TransactionTokens, category: str, limit: int) -> tuple[Reason, ...]:
        parts = list(self._coded_parts(tokens))
        if not parts:  # nothing the model knows
            return ()
        columns, values = _joined([columns for _, columns in parts])
        factors = self._factors(*_summed(np.zeros_like(columns), columns, values))
        coef = self.form.coef[columns].astype(np.float64)
        advantage = coef[:, self.classes.index(category)] - coef.mean(axis=1)
        weights = values * factors[0, self._blocks(columns)] * advantage / self.form.temperature
        codes = [code for code, (columns, _) in parts for _ in columns]
        return strongest_reasons(zip(codes, weights.tolist(), strict=True), limit)

    def _tokens(self, transaction: Transaction) -> TransactionTokens:
        return tokenize(
            transaction.description,
            transaction.subcategory,
            transaction.amount,
            transaction.currency,
            transaction.mode,
            transaction.direction,
            transaction.date,
            transaction.account,
            transaction.counterparty,
            transaction.mcc,
            matcher=self.matcher,
            typical_amounts=self.form.typical_amounts,
        )

    def _scores(self, tokens: Sequence[TransactionTokens]) -> tuple[np.ndarray, np.ndarray]:
        """Scores, shape (n_transactions, n_classes), and smoothing, shape (n_transactions,)."""
        by_row = [self._columns_of(row) for row in tokens]
        columns, values = _joined(by_row)
        rows = np.repeat(np.arange(len(by_row)), [len(columns) for columns, _ in by_row])
        rows, columns, values = _summed(rows, columns, values)
        smoothing = np.bincount(rows, self._smoothing[columns], len(by_row))
        values = values * self._factors(rows, columns, values)[rows, self._blocks(columns)]
        if len(by_row) == 1:
            return (values @ self.form.coef[columns] + self.form.intercept)[np.newaxis], smoothing
        starts = np.searchsorted(rows, np.arange(len(by_row) + 1))
        matrix = sparse.csr_matrix((values, columns, starts), shape=(len(by_row), len(self._values)))
        return np.asarray(matrix @ self.form.coef) + self.form.intercept, smoothing

    def _factors(self, rows: np.ndarray, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Shape (n_rows, n_blocks + 1): factors that give each block its length; 1 for the other fields.

        Each pair of row and column occurs once.
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

    def _columns_of(self, tokens: TransactionTokens) -> Columns:
        words = tokens.text.split()
        if not words:
            columns, values = self._with_values(list(self._fields_of(tokens)))
            return columns, values * self.form.bare_factor
        return _joined(
            [
                *(self._columns_of_word(word) for word in words),
                self._with_values([*self._pairs_of(words), *self._fields_of(tokens)]),
            ]
        )

    def _coded_parts(self, tokens: TransactionTokens) -> Iterator[tuple[str, Columns]]:
        codes, words = tokens.description.split(), tokens.text.split()
        subcategory = next((field for field in tokens.fields if field.startswith("subcategory:")), "")
        codes += [field_code(subcategory)] * len(tokens.subcategory.split())
        codes += tokens.counterparty.split()
        codes += [f"mcc:{tokens.code.removeprefix('mcc')}"] if tokens.code else []
        for code, word in zip(codes, words, strict=True):
            yield code, self._columns_of_word(word)
        for two_codes, two_words in zip(itertools.pairwise(codes), itertools.pairwise(words), strict=True):
            columns, values = self._with_values(list(self._pairs_of(two_words)))
            for code in two_codes:
                yield code, (columns, values / 2)
        for field in tokens.fields:
            if field in self._fields:
                columns, values = self._with_values([self._fields[field]])
                values = values if words else values * self.form.bare_factor
                unusual = 1 - self.form.field_shares[columns - self._ends[-1]]
                yield field_code(field), (columns, values * unusual)

    def _word_columns(self, word: str) -> Columns:
        columns = [self._ngrams[ngram] for ngram in _ngrams_of(word) if ngram in self._ngrams]
        if word in self._words:
            columns.append(self._words[word])
        return self._with_values(columns)

    def _pairs_of(self, words: Sequence[str]) -> Iterator[int]:
        for pair in map(" ".join, itertools.pairwise(words)):
            if pair in self._pairs:
                yield self._pairs[pair]

    def _fields_of(self, tokens: TransactionTokens) -> Iterator[int]:
        return (self._fields[field] for field in tokens.fields if field in self._fields)

    def _with_values(self, columns: list[int]) -> Columns:
        indexes = np.array(columns, dtype=np.int64)
        return indexes, self._values[indexes]


class MergedScorer:
    """A scorer whose categories were merged after training: their probabilities are summed."""

    def __init__(self, scorer: LinearScorer, merged: Mapping[str, str]) -> None:
        """merged: former category -> the category it was merged into."""
        self._scorer = scorer
        self.matcher = scorer.matcher
        self._names = [merged.get(name, name) for name in scorer.classes]
        self.classes = tuple(dict.fromkeys(self._names))
        self._sums = np.eye(len(self.classes))[[self.classes.index(name) for name in self._names]]
        """Shape (n_classes of the scorer, n_classes): 1 where a former category is part of a present one."""

    def probabilities(self, transactions: Sequence[Transaction]) -> np.ndarray:
        """Shape (n_transactions, n_classes), columns as in `classes`."""
        return self.probabilities_of(self.tokens(transactions))

    def tokens(self, transactions: Iterable[Transaction]) -> list[TransactionTokens]:
        return self._scorer.tokens(transactions)

    def probabilities_of(self, tokens: Sequence[TransactionTokens]) -> np.ndarray:
        return np.asarray(self._scorer.probabilities_of(tokens) @ self._sums)

    def explain(self, transaction: Transaction, category: str, limit: int = 5) -> tuple[Reason, ...]:
        """The reasons for the likeliest of the categories merged into `category`."""
        pairs = zip(self._scorer.classes, self._names, strict=True)
        former = [old for old, name in pairs if name == category]
        if len(former) > 1:
            (row,) = self._scorer.probabilities([transaction])
            former = [max(former, key=dict(zip(self._scorer.classes, row, strict=True)).__getitem__)]
        return self._scorer.explain(transaction, former[0], limit) if former else ()


def _ngrams_of(word: str) -> list[str]:
    """Like scikit-learn's `char_wb`: within the word and a space on each side."""
    padded = f" {word} "
    return [padded[start : start + size] for size in _NGRAM_SIZES for start in range(len(padded) - size + 1)]


def _joined(parts: Sequence[Columns]) -> Columns:
    return np.concatenate([columns for columns, _ in parts]), np.concatenate([values for _, values in parts])


def _summed(
    rows: np.ndarray, columns: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum the values of equal columns of a row; sorted by row, then column."""
    width = int(columns.max(initial=0)) + 1
    keys, inverse = np.unique(rows * width + columns, return_inverse=True)
    rows, columns = np.divmod(keys, width)
    return rows, columns, np.bincount(inverse, values, len(keys))


def _softmax(scores: np.ndarray) -> np.ndarray:
    """Own, because scipy.special would add 4 MB and 0.1 s to every web worker."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
