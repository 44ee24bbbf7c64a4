"""How far two models differ on the same rows, with intervals of a paired bootstrap by merchant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from src.components.evaluation.significance import differing_merchants, discordance
from src.domain.verdicts import Difference, Discordance, Scores

_ALPHA = 0.05
_CHUNK = 250
"""Draws at a time: bounds the memory at _CHUNK x n_merchants numbers."""


@dataclass(frozen=True)
class ModelPredictions:
    """One model on the judging rows."""

    scores: Scores
    answers: np.ndarray
    """str, shape (n_rows,): one category per row."""
    losses: np.ndarray
    """float, shape (n_rows,): -ln(probability given to the true category), in nats."""


@dataclass(frozen=True)
class PairedPredictions:
    """Rows that both models answered. Every array has shape (n_rows,), n_rows > 0."""

    truth: np.ndarray
    merchants: np.ndarray
    """The bootstrap draws whole merchants, because rows of one merchant are not independent."""
    money: np.ndarray
    """float, >= 0: how much a row weighs in money-weighted accuracy."""
    champion: ModelPredictions
    challenger: ModelPredictions


@dataclass(frozen=True)
class CategoryDifference:
    category: str
    recall: Difference
    rows: int


@dataclass(frozen=True)
class Comparison:
    """Challenger minus champion."""

    accuracy: Difference
    macro_f1: Difference
    log_loss: Difference
    """Below 0 is better."""
    money_weighted_accuracy: Difference | None
    """None if the rows have no amounts."""
    categories: tuple[CategoryDifference, ...]
    discordance: Discordance
    merchants: int
    """How many independent groups of rows the intervals are based on."""
    differing: int
    """At how many of them one model is right more often than the other."""


@dataclass(frozen=True)
class PairedBootstrap:
    draws: int = 2_000
    seed: int = 20

    def compare(self, pairs: PairedPredictions, category_rows: int = 1) -> Comparison:
        """Draw merchants whole, each with the answers of both models.

        Drawing single rows would make the intervals too narrow. The categories of at least `category_rows`
        rows share the error probability of 5 % (Bonferroni): otherwise, of twenty unchanged ones, one would
        seem to change.
        """
        sums = _MerchantSums(pairs)
        means, macro_f1, recall = sums.differences(np.ones((1, sums.merchants)))
        draws = map(sums.differences, merchant_draws(sums.merchants, self.draws, self.seed))
        drawn_means, drawn_macro_f1, drawn_recall = map(np.concatenate, zip(*draws, strict=True))
        rows = sums.support.sum(axis=0)
        alpha = _ALPHA / max(1, int((rows >= category_rows).sum()))
        accuracy, log_loss, money = map(_difference, means[0], drawn_means.T)
        categories = tuple(
            CategoryDifference(str(name), _difference(value, drawn, alpha), int(n))
            for name, value, drawn, n in zip(sums.categories, recall[0], drawn_recall.T, rows, strict=True)
        )
        old, new = (model.answers == pairs.truth for model in (pairs.champion, pairs.challenger))
        return Comparison(
            accuracy=accuracy,
            macro_f1=_difference(macro_f1[0, 0], drawn_macro_f1[:, 0]),
            log_loss=log_loss,
            money_weighted_accuracy=None if np.isnan(money.value) else money,
            categories=categories,
            discordance=discordance(old, new),
            merchants=sums.merchants,
            differing=differing_merchants(old, new, pairs.merchants),
        )


def merchant_draws(merchants: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    """How often each merchant is drawn; shape (<= _CHUNK, n_merchants) each time, `draws` rows in all."""
    random = np.random.default_rng(seed)
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start)
        yield random.multinomial(merchants, np.full(merchants, 1 / merchants), size=size).astype(float)


class _MerchantSums:
    """Sums over the rows of each merchant, from which the metrics of any draw of merchants follow."""

    def __init__(self, pairs: PairedPredictions) -> None:
        truth, one = pairs.truth.astype(str), np.ones(len(pairs.truth))
        self.categories = np.unique(truth)
        names, merchant = np.unique(pairs.merchants.astype(str), return_inverse=True)
        self.merchants = len(names)
        by_merchant = sparse.csr_matrix((one, (merchant, np.arange(len(truth)))))
        is_category = truth[:, np.newaxis] == self.categories
        self.support = by_merchant @ is_category
        """Rows of each category; shape (n_merchants, n_categories)."""
        self._size = by_merchant @ np.column_stack([one, one, pairs.money])
        """The divisors of the totals below."""
        self._models: list[list[np.ndarray]] = []
        """Of the champion, the challenger: rows of each category answered rightly, rows with each answer, and
        the totals (right rows, loss, money of right rows)."""
        for model in (pairs.champion, pairs.challenger):
            right = model.answers == pairs.truth
            answered = model.answers.astype(str)[:, np.newaxis] == self.categories
            totals = np.column_stack([right, model.losses, pairs.money * right])
            parts = (is_category & right[:, np.newaxis], answered, totals)
            self._models.append([by_merchant @ part for part in parts])

    def differences(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(accuracy, log loss, money-weighted accuracy), (macro-F1,) and recalls: a row for each of `weight`.

        weight: shape (n_draws, n_merchants).
        """
        was, size = weight @ self.support, weight @ self._size
        old, new = (_measures([weight @ part for part in parts], was, size) for parts in self._models)
        means, macro, recall = (after - before for before, after in zip(old, new, strict=True))
        return means, macro, recall


def _measures(parts: list[np.ndarray], was: np.ndarray, size: np.ndarray) -> list[np.ndarray]:
    right, answered, totals = parts
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = np.where(was > 0, right / was, np.nan)
        f1 = np.where(was > 0, 2 * right / (answered + was), np.nan)
        means = np.where(size > 0, totals / size, np.nan)
    return [means, np.nanmean(f1, axis=1, keepdims=True), recall]


def _difference(value: float, drawn: np.ndarray, alpha: float = _ALPHA) -> Difference:
    finite = drawn[~np.isnan(drawn)]
    if not len(finite):
        return Difference(float(value), (float("nan"), float("nan")))
    low, high = np.quantile(finite, [alpha / 2, 1 - alpha / 2])
    return Difference(float(value), (float(low), float(high)))
