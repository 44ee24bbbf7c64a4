"""Candidates of the model search: classifiers with their parameters, and their scores on a fold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from scipy import sparse
from scipy.special import softmax
from sklearn.metrics import accuracy_score, f1_score

from src.components.model.calibration import fit_temperature
from src.components.model.classifier import LinearCategorizer
from src.domain.verdicts import Why

_LEAST_PROBABILITY = 1e-6
"""Probability, in log loss, of a category that the fold never saw."""


@dataclass(frozen=True)
class Candidate:
    name: str
    family: str
    params: Mapping[str, Any]

    def classifier(self, *, seed: int, temperature: float = 1.0) -> LinearCategorizer:
        return LinearCategorizer(self.family, dict(self.params), temperature, seed)


CANDIDATES = (
    Candidate("logistic_regression C=3", "logistic_regression", {"C": 3.0}),
    Candidate("sgd alpha=1e-4", "sgd", {"alpha": 1e-4}),
    Candidate("linear_svc C=0.3", "linear_svc", {"C": 0.3}),
    Candidate("complement_nb alpha=0.1", "complement_nb", {"alpha": 0.1}),
    Candidate("logistic_regression C=10", "logistic_regression", {"C": 10.0}),
    Candidate("logistic_regression C=30", "logistic_regression", {"C": 30.0}),
    Candidate("sgd alpha=3e-5", "sgd", {"alpha": 3e-5}),
    Candidate("linear_svc C=1", "linear_svc", {"C": 1.0}),
    Candidate("complement_nb alpha=0.5", "complement_nb", {"alpha": 0.5}),
)
"""The most promising first: if time runs out, later ones are skipped."""


@dataclass(frozen=True)
class Fold:
    """One fold, vectorized once for all candidates, with features fitted on its training part only."""

    X_train: sparse.csr_matrix
    y_train: np.ndarray
    weights: np.ndarray
    X_test: sparse.csr_matrix
    """The judged rows, held out."""

    def scores(self, candidate: Candidate, classes: np.ndarray, seed: int) -> np.ndarray:
        """Shape (n_judged, n_classes); -inf for a category missing in the training part."""
        fitted = candidate.classifier(seed=seed).fit(self.X_train, self.y_train, self.weights)
        scores = np.full((self.X_test.shape[0], len(classes)), -np.inf)
        scores[:, np.searchsorted(classes, fitted.classes_)] = fitted.decision_function(self.X_test)
        return scores


class Evaluate(Protocol):
    """Evaluates candidates on a fold; `services/dask/cluster.py` does so on other machines."""

    @property
    def at_once(self) -> int:
        """How many candidates are evaluated at the same time."""

    @property
    def notes(self) -> tuple[Why, ...]:
        """What a reader of the verdict should know of it."""

    def __call__(
        self, fold: Fold, candidates: Sequence[Candidate], classes: np.ndarray, seed: int
    ) -> Iterator[np.ndarray]:
        """The scores of each candidate in this order, as of `Fold.scores`."""


class OneByOne:
    """In this process."""

    at_once = 1
    notes: tuple[Why, ...] = ()

    def __call__(
        self, fold: Fold, candidates: Sequence[Candidate], classes: np.ndarray, seed: int
    ) -> Iterator[np.ndarray]:
        return (fold.scores(candidate, classes, seed) for candidate in candidates)


@dataclass(frozen=True)
class CandidateScores:
    """Quality of uncalibrated scores at their best temperature."""

    macro_f1: float
    accuracy: float
    log_loss: float
    temperature: float

    @classmethod
    def of(
        cls, scores: np.ndarray, truth: np.ndarray, weights: np.ndarray, calibrating: np.ndarray | slice
    ) -> Self:
        """scores: shape (n_rows, n_classes); truth: int, shape (n_rows,), each row's right column.

        weights: shape (n_rows,), how much each row counts. calibrating: which rows determine the temperature.
        """
        temperature = fit_temperature(scores[calibrating], truth[calibrating], weights[calibrating])
        predicted = scores.argmax(axis=1)
        settings = {"labels": np.unique(truth), "average": "macro", "zero_division": 0.0}
        macro_f1 = f1_score(truth, predicted, **settings, sample_weight=weights)
        return cls(
            macro_f1=float(macro_f1),
            accuracy=float(accuracy_score(truth, predicted, sample_weight=weights)),
            log_loss=float(np.average(log_losses(scores, temperature, truth), weights=weights)),
            temperature=temperature,
        )


def log_losses(scores: np.ndarray, temperature: float, truth: np.ndarray) -> np.ndarray:
    """Shape (n_rows,), in nats. scores, truth: as in `CandidateScores.of`."""
    right = softmax(scores / temperature, axis=1)[np.arange(len(truth)), truth]
    return np.asarray(-np.log(np.maximum(right, _LEAST_PROBABILITY)))
