"""How far two models differ on the same rows, and how sure that is: a paired bootstrap by merchant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from src.domain import Difference

_DOUBT = 0.05
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
    categories: tuple[CategoryDifference, ...]
    merchants: int
    """How many independent groups of rows the intervals rest on."""


@dataclass(frozen=True)
class PairedBootstrap:
    draws: int = 2_000
    seed: int = 20

    def compare(
        self,
        truth: np.ndarray,
        champion: np.ndarray,
        challenger: np.ndarray,
        merchants: np.ndarray,
        category_rows: int = 1,
    ) -> Comparison:
        """All arguments: str, shape (n_rows,), n_rows > 0. A merchant is drawn whole, with both answers.

        Rows of one merchant rise and fall together: drawing single rows would make the intervals too narrow.
        The categories of at least `category_rows` rows share the doubt of 5 % among them (Bonferroni): of
        twenty that did not change, one would else seem to.
        """
        categories, true = np.unique(truth.astype(str), return_inverse=True)
        clusters, cluster = np.unique(merchants.astype(str), return_inverse=True)
        shape = (len(clusters), len(categories))
        support = _count(shape, cluster, true)
        old, new = (_Counts.of(shape, cluster, true, categories, a) for a in (champion, challenger))
        once = np.ones((1, len(clusters)))
        drawn = [_differences(weight, support, old, new) for weight in self._weights(len(clusters))]
        seen = _differences(once, support, old, new)
        rows = support.sum(axis=0)
        doubts = (_DOUBT, _DOUBT, _DOUBT / max(1, int((rows >= category_rows).sum())))
        accuracy, macro, recall = (
            [_difference(*one, doubt) for one in zip(at.T, every.T, strict=True)]
            for at, every, doubt in zip(
                seen, map(np.concatenate, zip(*drawn, strict=True)), doubts, strict=True
            )
        )
        by_category = tuple(
            CategoryDifference(str(name), difference, int(n))
            for name, difference, n in zip(categories, recall, rows, strict=True)
        )
        return Comparison(accuracy[0], macro[0], by_category, len(clusters))

    def _weights(self, clusters: int) -> Iterator[np.ndarray]:
        """How often each cluster is drawn; shape (<= _CHUNK, n_clusters) each time, `draws` rows in all."""
        random = np.random.default_rng(self.seed)
        for start in range(0, self.draws, _CHUNK):
            size = min(_CHUNK, self.draws - start)
            yield random.multinomial(clusters, np.full(clusters, 1 / clusters), size=size).astype(float)


@dataclass(frozen=True)
class _Counts:
    """Per merchant and category, shape (n_merchants, n_categories): answered, and answered rightly."""

    said: np.ndarray
    right: np.ndarray

    @classmethod
    def of(
        cls,
        shape: tuple[int, int],
        cluster: np.ndarray,
        true: np.ndarray,
        categories: np.ndarray,
        answers: np.ndarray,
    ) -> _Counts:
        place = {name: number for number, name in enumerate(categories)}
        answered = np.array([place.get(answer, -1) for answer in answers], int)
        known, hit = answered >= 0, answered == true
        return cls(_count(shape, cluster[known], answered[known]), _count(shape, cluster[hit], true[hit]))


def _count(shape: tuple[int, int], cluster: np.ndarray, category: np.ndarray) -> np.ndarray:
    counts = np.zeros(shape)
    np.add.at(counts, (cluster, category), 1.0)
    return counts


def _differences(
    weight: np.ndarray, support: np.ndarray, old: _Counts, new: _Counts
) -> tuple[np.ndarray, ...]:
    """Accuracy and macro-F1, shape (n_draws, 1), and recall by category, shape (n_draws, n_categories)."""
    was = weight @ support
    scores = []
    for model in (old, new):
        right, said = weight @ model.right, weight @ model.said
        with np.errstate(invalid="ignore", divide="ignore"):
            recall = np.where(was > 0, right / was, np.nan)
            f1 = np.where(was > 0, 2 * right / (said + was), np.nan)
        accuracy = right.sum(axis=1, keepdims=True) / was.sum(axis=1, keepdims=True)
        scores.append((accuracy, np.nanmean(f1, axis=1, keepdims=True), recall))
    return tuple(after - before for before, after in zip(*scores, strict=True))


def _difference(seen: np.ndarray, drawn: np.ndarray, doubt: float) -> Difference:
    low, high = np.nanquantile(drawn, [doubt / 2, 1 - doubt / 2])
    return Difference(float(seen[0]), (float(low), float(high)))
