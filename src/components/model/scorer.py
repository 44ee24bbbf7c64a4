"""The fitted model compiled for serving: the pipeline's probabilities in a fraction of its time.

A word's character n-grams never cross into the next word, so what they add to the score of each category is
kept for each word. Computation is in float64 as in scikit-learn; results differ by less than 1e-9.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import sparse

from src.components.features.linear_form import (
    BLOCKS,
    LinearForm,
    apply_calibration,
    apply_smoothing,
    calibrated_row,
    field_values,
)
from src.components.features.tokens import TransactionTokens, tokenize
from src.components.lexicon.matcher import matcher_for
from src.components.model.explanation import field_code, strongest_reasons, with_values
from src.domain.predictions import Reason
from src.domain.transactions import Transaction

_NGRAM_SIZES = range(2, 6)
_CACHED_WORDS = 16_384
"""About 2 kB each."""


class _Word(NamedTuple):
    column: int
    """Of the word itself; -1 if the model does not know it."""
    ngrams: Mapping[int, float]
    """Column -> value, summed if an n-gram occurs more than once."""
    square: float
    """The sum of the squares of these values."""
    scores: np.ndarray
    """Shape (n_classes,): what the n-grams add, before they get the length of their block."""
    mean: float
    """Of `scores`."""


class Evidence(NamedTuple):
    """A transaction as the model reads it."""

    transaction: Transaction
    tokens: TransactionTokens
    words: Sequence[_Word]
    ngram_factor: float
    """Gives the n-grams the length of their block."""
    columns: Sequence[int]
    """Of the known words in their order, then of known pairs, then of known fields."""
    weights: Sequence[float]
    """The values in these columns."""
    pairs: Sequence[int]
    """Positions of the first words of the known pairs."""
    fields: Sequence[str]
    """The known ones."""
    smoothing: float


class LinearScorer:
    """Thread-safe: only its cache changes after construction, safely."""

    def __init__(self, form: LinearForm) -> None:
        self.form = form
        self.classes = form.classes
        starts = [0, *itertools.accumulate(len(form.terms[block]) for block in BLOCKS)]
        self._words, self._pairs, self._ngrams = (
            {term: column for column, term in enumerate(form.terms[block], start)}
            for block, start in zip(BLOCKS, starts, strict=False)
        )
        self._first_field = starts[-1]
        self._fields = {field: column for column, field in enumerate(form.fields, starts[-1])}
        values = np.concatenate([form.idf, field_values(form.fields, form.weights)])
        self._values: list[float] = values.tolist()
        self._means = form.coef.mean(axis=1, dtype=np.float64)
        unusual = (1 - form.field_shares).tolist()
        self._codes = {
            field: (field_code(field), share) for field, share in zip(form.fields, unusual, strict=True)
        }
        self._smoothing: list[float] = form.field_smoothing.tolist()
        self._points: tuple[list[float], list[float]] = (
            form.confidence_points.tolist(),
            form.calibrated_points.tolist(),
        )
        self.matcher = matcher_for(form.lexicon)
        self._word = lru_cache(_CACHED_WORDS)(self._read_word)

    def probabilities(self, transactions: Sequence[Transaction]) -> np.ndarray:
        """Shape (n_transactions, n_classes), columns as in `classes`."""
        return self.probabilities_of(self.read(transactions))

    def explain(self, transaction: Transaction, category: str, limit: int = 5) -> tuple[Reason, ...]:
        [reasons] = self.explain_each(self.read([transaction]), [category], limit)
        return reasons

    def read(self, transactions: Iterable[Transaction]) -> list[Evidence]:
        return [self._read(transaction) for transaction in transactions]

    def probabilities_of(self, rows: Sequence[Evidence]) -> np.ndarray:
        """As `probabilities`."""
        if not rows:
            return np.empty((0, len(self.classes)))
        if len(rows) == 1:
            scores = ((self._scores_of(rows[0]) + self.form.intercept) / self.form.temperature).tolist()
            return np.array([calibrated_row(scores, *self._points, rows[0].smoothing)])
        plain = _softmax((self._scores(rows) + self.form.intercept) / self.form.temperature)
        calibrated = apply_calibration(plain, self.form.confidence_points, self.form.calibrated_points)
        return apply_smoothing(calibrated, np.array([row.smoothing for row in rows]))

    def explain_each(
        self, rows: Sequence[Evidence], categories: Sequence[str], limit: int = 5
    ) -> list[tuple[Reason, ...]]:
        """Evidence for and against the category of each row, relative to the average category; the strongest
        first.

        A word includes its n-grams, and half of each pair it is part of. A field counts more the rarer it is:
        that a transaction is an expense, as nearly all are, explains nothing.
        """
        positions = {category: position for position, category in enumerate(self.classes)}
        known = [(row, positions.get(category, 0)) for row, category in zip(rows, categories, strict=True)]
        leads = iter(self._leads(known))
        reasons = [
            with_values(self._reasons(row, position, next(leads), limit), row.transaction)
            for row, position in known
        ]
        return [
            of_row if category in positions else ()
            for of_row, category in zip(reasons, categories, strict=True)
        ]

    def _leads(self, rows: Sequence[tuple[Evidence, int]]) -> Iterator[list[float]]:
        """By how much each of a row's columns is more for its category than for the average one."""
        lengths = [len(row.columns) for row, _ in rows]
        columns, weights = _flat([row for row, _ in rows], sum(lengths))
        positions = np.repeat(np.array([position for _, position in rows], np.intp), lengths)
        coef = self.form.coef.ravel().take(columns * len(self.classes) + positions)
        advantage = coef - self._means.take(columns)
        leads = (weights * advantage / self.form.temperature).tolist()
        ends = list(itertools.accumulate(lengths))
        return (leads[end - length : end] for end, length in zip(ends, lengths, strict=True))

    def _reasons(self, row: Evidence, position: int, leads: list[float], limit: int) -> tuple[Reason, ...]:
        codes, lead = _codes_of_words(row.tokens), iter(leads)
        factor = row.ngram_factor / self.form.temperature
        totals = dict.fromkeys(codes, 0.0)
        for code, word in zip(codes, row.words, strict=True):
            totals[code] += factor * (word.scores.item(position) - word.mean)
            if word.column >= 0:
                totals[code] += next(lead)
        for first in row.pairs:
            half = next(lead) / 2
            totals[codes[first]] += half
            totals[codes[first + 1]] += half
        for field in row.fields:
            code, unusual = self._codes[field]
            totals[code] = totals.get(code, 0.0) + next(lead) * unusual
        return strongest_reasons(totals, limit)

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

    def _read(self, transaction: Transaction) -> Evidence:
        tokens = self._tokens(transaction)
        words = tokens.text.split()
        known = [self._word(word) for word in words]
        of_words = [word.column for word in known if word.column >= 0]
        pairs = {
            position: column
            for position, (word, following) in enumerate(itertools.pairwise(words))
            if (column := self._pairs.get(f"{word} {following}")) is not None
        }
        fields = {field: column for field in tokens.fields if (column := self._fields.get(field)) is not None}
        of_pairs, of_fields, lengths = list(pairs.values()), list(fields.values()), self.form.weights
        return Evidence(
            transaction=transaction,
            tokens=tokens,
            words=known,
            ngram_factor=_factor(lengths["ngrams"], _length_of_ngrams(known)),
            columns=of_words + of_pairs + of_fields,
            weights=self._scaled(of_words, lengths["words"])
            + self._scaled(of_pairs, lengths["pairs"])
            + self._values_of_fields(of_fields, bare=not words),
            pairs=list(pairs),
            fields=list(fields),
            smoothing=sum([self._smoothing[column - self._first_field] for column in of_fields]),
        )

    def _scaled(self, columns: Sequence[int], length: float) -> list[float]:
        """The values in these columns of a block of text, which get this length together."""
        if not columns:
            return []
        factor = _factor(length, self._length(columns))
        return [self._values[column] * factor for column in columns]

    def _values_of_fields(self, columns: Sequence[int], *, bare: bool) -> list[float]:
        values = [self._values[column] for column in columns]
        return [value * self.form.bare_factor for value in values] if bare else values

    def _length(self, columns: Sequence[int]) -> float:
        """Of the vector with the values of these columns; a column may occur more than once."""
        if len(set(columns)) == len(columns):
            return math.hypot(*[self._values[column] for column in columns])
        return math.hypot(*(number * self._values[column] for column, number in Counter(columns).items()))

    def _scores(self, rows: Sequence[Evidence]) -> np.ndarray:
        """Shape (n_rows, n_classes), without the intercept."""
        columns, weights = _flat(rows, sum(len(row.columns) for row in rows))
        ends = list(itertools.accumulate((len(row.columns) for row in rows), initial=0))
        used, columns = np.unique(columns, return_inverse=True)
        matrix = sparse.csr_matrix((weights, columns, ends), shape=(len(rows), len(used)))
        scores = np.asarray(matrix @ self.form.coef[used].astype(np.float64))
        words = {id(word): word for row in rows for word in row.words}
        if not words:
            return scores
        numbers = {key: number for number, key in enumerate(words)}
        ends = list(itertools.accumulate((len(row.words) for row in rows), initial=0))
        columns = np.array([numbers[id(word)] for row in rows for word in row.words])
        factors = np.repeat([row.ngram_factor for row in rows], [len(row.words) for row in rows])
        matrix = sparse.csr_matrix((factors, columns, ends), shape=(len(rows), len(words)))
        return np.asarray(scores + matrix @ np.stack([word.scores for word in words.values()]))

    def _scores_of(self, row: Evidence) -> np.ndarray:
        """The same of one row, in less time."""
        columns, weights = _flat([row], len(row.columns))
        scores = weights.dot(self.form.coef.take(columns, axis=0).astype(np.float64))
        for word in row.words:
            scores += row.ngram_factor * word.scores
        return np.asarray(scores)

    def _read_word(self, word: str) -> _Word:
        columns = [self._ngrams[ngram] for ngram in _ngrams_of(word) if ngram in self._ngrams]
        ngrams = {column: number * self._values[column] for column, number in Counter(columns).items()}
        scores = np.fromiter(ngrams.values(), np.float64) @ self.form.coef[list(ngrams)] if ngrams else 0.0
        scores = scores + np.zeros(len(self.classes))
        square = sum(value * value for value in ngrams.values())
        return _Word(self._words.get(word, -1), ngrams, square, scores, float(scores.mean()))


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
        return self.probabilities_of(self.read(transactions))

    def explain(self, transaction: Transaction, category: str, limit: int = 5) -> tuple[Reason, ...]:
        [reasons] = self.explain_each(self.read([transaction]), [category], limit)
        return reasons

    def read(self, transactions: Iterable[Transaction]) -> list[Evidence]:
        return self._scorer.read(transactions)

    def probabilities_of(self, rows: Sequence[Evidence]) -> np.ndarray:
        return np.asarray(self._scorer.probabilities_of(rows) @ self._sums)

    def explain_each(
        self, rows: Sequence[Evidence], categories: Sequence[str], limit: int = 5
    ) -> list[tuple[Reason, ...]]:
        """The reasons for the likeliest of the categories merged into each."""
        former = [self._former(row, category) for row, category in zip(rows, categories, strict=True)]
        return self._scorer.explain_each(rows, former, limit)

    def _former(self, row: Evidence, category: str) -> str:
        pairs = zip(self._scorer.classes, self._names, strict=True)
        former = [old for old, name in pairs if name == category]
        if len(former) > 1:
            [shares] = self._scorer.probabilities_of([row])
            former = [max(former, key=dict(zip(self._scorer.classes, shares, strict=True)).__getitem__)]
        return former[0] if former else ""


