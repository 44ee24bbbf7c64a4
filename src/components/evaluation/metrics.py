"""How good answers are: one report for any model, or baseline, on any rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from src.components.dataset.schema import MODEL_FIELDS
from src.components.evaluation.slices import overview_slices
from src.domain.verdicts import Scores, SliceScores

_TINY = 1e-12


@dataclass(frozen=True)
class CategoryScores:
    category: str
    precision: float
    """nan if the category was never answered."""
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class ReliabilityBin:
    confidence: float
    """Mean confidence of the rows in this bin."""
    accuracy: float
    rows: int


@dataclass(frozen=True)
class Report:
    scores: Scores
    categories: tuple[CategoryScores, ...]
    """Those that occur in the rows, by slug."""
    labels: tuple[str, ...]
    """Rows and columns of `confusion`: every category that occurs or was answered."""
    confusion: np.ndarray
    """int, shape (n_labels, n_labels): [true, answered]."""
    reliability: tuple[ReliabilityBin, ...]
    slices: tuple[SliceScores, ...]
    losses: np.ndarray
    """float, shape (n_rows,): the log loss of each row, in nats."""


@dataclass(frozen=True)
class Evaluation:
    bins: int = 15

    def report(
        self,
        rows: pd.DataFrame,
        probabilities: np.ndarray,
        classes: Sequence[str],
        seen: np.ndarray,
        *,
        version: str | None = None,
    ) -> Report:
        """Compare `probabilities` with the `category` of `rows`.

        probabilities: shape (n_rows, n_classes), columns in the order of `classes`. A category of the rows
        that `classes` lacks counts as answered wrongly.
        seen: bool, shape (n_rows,), whether the model was trained on the row's merchant.
        """
        truth, answers = rows["category"].to_numpy(object), top(probabilities, classes)
        confidence = probabilities.max(axis=1) if len(rows) else np.empty(0)
        correct, losses = answers == truth, log_losses(truth, probabilities, classes)
        labels = sorted({*truth, *answers})
        categories = category_scores(truth, answers)
        scores = Scores(
            version=version,
            rows=len(rows),
            accuracy=_mean(correct),
            macro_f1=_mean([category.f1 for category in categories]),
            log_loss=_mean(losses),
            ece=expected_calibration_error(confidence, correct, self.bins),
            money_weighted_accuracy=money_weighted_accuracy(rows, correct),
        )
        return Report(
            scores,
            categories,
            tuple(labels),
            _confusion(truth, answers, labels),
            reliability(confidence, correct, self.bins),
            overview_slices(rows, correct, seen),
            losses,
        )


def _confusion(truth: np.ndarray, answers: np.ndarray, labels: list[str]) -> np.ndarray:
    """int, shape (n_labels, n_labels): rows by true category, columns by answer."""
    if len(labels) < 2:  # scikit-learn wants two
        return np.full((len(labels), len(labels)), len(truth))
    return np.asarray(confusion_matrix(truth, answers, labels=labels))


def probabilities_of(pipeline: Any, rows: pd.DataFrame) -> np.ndarray:
    """Shape (n_rows, n_classes), also for no rows, which scikit-learn refuses."""
    if rows.empty:
        return np.empty((0, len(pipeline.classes_)))
    return np.asarray(pipeline.predict_proba(rows[MODEL_FIELDS]))


def predicted_categories(pipeline: Any, rows: pd.DataFrame) -> np.ndarray:
    """Shape (n_rows,), str: the most probable category of each row."""
    return top(probabilities_of(pipeline, rows), list(pipeline.classes_))


def top(probabilities: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Shape (n_rows,), str: the most probable category of each row."""
    names: np.ndarray = np.asarray(classes, dtype=object)[probabilities.argmax(axis=1)]
    return names


def accuracy_and_macro_f1(truth: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    """Share of right answers, and F1 averaged over the categories that occur in `truth`."""
    return _mean(truth == answers), _mean([category.f1 for category in category_scores(truth, answers)])


def category_scores(truth: np.ndarray, answers: np.ndarray) -> tuple[CategoryScores, ...]:
    """One for each category that occurs in `truth`, by slug."""
    labels = sorted(set(truth))
    if not labels:
        return ()
    columns = precision_recall_fscore_support(truth, answers, labels=labels, zero_division=np.nan)
    return tuple(
        CategoryScores(label, float(precision), float(recall), float(f1), int(support))
        for label, precision, recall, f1, support in zip(labels, *columns, strict=True)
    )


def log_losses(truth: np.ndarray, probabilities: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Shape (n_rows,): -ln(probability given to the true category), in nats; of one not known, of 1e-12."""
    column = {name: number for number, name in enumerate(classes)}
    of_truth = [probabilities[row, column[name]] if name in column else 0.0 for row, name in enumerate(truth)]
    return np.asarray(-np.log(np.clip(of_truth, _TINY, 1.0)))


def expected_calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = 15) -> float:
    """Mean gap between how sure the model was and how often it was right.

    confidence: shape (n_samples,), probability of the predicted category, 0..1.
    correct: shape (n_samples,), True where the prediction was right.
    Returns 0 (honest) .. 1, as a share, not a percentage; nan for no samples.
    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", equal-width bins.
    """
    parts = reliability(confidence, correct, bins)
    if not parts:
        return float("nan")
    gaps = [abs(part.confidence - part.accuracy) for part in parts]
    return float(np.average(gaps, weights=[part.rows for part in parts]))


def reliability(confidence: np.ndarray, correct: np.ndarray, bins: int = 15) -> tuple[ReliabilityBin, ...]:
    """Equal-width bins of confidence, without the empty ones."""
    numbers = np.clip((np.asarray(confidence) * bins).astype(int), 0, bins - 1)
    masks = [numbers == number for number in np.unique(numbers)]
    return tuple(
        ReliabilityBin(_mean(confidence[mask]), _mean(correct[mask]), int(mask.sum())) for mask in masks
    )


def money_weights(rows: pd.DataFrame) -> np.ndarray:
    """Shape (n_rows,), >= 0: amounts, divided by the mean amount of their currency; 0 for none."""
    amount = rows["amount"].fillna(0.0)
    mean = amount.groupby(rows["currency"]).transform("mean")
    return np.asarray((amount / mean.where(mean > 0, 1.0)).to_numpy(float))


def money_weighted_accuracy(rows: pd.DataFrame, correct: np.ndarray) -> float:
    """Share of the money that is categorized correctly; nan if no row has an amount."""
    weight = money_weights(rows)
    return float(np.average(correct, weights=weight)) if weight.sum() > 0 else float("nan")


def _mean(values: Sequence[float] | np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
