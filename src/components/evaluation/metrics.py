"""How good answers are: one report for any model, or baseline, on any rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.components.evaluation.slices import newest_quarter
from src.domain.verdicts import Scores

_TINY = 1e-12


@dataclass(frozen=True)
class CategoryScores:
    category: str
    precision: float
    """nan where the category was never answered."""
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
class Slice:
    name: str
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
    slices: tuple[Slice, ...]
    losses: np.ndarray
    """float, shape (n_rows,): what each row adds to the log loss, in nats."""


@dataclass(frozen=True)
class Evaluation:
    bins: int = 15

    def report(
        self,
        rows: pd.DataFrame,
        probabilities: np.ndarray,
        classes: Sequence[str],
        seen: Collection[str] | np.ndarray,
        *,
        version: str | None = None,
    ) -> Report:
        """Judge `probabilities` by the `category` of `rows`.

        probabilities: shape (n_rows, n_classes), columns in the order of `classes`. A category of the
        rows that `classes` lacks is simply answered wrongly.
        seen: the merchants the model was trained on, or bool of shape (n_rows,).
        """
        truth = rows["category"].to_numpy(object)
        answers = top(probabilities, classes)
        confidence = probabilities.max(axis=1) if len(rows) else np.empty(0)
        correct = answers == truth
        losses = log_losses(truth, probabilities, classes)
        labels, confusion = confusion_matrix(truth, answers)
        categories = tuple(one for one in per_category(labels, confusion) if one.support)
        scores = Scores(
            version=version,
            rows=len(rows),
            accuracy=_mean(correct),
            macro_f1=_mean([one.f1 for one in categories]),
            log_loss=_mean(losses),
            ece=expected_calibration_error(confidence, correct, self.bins),
            money_weighted_accuracy=money_weighted_accuracy(rows, correct),
        )
        return Report(
            scores,
            categories,
            labels,
            confusion,
            reliability(confidence, correct, self.bins),
            slices(rows, correct, _seen(rows, seen)),
            losses,
        )


def top(probabilities: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Shape (n_rows,), str: the most probable category of each row."""
    return np.asarray(classes, dtype=object)[probabilities.argmax(axis=1)]


def accuracy_and_macro_f1(truth: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    """Share of right answers, and F1 averaged over the categories that occur in `truth`."""
    found = [one.f1 for one in per_category(*confusion_matrix(truth, answers)) if one.support]
    return _mean(truth == answers), _mean(found)


def confusion_matrix(truth: np.ndarray, answers: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    labels = sorted({*truth, *answers})
    place = {label: number for number, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), int)
    for true, answered in zip(truth, answers, strict=True):
        counts[place[true], place[answered]] += 1
    return tuple(labels), counts


def per_category(labels: Sequence[str], confusion: np.ndarray) -> list[CategoryScores]:
    right, said, was = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)
    return [
        CategoryScores(label, _share(r, s), _share(r, w), _share(2 * r, s + w), int(w))
        for label, r, s, w in zip(labels, right, said, was, strict=True)
    ]


def log_losses(truth: np.ndarray, probabilities: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Shape (n_rows,): -ln(probability given to the true category), in nats; of one not known, of 1e-12."""
    place = {name: number for number, name in enumerate(classes)}
    given = [probabilities[row, place[name]] if name in place else 0.0 for row, name in enumerate(truth)]
    return np.asarray(-np.log(np.clip(given, _TINY, 1.0)))


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
    """Equal-width bins of confidence, the empty ones left out."""
    number = np.clip((np.asarray(confidence) * bins).astype(int), 0, bins - 1)
    return tuple(
        ReliabilityBin(
            _mean(confidence[number == one]), _mean(correct[number == one]), int((number == one).sum())
        )
        for one in np.unique(number)
    )


def slices(rows: pd.DataFrame, correct: np.ndarray, seen: np.ndarray) -> tuple[Slice, ...]:
    """Accuracy on rows of known and of unknown merchants, and on the newest quarter by date."""
    parts = {"seen_merchants": seen, "unseen_merchants": ~seen, "newest_quarter": newest_quarter(rows)}
    return tuple(Slice(name, _mean(correct[mask]), int(mask.sum())) for name, mask in parts.items())


def money_weights(rows: pd.DataFrame) -> np.ndarray:
    """Shape (n_rows,), >= 0: amounts, made comparable by the mean amount of their currency; 0 where none."""
    amount = rows["amount"].fillna(0.0)
    mean = amount.groupby(rows["currency"]).transform("mean")
    return np.asarray((amount / mean.where(mean > 0, 1.0)).to_numpy(float))


def money_weighted_accuracy(rows: pd.DataFrame, correct: np.ndarray) -> float:
    """Share of the money categorized rightly; nan where no row has an amount."""
    weight = money_weights(rows)
    return float(np.average(correct, weights=weight)) if weight.sum() > 0 else float("nan")


def _seen(rows: pd.DataFrame, seen: Collection[str] | np.ndarray) -> np.ndarray:
    return seen if isinstance(seen, np.ndarray) else rows["merchant"].isin(list(seen)).to_numpy()


def _mean(values: Sequence[float] | np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
