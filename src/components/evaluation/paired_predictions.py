"""Rows that two models answered, and what their measures are made of, summed by merchant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from src.domain.verdicts import Scores


@dataclass(frozen=True)
class Contender:
    """One model on the judging rows."""

    scores: Scores
    answers: np.ndarray
    """str, shape (n_rows,): one category per row."""
    losses: np.ndarray
    """float, shape (n_rows,): -ln(probability given to the true category), in nats."""


@dataclass(frozen=True)
class Pairs:
    """Rows that both models answered. Every array has shape (n_rows,), n_rows > 0."""

    truth: np.ndarray
    merchants: np.ndarray
    """What is drawn whole: rows of one merchant rise and fall together."""
    money: np.ndarray
    """float, >= 0: how much a row weighs in money-weighted accuracy."""
    champion: Contender
    challenger: Contender


@dataclass(frozen=True)
class Sums:
    """What the measures are made of, summed over the rows of each merchant."""

    categories: np.ndarray
    support: np.ndarray
    """shape (n_merchants, n_categories): rows."""
    size: np.ndarray
    """shape (n_merchants, 3): rows, rows, money; what the sums of a model are divided by."""
    models: tuple[ModelSums, ModelSums]
    """The champion's, the challenger's."""

    @property
    def merchants(self) -> int:
        return len(self.support)

    @classmethod
    def of(cls, pairs: Pairs) -> Sums:
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
    said: np.ndarray
    """shape (n_merchants, n_categories): rows answered so."""
    right: np.ndarray
    """shape (n_merchants, n_categories): rows of the category answered rightly."""
    sums: np.ndarray
    """shape (n_merchants, 3): right rows, loss, rightly placed money."""

    @classmethod
    def of(
        cls,
        pairs: Pairs,
        model: Contender,
        categories: np.ndarray,
        merchant: np.ndarray,
        shape: tuple[int, int],
    ) -> ModelSums:
        place = {name: number for number, name in enumerate(categories)}
        answered = np.array([place.get(answer, -1) for answer in model.answers], int)
        known, hit = answered >= 0, model.answers == pairs.truth
        return cls(
            _count(shape, merchant[known], answered[known]),
            _count(shape, merchant[hit], answered[hit]),
            _sum(shape[0], merchant, np.column_stack([hit, model.losses, pairs.money * hit])),
        )


def _count(shape: tuple[int, int], merchant: np.ndarray, category: np.ndarray) -> np.ndarray:
    counts = np.zeros(shape)
    np.add.at(counts, (merchant, category), 1.0)
    return counts


def _sum(merchants: int, merchant: np.ndarray, values: np.ndarray) -> np.ndarray:
    sums = np.zeros((merchants, values.shape[1]))
    np.add.at(sums, merchant, values)
    return sums
