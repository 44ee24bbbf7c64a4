"""Making confidence honest: one temperature for all scores, found on rows the model was not trained on."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

_COLDEST, _HOTTEST = 0.02, 50.0


def fit_temperature(scores: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The temperature at which softmax(scores / temperature) has the least log loss.

    scores: shape (n_rows, n_classes), -inf for a category the model cannot answer.
    truth: int, shape (n_rows,), the column of the right category. weights: None counts all rows the same.
    Rows whose right category cannot be answered say nothing; without any other row the answer is 1.

    The right category is hoped for a little less than surely, as by Platt 1999: a handful of rows that
    were all right must not make the model certain.
    """
    answerable = np.isfinite(scores[np.arange(len(truth)), truth])
    scores, truth = scores[answerable], truth[answerable]
    if not len(truth) or scores.shape[1] < 2:
        return 1.0
    weights = np.ones(len(truth)) if weights is None else weights[answerable]
    doubt = 1 / (len(truth) + 2)
    reachable = np.isfinite(scores)

    def loss(log_temperature: float) -> float:
        log_probabilities = log_softmax(scores / np.exp(log_temperature), axis=1)
        right = log_probabilities[np.arange(len(truth)), truth]
        average = np.where(reachable, log_probabilities, 0).sum(axis=1) / reachable.sum(axis=1)
        return float(-np.average((1 - doubt) * right + doubt * average, weights=weights))

    found = minimize_scalar(loss, bounds=(np.log(_COLDEST), np.log(_HOTTEST)), method="bounded")
    return float(np.exp(found.x))
