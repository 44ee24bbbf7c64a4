"""An Isolation Forest on residuals: it isolates quickly what is far from all other payments.

Residuals have no unit, so one forest serves all currencies.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import IsolationForest

from src.components.anomalies.residuals import Residuals

LEAST_ROWS = 100
_TREES = 300
_SAMPLES = 64
MOST_ROWS = 200_000


AMOUNTS = ("excess", "fold")
WITH_TIMING = (*AMOUNTS, "gap", "weekday", "novelty")
"""What a forest may see of the residuals; a training tries both."""


def columns(residuals: Residuals, names: Sequence[str]) -> np.ndarray:
    """Shape (n_payments, n_names)."""
    novelty = 1 / (residuals.others + 1)
    arrays = [novelty if name == "novelty" else getattr(residuals, name) for name in names]
    return np.column_stack(arrays)


def fit(rows: np.ndarray, *, seed: int) -> IsolationForest:
    """rows: of `columns`, at least LEAST_ROWS; only MOST_ROWS of more are used."""
    chosen = np.random.default_rng(seed).permutation(len(rows))[:MOST_ROWS]
    forest = IsolationForest(n_estimators=_TREES, max_samples=min(_SAMPLES, len(chosen)), random_state=seed)
    return forest.fit(rows[np.sort(chosen)])


def scores(forest: IsolationForest, rows: np.ndarray) -> np.ndarray:
    """Higher is more unusual; shape (n_payments,)."""
    result: np.ndarray = -forest.score_samples(rows)
    return result
