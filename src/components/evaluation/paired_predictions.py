"""Rows that two models answered, and the sums by merchant from which their metrics are computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from src.domain.verdicts import Scores


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
class Sums:
    """Sums over the rows of each merchant."""

    categories: np.ndarray
    support: np.ndarray
    """shape (n_merchants, n_categories): rows."""
    size: np.ndarray
    """shape (n_merchants, 3): rows, rows, money; the divisors of `ModelSums.sums`."""
    models: tuple[ModelSums, ModelSums]
    """The champion's, the challenger's."""

    @property
    def merchants(self) -> int:
        return len(self.support)

    @classmethod
    def of(cls, pairs: PairedPredictions) -> Sums:
        categories, true = np.unique(pairs.truth.astype(str), return_inverse=True)
        names, merchant = np.unique(pairs.merchants.astype(str), return_inverse=True)
        shape, rows = (len(names), len(categories)), np.ones(len(true))
        return cls(
            categories,
            _count(shape, merchant, true),
            _sum(len(names), merchant, np.column_stack([rows, rows, pairs.money])),
            (
                ModelSums.of(pairs, pairs.champion, categories, merchant, shape),
                ModelSums.of(pairs, pairs.challenger, categories, merchant, shape),
            ),
        )


@dataclass(frozen=True)
class ModelSums:
    answered: np.ndarray
    """shape (n_merchants, n_categories): rows with this answer."""
    right: np.ndarray
    """shape (n_merchants, n_categories): rows of the category answered rightly."""
    sums: np.ndarray
    """shape (n_merchants, 3): right rows, loss, money of right rows."""

    @classmethod
    def of(
        cls,
        pairs: PairedPredictions,
        model: ModelPredictions,
        categories: np.ndarray,
        merchant: np.ndarray,
        shape: tuple[int, int],
    ) -> ModelSums:
        index = {name: number for number, name in enumerate(categories)}
        answered = np.array([index.get(answer, -1) for answer in model.answers], int)
        known, right = answered >= 0, model.answers == pairs.truth
        return cls(
            _count(shape, merchant[known], answered[known]),
            _count(shape, merchant[right], answered[right]),
            _sum(shape[0], merchant, np.column_stack([right, model.losses, pairs.money * right])),
        )


def _count(shape: tuple[int, int], merchant: np.ndarray, category: np.ndarray) -> np.ndarray:
    counts = np.zeros(shape)
    np.add.at(counts, (merchant, category), 1.0)
    return counts


def _sum(merchants: int, merchant: np.ndarray, values: np.ndarray) -> np.ndarray:
    sums = np.zeros((merchants, values.shape[1]))
    np.add.at(sums, merchant, values)
    return sums
