"""Making confidence honest, on rows the model was not trained on.

One temperature for all scores, and a line for the confidence where that shows to be better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

_COLDEST, _HOTTEST = 0.02, 50.0
_ENOUGH_ROWS = 200
"""Below, a temperature is all that the rows can tell."""
_GAIN = 0.01
"""The share of the log loss that a line must save to be chosen over none."""
_FOLDS = 5
_POINTS = 40
_SURE = 1e-3


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


@dataclass(frozen=True)
class ConfidenceMap:
    """What a confidence turned out to be worth: a rising line through points. No points change nothing."""

    name: str = "temperature"
    """`temperature` (nothing more is needed), `sigmoid` or `isotonic`."""
    said: np.ndarray = field(default_factory=lambda: np.empty(0))
    found: np.ndarray = field(default_factory=lambda: np.empty(0))

    def __call__(self, confidence: np.ndarray) -> np.ndarray:
        return np.interp(confidence, self.said, self.found) if len(self.said) else confidence


def choose_map(
    confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray, subjects: np.ndarray
) -> ConfidenceMap:
    """The way of calibrating that has the least log loss on subjects it was not fitted on.

    confidence: shape (n_rows,), 0..1, of the leading category; correct: bool, shape (n_rows,); weights,
    subjects: shape (n_rows,). Nothing but the temperature where the rows are few or the others gain little.
    """
    plain = ConfidenceMap()
    if len(confidence) < _ENOUGH_ROWS or correct.all() or not correct.any():
        return plain
    folds = np.unique(subjects, return_inverse=True)[1] % _FOLDS
    losses = {fit: _held_out_loss(fit, confidence, correct, weights, folds) for fit in (_sigmoid, _isotonic)}
    best = min(losses, key=lambda fit: losses[fit])
    before = _loss(confidence, correct, weights)
    return best(confidence, correct, weights) if losses[best] < (1 - _GAIN) * before else plain


def _held_out_loss(
    fit: Callable[..., ConfidenceMap],
    confidence: np.ndarray,
    correct: np.ndarray,
    weights: np.ndarray,
    folds: np.ndarray,
) -> float:
    mapped = confidence.astype(float)
    for fold in np.unique(folds):
        inside = folds == fold
        others = correct[~inside]
        if others.any() and not others.all():
            mapped[inside] = fit(confidence[~inside], others, weights[~inside])(confidence[inside])
    return _loss(mapped, correct, weights)


def _loss(confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray) -> float:
    sure = np.clip(confidence, _SURE, 1 - _SURE)
    return float(-np.average(np.log(np.where(correct, sure, 1 - sure)), weights=weights))


def _sigmoid(confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray) -> ConfidenceMap:
    """Platt's: a straight line between the log odds."""
    odds = logit(np.clip(confidence, _SURE, 1 - _SURE))[:, np.newaxis]
    fitted = LogisticRegression(C=1e3).fit(odds, correct, sample_weight=weights)
    slope = max(float(fitted.coef_[0, 0]), 0.0)
    said = np.linspace(_SURE, 1 - _SURE, _POINTS)
    return ConfidenceMap("sigmoid", said, expit(slope * logit(said) + float(fitted.intercept_[0])))


def _isotonic(confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray) -> ConfidenceMap:
    """Any rising line, through a few dozen points at equal shares of the rows."""
    fitted = IsotonicRegression(y_min=_SURE, y_max=1 - _SURE, out_of_bounds="clip")
    fitted.fit(confidence, correct.astype(float), sample_weight=weights)
    said = np.unique(np.quantile(confidence, np.linspace(0, 1, _POINTS)))
    return ConfidenceMap("isotonic", said, fitted.predict(said))
