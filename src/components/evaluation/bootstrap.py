"""How far two models differ on the same rows, with intervals of a paired bootstrap by merchant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from src.components.evaluation.paired_predictions import ModelSums, PairedPredictions, Sums
from src.components.evaluation.significance import differing_merchants, discordance
from src.domain.verdicts import Difference, Discordance

_ALPHA = 0.05
_CHUNK = 250
"""Draws at a time: bounds the memory at _CHUNK x n_merchants numbers."""


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
        sums = Sums.of(pairs)
        means, macro_f1, recall = _differences(np.ones((1, sums.merchants)), sums)
        draws = [_differences(weight, sums) for weight in self._weights(sums.merchants)]
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

    def _weights(self, merchants: int) -> Iterator[np.ndarray]:
        """How often each merchant is drawn; shape (<= _CHUNK, n_merchants) each time, `draws` rows in all."""
        random = np.random.default_rng(self.seed)
        for start in range(0, self.draws, _CHUNK):
            size = min(_CHUNK, self.draws - start)
            yield random.multinomial(merchants, np.full(merchants, 1 / merchants), size=size).astype(float)


def _differences(weight: np.ndarray, sums: Sums) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(accuracy, log loss, money-weighted accuracy), (macro-F1,) and recalls: a row for each of `weight`."""
    was, size = weight @ sums.support, weight @ sums.size
    old, new = (_measures(weight, model, was, size) for model in sums.models)
    means, macro, recall = (after - before for before, after in zip(old, new, strict=True))
    return means, macro, recall


def _measures(weight: np.ndarray, model: ModelSums, was: np.ndarray, size: np.ndarray) -> list[np.ndarray]:
    right, answered = weight @ model.right, weight @ model.answered
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = np.where(was > 0, right / was, np.nan)
        f1 = np.where(was > 0, 2 * right / (answered + was), np.nan)
        means = np.where(size > 0, weight @ model.sums / size, np.nan)
    return [means, np.nanmean(f1, axis=1, keepdims=True), recall]


def _difference(value: float, drawn: np.ndarray, alpha: float = _ALPHA) -> Difference:
    finite = drawn[~np.isnan(drawn)]
    if not len(finite):
        return Difference(float(value), (float("nan"), float("nan")))
    low, high = np.quantile(finite, [alpha / 2, 1 - alpha / 2])
    return Difference(float(value), (float(low), float(high)))
