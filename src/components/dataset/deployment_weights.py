"""Weights of held-out rows, so that they represent a person's next transactions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.components.dataset.splitting import learns_for

KNOWN, NEW_MERCHANT, NEW_CATEGORY = range(3)


@dataclass(frozen=True)
class DeploymentWeights:
    """prior: pseudo-rows added to known and to new merchants.

    new_categories: the same for new categories, as a share of `prior`. In the histories of
    docs/measurements.md at most one new merchant in eight had a new category.
    """

    prior: float = 1.0
    new_categories: float = 0.125

    def weights(self, row_kinds: np.ndarray, sample: np.ndarray) -> np.ndarray:
        """Weights, mean 1, that give each kind the share it has in `sample`.

        kinds: int, shape (n_rows,), as of `row_kinds`. sample: bool, shape (n_rows,), rows predicted as in
        use; without any, all weights are 1.
        """
        if not sample.any():
            return np.ones(len(row_kinds))
        counts = np.bincount(row_kinds, minlength=3)
        pseudo_rows = self.prior * np.array([1, 1, self.new_categories])
        target = np.bincount(row_kinds[sample], minlength=3) + pseudo_rows
        weights = np.divide(target, counts, out=np.zeros(3), where=counts > 0)[row_kinds]
        return np.asarray(weights / weights.mean())


def row_kinds(
    categories: np.ndarray, folds: np.ndarray, subjects: np.ndarray, excluded: np.ndarray
) -> np.ndarray:
    """Shape (n_rows,): KNOWN if the model predicting the row has seen its merchant, NEW_CATEGORY if it has
    seen neither merchant nor category and so cannot be right, else NEW_MERCHANT.

    categories, subjects, excluded: str, shape (n_rows,). folds: int, shape (n_rows,), negative for none.
    """
    kinds = np.full(len(folds), NEW_MERCHANT)
    for fold in np.unique(folds[folds >= 0]):
        inside = folds == fold
        learns = learns_for(inside, subjects, excluded)
        kinds[inside & ~_isin(categories, categories[learns])] = NEW_CATEGORY
        kinds[inside & _isin(subjects, subjects[learns])] = KNOWN
    return kinds


def _isin(texts: np.ndarray, known: np.ndarray) -> np.ndarray:
    return np.asarray(pd.Series(texts).isin(known).to_numpy())
