"""Calibrate confidence on rows the model was not trained on: temperature scaling, then sigmoid or isotonic
calibration of the top confidence if that is clearly better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

_TEMPERATURES = (0.02, 50.0)
_MIN_ROWS = 200
"""With fewer rows, only the temperature is fitted."""
_MIN_GAIN = 0.01
"""The share of the log loss that a calibration must save."""
_FOLDS = 5
_POINTS = 40
_MARGIN = 1e-3
"""Confidence is kept this far from 0 and 1."""


def fit_temperature(scores: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The temperature at which softmax(scores / temperature) has the least log loss.

    scores: shape (n_rows, n_classes), -inf for a category the model cannot predict.
    truth: int, shape (n_rows,), the column of the right category. weights: None weighs all rows the same.
    Rows whose category cannot be predicted are ignored; without any other row the result is 1.

    Labels are smoothed as in Platt (1999), so a few rows that are all right do not make the model certain.
    """
    predictable = np.isfinite(scores[np.arange(len(truth)), truth])
    scores, truth = scores[predictable], truth[predictable]
    if not len(truth) or scores.shape[1] < 2:
        return 1.0
    weights = np.ones(len(truth)) if weights is None else weights[predictable]
    smoothing = 1 / (len(truth) + 2)
    reachable = np.isfinite(scores)

    def loss(log_temperature: float) -> float:
        log_probabilities = log_softmax(scores / np.exp(log_temperature), axis=1)
        right = log_probabilities[np.arange(len(truth)), truth]
        average = np.where(reachable, log_probabilities, 0).sum(axis=1) / reachable.sum(axis=1)
        return float(-np.average((1 - smoothing) * right + smoothing * average, weights=weights))

    fitted = minimize_scalar(loss, bounds=np.log(_TEMPERATURES), method="bounded")
    return float(np.exp(fitted.x))


@dataclass(frozen=True)
class ConfidenceMap:
    """A rising line from confidence to calibrated confidence; without points it changes nothing."""

    name: str = "temperature"
    """`temperature` (no further calibration), `sigmoid` or `isotonic`."""
    confidence: np.ndarray = field(default_factory=lambda: np.empty(0))
    calibrated: np.ndarray = field(default_factory=lambda: np.empty(0))

    def __call__(self, confidence: np.ndarray) -> np.ndarray:
        return np.interp(confidence, self.confidence, self.calibrated) if len(self.confidence) else confidence


def choose_map(
    confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray, subjects: np.ndarray
) -> ConfidenceMap:
    """The calibration with the least log loss in cross-validation over subjects.

    confidence: shape (n_rows,), 0..1, of the top category; correct: bool, shape (n_rows,); weights, subjects:
    shape (n_rows,). Temperature only, if the rows are few or the others gain little.
    """
    plain = ConfidenceMap()
    if len(confidence) < _MIN_ROWS or correct.all() or not correct.any():
        return plain
    folds = np.unique(subjects, return_inverse=True)[1] % _FOLDS

    def held_out_loss(fit: Callable[..., ConfidenceMap]) -> float:
        mapped = confidence.astype(float)
        for fold in np.unique(folds):
            inside = folds == fold
            others = correct[~inside]
            if others.any() and not others.all():
                mapped[inside] = fit(confidence[~inside], others, weights[~inside])(confidence[inside])
        return _log_loss(mapped, correct, weights)

    losses = {fit: held_out_loss(fit) for fit in (_sigmoid, _isotonic)}
    best = min(losses, key=lambda fit: losses[fit])
    before = _log_loss(confidence, correct, weights)
    return best(confidence, correct, weights) if losses[best] < (1 - _MIN_GAIN) * before else plain


def _log_loss(confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray) -> float:
    clipped = np.clip(confidence, _MARGIN, 1 - _MARGIN)
    return float(log_loss(correct, clipped, sample_weight=weights, labels=[False, True]))


def _sigmoid(confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray) -> ConfidenceMap:
    """Platt scaling: a straight line between the log odds."""
    odds = logit(np.clip(confidence, _MARGIN, 1 - _MARGIN))[:, np.newaxis]
    fitted = LogisticRegression(C=1e3).fit(odds, correct, sample_weight=weights)
    slope = max(float(fitted.coef_[0, 0]), 0.0)
    points = np.linspace(_MARGIN, 1 - _MARGIN, _POINTS)
    return ConfidenceMap("sigmoid", points, expit(slope * logit(points) + float(fitted.intercept_[0])))


def _isotonic(confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray) -> ConfidenceMap:
    """Isotonic regression, kept at a few dozen quantiles of the confidence."""
    fitted = IsotonicRegression(y_min=_MARGIN, y_max=1 - _MARGIN, out_of_bounds="clip")
    fitted.fit(confidence, correct.astype(float), sample_weight=weights)
    points = np.unique(np.quantile(confidence, np.linspace(0, 1, _POINTS)))
    return ConfidenceMap("isotonic", points, fitted.predict(points))