def _codes_of_words(tokens: TransactionTokens) -> list[str]:
    """The code of each word of the text."""
    codes = tokens.description.split()
    if tokens.subcategory:
        field = next((field for field in tokens.fields if field.startswith("subcategory:")), "")
        codes += [field_code(field)] * len(tokens.subcategory.split())
    codes += tokens.counterparty.split()
    return [*codes, f"mcc:{tokens.code.removeprefix('mcc')}"] if tokens.code else codes


def _ngrams_of(word: str) -> list[str]:
    """Like scikit-learn's `char_wb`: within the word and a space on each side."""
    padded = f" {word} "
    return [padded[start : start + size] for size in _NGRAM_SIZES for start in range(len(padded) - size + 1)]


def _length_of_ngrams(words: Sequence[_Word]) -> float:
    """Of the vector of all their n-grams, of which words may share some."""
    if not words:
        return 0.0
    square, total = words[0].square, words[0].ngrams
    for number, word in enumerate(words[1:], 2):
        shared = total.keys() & word.ngrams.keys()
        square += word.square
        for column in shared:
            square += 2 * total[column] * word.ngrams[column]
        if number < len(words):
            total = {**total, **word.ngrams, **{one: total[one] + word.ngrams[one] for one in shared}}
    return math.sqrt(square)


def _factor(weight: float, length: float) -> float:
    return weight / length if length else weight


def _flat(rows: Sequence[Evidence], number: int) -> tuple[np.ndarray, np.ndarray]:
    """The columns of all rows, and the values in them. number: how many there are."""
    columns = itertools.chain.from_iterable([row.columns for row in rows])
    weights = itertools.chain.from_iterable([row.weights for row in rows])
    return np.fromiter(columns, np.intp, number), np.fromiter(weights, np.float64, number)


def _softmax(scores: np.ndarray) -> np.ndarray:
    """Own, because scipy.special would add 4 MB and 0.1 s to every web worker."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
