"""The training rows of a model search: folds, and how much each row counts in comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from src.components.dataset.deployment_weights import KNOWN, DeploymentWeights, row_kinds
from src.components.dataset.lexicon_training_rows import hidden_phrases
from src.components.dataset.own_category_names import LexiconRenaming
from src.components.dataset.splitting import learns_for
from src.components.model.candidates import Fold
from src.domain.feedback import LabelSource
from src.errors import NotEnoughData


@dataclass(frozen=True)
class SelectionRows:
    """Every array has shape (n_rows,)."""

    rows: pd.DataFrame
    weights: np.ndarray
    """Sample weights of every fit."""
    classes: np.ndarray
    """str, shape (n_classes,)."""
    truth: np.ndarray
    """int: each row's column in `classes`."""
    subjects: np.ndarray
    excluded: np.ndarray
    as_in_use: np.ndarray
    """bool: rows predicted as in use, by a model that knows the older rows of their merchants."""
    judged: np.ndarray
    """bool: rows whose predictions compare the candidates."""
    judge_weights: np.ndarray
    """How much each row counts in that comparison."""
    calibrating: np.ndarray
    """bool: the judged rows of merchants new to the model. The memory decides for the others."""
    calibration_weights: np.ndarray
    """How many transactions each row represents where confidence is measured; 0 outside `calibrating`."""
    hidden: np.ndarray
    renaming: LexiconRenaming | None
    held_out: list[np.ndarray]
    """bool, one array per fold: rows as in use first, then the fold with the most judged rows."""

    @classmethod
    def of(
        cls,
        rows: pd.DataFrame,
        weights: np.ndarray,
        folds: np.ndarray,
        judged: np.ndarray,
        subjects: np.ndarray,
        excluded: np.ndarray,
        deployment: DeploymentWeights,
        renaming: LexiconRenaming | None = None,
    ) -> Self:
        """Arguments as in `Search.run`. Raises NotEnoughData if no fold leaves rows to learn from."""
        categories, answered = rows["category"].to_numpy(str), folds >= 0
        classes, truth = np.unique(categories, return_inverse=True)
        judged = answered & judged if (answered & judged).any() else answered
        # The lexicon does not know a person's own name as long as no row of that category is known.
        known = categories if renaming is None else renaming.given_categories.astype(str)
        kinds, as_in_use = row_kinds(known, folds, subjects, excluded), excluded == ""
        judge_weights = _lexicon_scaled(rows, weights)
        judge_weights[judged] *= deployment.weights(kinds[judged], as_in_use[judged])
        calibrating = judged & (kinds != KNOWN)
        if not calibrating.any():
            calibrating = judged
        measured = np.where(calibrating, judge_weights, 0.0)
        return cls(
            rows=rows,
            weights=weights,
            classes=classes,
            truth=truth,
            subjects=subjects,
            excluded=excluded,
            as_in_use=as_in_use,
            judged=judged,
            judge_weights=judge_weights,
            calibrating=calibrating,
            calibration_weights=(
                measured * calibrating.sum() / measured.sum() if as_in_use.any() else measured
            ),
            hidden=hidden_phrases(rows),
            renaming=renaming,
            held_out=_held_out(folds, judged, as_in_use),
        )

    @property
    def first_fold(self) -> np.ndarray:
        """bool: the judged rows of the first fold, or all of them if none is judged."""
        first = self.judged & self.held_out[0]
        return first if first.any() else self.held_out[0]

    def fold(self, held_out: np.ndarray, lexicon: str) -> Fold:
        learns = learns_for(held_out, self.subjects, self.excluded)
        rows = self.rows
        if self.renaming:  # a merchant that is held out has no vote on the names
            rows = rows.assign(category=self.renaming.categories(learns))
            learns = learns & rows["category"].isin(self.classes).to_numpy()
        return Fold.of(rows, self.weights, held_out, learns, lexicon, self.hidden)


def _held_out(folds: np.ndarray, judged: np.ndarray, as_in_use: np.ndarray) -> list[np.ndarray]:
    numbers = [number for number in np.unique(folds[folds >= 0]) if (folds != number).any()]
    if not numbers:
        raise NotEnoughData(need=2, have=len(folds))
    held_out = [folds == number for number in numbers]
    return sorted(held_out, key=lambda fold: (not (judged & fold & as_in_use).any(), -(judged & fold).sum()))


def _lexicon_scaled(rows: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    """1 for a person's rows; the lexicon's rows by their sample weights, with mean 1."""
    shipped = (rows["source"] == LabelSource.KNOWLEDGE.value).to_numpy()
    return np.where(shipped, weights / (weights[shipped].mean() if shipped.any() else 1.0), 1.0)
