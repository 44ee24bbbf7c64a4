"""The training rows of a model search: folds, and how much each row counts in comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from src.components.dataset.ingestion import labelled_by_person
from src.components.dataset.lexicon_training_rows import hidden_phrases
from src.components.dataset.own_category_names import LexiconRenaming
from src.components.dataset.schema import MODEL_FIELDS
from src.components.dataset.splitting import is_among, learns_for
from src.components.features.token_counts import TokenCounts
from src.components.features.vectorizer import TransactionFeatures
from src.components.model.candidates import Fold
from src.domain.feedback import LabelSource
from src.errors import NotEnoughData

KNOWN, NEW_MERCHANT, NEW_CATEGORY = range(3)


@dataclass(frozen=True)
class DeploymentWeights:
    """Weights of held-out rows, so that they represent a person's next transactions.

    prior: pseudo-rows added to known and to new merchants.
    new_categories: the same for new categories, as a share of `prior`. In the histories of
    docs/measurements.md at most one new merchant in eight had a new category.
    """

    prior: float = 1.0
    new_categories: float = 0.125

    def weights(self, row_kinds: np.ndarray, sample: np.ndarray) -> np.ndarray:
        """Weights, mean 1, that give each kind the share it has in `sample`.

        kinds: int, shape (n_rows,), as of `row_kinds`. sample: bool, shape (n_rows,), rows predicted as in
        use; without any, all weights are 1.
        """
        if not sample.any():
            return np.ones(len(row_kinds))
        counts = np.bincount(row_kinds, minlength=3)
        pseudo_rows = self.prior * np.array([1, 1, self.new_categories])
        target = np.bincount(row_kinds[sample], minlength=3) + pseudo_rows
        weights = np.divide(target, counts, out=np.zeros(3), where=counts > 0)[row_kinds]
        return np.asarray(weights / weights.mean())


class SelectionRows:
    """Every array has shape (n_rows,)."""

    def __init__(
        self,
        rows: pd.DataFrame,
        weights: np.ndarray,
        folds: np.ndarray,
        judged: np.ndarray,
        subjects: np.ndarray,
        excluded: np.ndarray,
        deployment: DeploymentWeights,
        renaming: LexiconRenaming | None,
        lexicon: str,
    ) -> None:
        """Arguments as in `Search.run`. Raises NotEnoughData if no fold leaves rows to learn from."""
        self.rows, self.weights, self.subjects, self._excluded = rows, weights, subjects, excluded
        categories, answered = rows["category"].to_numpy(str), folds >= 0
        self.classes, self.truth = np.unique(categories, return_inverse=True)
        """str, shape (n_classes,); and int: each row's column in it."""
        self.judged = answered & judged if (answered & judged).any() else answered
        """bool: rows whose predictions compare the candidates."""
        # The lexicon does not know a person's own name as long as no row of that category is known.
        known = categories if renaming is None else renaming.original_categories.astype(str)
        kinds = row_kinds(known, folds, subjects, excluded)
        self.as_in_use = excluded == ""
        """bool: rows predicted as in use, by a model that knows the older rows of their merchants."""
        self.judge_weights = _lexicon_scaled(rows, weights)
        """How much each row counts in the comparison of the candidates."""
        self.judge_weights[self.judged] *= deployment.weights(kinds[self.judged], self.as_in_use[self.judged])
        new = self.judged & (kinds != KNOWN)
        self.calibrating = new if new.any() else self.judged
        """bool: the judged rows of merchants new to the model. The memory decides for the others."""
        measured = np.where(self.calibrating, self.judge_weights, 0.0)
        in_use = self.as_in_use.any()
        self.calibration_weights = measured * self.calibrating.sum() / measured.sum() if in_use else measured
        """How many transactions each row represents where confidence is measured; 0 outside `calibrating`."""
        self.hidden = hidden_phrases(rows)
        self._renaming, self._lexicon = renaming, lexicon
        self.held_out = self._held_out(folds)
        """bool, one array per fold with judged rows: rows as in use first, then the one with most of them."""

    def judged_in(self, position: int) -> np.ndarray:
        """bool: the judged rows of a fold. position: in `held_out`."""
        return np.asarray(self.judged & self.held_out[position])

    def fold(self, position: int) -> Fold:
        """position: in `held_out`."""
        held_out, tested = self.held_out[position], self.judged_in(position)
        learns, categories = learns_for(held_out, self.subjects, self._excluded), self.rows["category"]
        if self._renaming:  # a merchant that is held out has no vote on the names
            categories = pd.Series(self._renaming.categories(learns), self.rows.index)
            learns = learns & categories.isin(self.classes).to_numpy()
        features, counts = TransactionFeatures(lexicon=self._lexicon), self._counts
        return Fold(
            X_train=features.fit_counts(counts, np.flatnonzero(learns)),
            y_train=categories.to_numpy(str)[learns],
            weights=self.weights[learns],
            X_test=features.transform_counts(counts, np.flatnonzero(tested)),
        )

    def features(self, usual_weight: float) -> tuple[TransactionFeatures, sparse.csr_matrix]:
        """Fitted on all rows, and their values for these. No fold is needed afterwards."""
        features, rows = TransactionFeatures(lexicon=self._lexicon, usual_weight=usual_weight), self.rows
        if not usual_weight:
            values = features.fit_counts(self._counts, np.arange(len(rows)))
            del self._counts
            return features, values
        del self._counts  # they lack the typical amounts
        own = labelled_by_person(rows).to_numpy()
        return features, features.fit_transform(rows[MODEL_FIELDS], hidden=self.hidden, own=own)

    @cached_property
    def _counts(self) -> TokenCounts:
        """Counted once for all folds."""
        features = TransactionFeatures(lexicon=self._lexicon)
        return features.counts(self.rows[MODEL_FIELDS], self.hidden)

    def _held_out(self, folds: np.ndarray) -> list[np.ndarray]:
        numbers = [number for number in np.unique(folds[folds >= 0]) if (folds != number).any()]
        if not numbers:
            raise NotEnoughData(need=2, have=len(folds))
        judged, in_use = self.judged, self.judged & self.as_in_use
        held_out = [fold for number in numbers if (judged & (fold := folds == number)).any()]
        return sorted(held_out, key=lambda fold: (not (in_use & fold).any(), -(judged & fold).sum()))


def row_kinds(
    categories: np.ndarray, folds: np.ndarray, subjects: np.ndarray, excluded: np.ndarray
) -> np.ndarray:
    """Shape (n_rows,): KNOWN if the model predicting the row has seen its merchant, NEW_CATEGORY if it has
    seen neither merchant nor category and so cannot be right, else NEW_MERCHANT.

    categories, subjects, excluded: str, shape (n_rows,). folds: int, shape (n_rows,), negative for none.
    """
    kinds = np.full(len(folds), NEW_MERCHANT)
    for fold in np.unique(folds[folds >= 0]):
        inside = folds == fold
        learns = learns_for(inside, subjects, excluded)
        kinds[inside & ~is_among(categories, categories[learns])] = NEW_CATEGORY
        kinds[inside & is_among(subjects, subjects[learns])] = KNOWN
    return kinds


def _lexicon_scaled(rows: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    """1 for a person's rows; the lexicon's rows by their sample weights, with mean 1."""
    shipped = (rows["source"] == LabelSource.KNOWLEDGE.value).to_numpy()
    return np.where(shipped, weights / (weights[shipped].mean() if shipped.any() else 1.0), 1.0)
