"""How much each held-out row counts, so that together they are what a person's next transactions will be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.components.dataset.splitting import learns_for

KNOWN, NEW_MERCHANT, NEW_CATEGORY = range(3)


@dataclass(frozen=True)
class DeploymentWeights:
    """prior: so many imagined rows of each kind join those that are counted."""

    prior: float = 1.0

    def weights(self, row_kinds: np.ndarray, sample: np.ndarray) -> np.ndarray:
        """Weights with which each kind has the share that it has in `sample`; their mean is 1.

        kinds: int, shape (n_rows,), as of `kinds`. sample: bool, shape (n_rows,): rows that come as in use;
        where there is none, all rows weigh 1.
        """
        if not sample.any():
            return np.ones(len(row_kinds))
        counts = np.bincount(row_kinds, minlength=3)
        wanted = np.bincount(row_kinds[sample], minlength=3) + self.prior
        weights = np.divide(wanted, counts, out=np.zeros(3), where=counts > 0)[row_kinds]
        return np.asarray(weights / weights.mean())


def row_kinds(
    categories: np.ndarray, folds: np.ndarray, subjects: np.ndarray, excluded: np.ndarray
) -> np.ndarray:
    """Shape (n_rows,): KNOWN where the model that answers for a row has learned of its merchant, NEW_CATEGORY
    where it has not met the merchant nor the category and so cannot be right, else NEW_MERCHANT.

    categories, subjects, excluded: str, shape (n_rows,). folds: int, shape (n_rows,), negative for none.
    """
    found = np.full(len(folds), NEW_MERCHANT)
    for fold in np.unique(folds[folds >= 0]):
        inside = folds == fold
        learns = learns_for(inside, subjects, excluded)
        found[inside & ~_isin(categories, categories[learns])] = NEW_CATEGORY
        found[inside & _isin(subjects, subjects[learns])] = KNOWN
    return found


def _isin(texts: np.ndarray, known: np.ndarray) -> np.ndarray:
    return pd.Series(texts).isin(known).to_numpy()
