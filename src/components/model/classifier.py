"""One classifier for all families whose scores are linear in the features."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from scipy import sparse
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

from src.components.features.linear_form import apply_calibration, apply_smoothing
from src.components.model.calibration import ConfidenceMap

FAMILIES: dict[str, Callable[..., Any]] = {
    # All stopped early: as good as when they converge on these features, in a fraction of the time.
    "logistic_regression": lambda seed, epochs, params: LogisticRegression(
        **{"solver": "saga", "max_iter": epochs, "tol": 1e-2, "random_state": seed, **params}
    ),
    "complement_nb": lambda seed, epochs, params: ComplementNB(**params),
    "linear_svc": lambda seed, epochs, params: LinearSVC(
        **{"max_iter": epochs // 2, "tol": 1e-2, "random_state": seed, **params}
    ),
    "sgd": lambda seed, epochs, params: SGDClassifier(
        **{"loss": "log_loss", "max_iter": epochs, "random_state": seed, **params}
    ),
}

_NEGLIGIBLE = 3e-4
"""Share of the largest coefficient; on a person's history no probability changed by more than 0.002."""
_LARGEST = 60_000.0
"""Just below the largest float16."""
_FORMER_ATTRIBUTES = {"said_": "confidence_points_", "found_": "calibrated_points_"}
"""Attribute names in model files of version 0.1.0."""


class LinearCategorizer(ClassifierMixin, BaseEstimator):
    """Scores are `X @ coef_.T + intercept_`, probabilities their softmax at `temperature`.

    Only these numbers of the fitted estimator are kept, so that all families are stored, served and explained
    the same way. `coef_` has one row per category, also for one or two categories.

    family: one of FAMILIES; params: its parameters; temperature: > 0, 1 leaves the scores unchanged.
    """

    def __init__(
        self,
        family: str = "logistic_regression",
        params: Mapping[str, Any] | None = None,
        temperature: float = 1.0,
        seed: int = 0,
    ) -> None:
        self.family = family
        self.params = params
        self.temperature = temperature
        self.seed = seed

    def fit(self, X: sparse.csr_matrix, y: Any, sample_weight: np.ndarray | None = None) -> Self:
        """X: shape (n_rows, n_features); y: a category per row; sample_weight: positive, None is 1 each."""
        self.classes_ = np.unique(np.asarray(y, dtype=str))
        self.n_features_in_ = X.shape[1]
        self.temperature_ = float(self.temperature)
        if len(self.classes_) == 1 or not X.shape[1]:
            coef, intercept = np.zeros((len(self.classes_), X.shape[1])), np.zeros(len(self.classes_))
        else:
            coef, intercept = self._fit_family(X, np.asarray(y, dtype=str), sample_weight)
        # Negligible coefficients become zero: most of them, which cuts the file to a third.
        coef = np.where(np.abs(coef) < _NEGLIGIBLE * np.abs(coef).max(initial=0.0), 0.0, coef)
        # float16 has more precision than the data supports, and compresses to a third.
        self.coef_ = np.clip(coef, -_LARGEST, _LARGEST).astype(np.float16).astype(np.float32)
        self.intercept_ = np.asarray(intercept, dtype=np.float64)
        self.doubts_ = np.zeros(X.shape[1])  # model files have this name
        self.confidence_points_ = self.calibrated_points_ = np.empty(0)
        return self

    def calibrated(self, calibration: ConfidenceMap) -> Self:
        """Apply `calibration` to the confidence of the top category."""
        self.confidence_points_ = calibration.confidence
        self.calibrated_points_ = calibration.calibrated
        return self

    def smoothed(self, smoothing: np.ndarray) -> Self:
        """Lower the confidence of rows that have a feature, by its value in `smoothing`.

        smoothing: shape (n_features,), 0..1, the share of the probability to spread evenly over all
        categories; the top category stays the same. It covers uncertainty that the training rows cannot show,
        such as how often a person would disagree with the lexicon.
        """
        self.doubts_ = np.asarray(smoothing, dtype=np.float64)
        return self

    def decision_function(self, X: sparse.csr_matrix) -> np.ndarray:
        """Shape (n_rows, n_classes), for two categories too."""
        check_is_fitted(self, "coef_")
        return np.asarray(X @ self.coef_.T.astype(np.float64)) + self.intercept_

    def predict_proba(self, X: sparse.csr_matrix) -> np.ndarray:
        plain = softmax(self.decision_function(X) / self.temperature_, axis=1)
        calibrated = apply_calibration(plain, self.confidence_points_, self.calibrated_points_)
        return apply_smoothing(calibrated, (X != 0) @ self.doubts_)

    def predict(self, X: sparse.csr_matrix) -> np.ndarray:
        return np.asarray(self.classes_[self.decision_function(X).argmax(axis=1)])

    def _fit_family(
        self, X: sparse.csr_matrix, y: np.ndarray, sample_weight: np.ndarray | None
    ) -> tuple[Any, Any]:
        if self.family not in FAMILIES:
            raise ValueError(f"Unknown classifier family {self.family}; known are: {', '.join(FAMILIES)}.")
        epochs = min(max(100_000 // X.shape[0], 10), 500)  # passes over the rows; small data needs more
        estimator = FAMILIES[self.family](self.seed, epochs, self.params or {})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
            estimator.fit(X, y, sample_weight=sample_weight)
        return _linear_form(estimator)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({_FORMER_ATTRIBUTES.get(name, name): value for name, value in state.items()})


def _linear_form(estimator: Any) -> tuple[np.ndarray, np.ndarray]:
    """The coefficients, shape (n_classes, n_features), and the intercepts, shape (n_classes,)."""
    if isinstance(estimator, ComplementNB):
        # Only differences between categories matter; centred on 0 the numbers are small.
        log_probabilities = estimator.feature_log_prob_
        return log_probabilities - log_probabilities.mean(axis=0), np.zeros(len(estimator.classes_))
    coef, intercept = np.asarray(estimator.coef_), np.asarray(estimator.intercept_)
    if len(coef) == 1:  # two categories: the score of the second against the first
        coef, intercept = np.concatenate([-coef, coef]) / 2, np.concatenate([-intercept, intercept]) / 2
    return coef, intercept
