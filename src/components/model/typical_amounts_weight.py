"""Choose the weight of the typical-amount features on a person's newest rows.

The folds of the search hold out whole merchants, for which no typical amount is known. Here the merchants of
the test rows are known, as in use, and only the weight is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import log_softmax

from src.components.dataset.ingestion import labelled_by_person
from src.components.dataset.schema import MODEL_FIELDS
from src.components.features.vectorizer import TransactionFeatures
from src.components.model.candidates import Candidate


@dataclass(frozen=True)
class TypicalAmountsWeight:
    """choices: the first one, unless another is clearly better.

    newest: the share of the rows to test on. *_rows: limits on the number of newest rows used.
    margin: standard errors, clustered by merchant, by which a choice must lower the log loss.
    """

    choices: Sequence[float] = (0.0, 0.3, 1.0)
    newest: float = 0.2
    least_rows: int = 250
    most_rows: int = 4_000
    margin: float = 2.0

    def choose(
        self,
        rows: pd.DataFrame,
        weights: np.ndarray,
        candidate: Candidate,
        temperature: float,
        lexicon: str,
        seed: int,
    ) -> float:
        """rows, weights: of training. temperature: of the candidate."""
        own = rows.assign(weight=weights)[labelled_by_person(rows) & rows["date"].notna()]
        own = own.sort_values(["date", "id"], kind="stable").tail(self.most_rows)
        newest = round(len(own) * (1 - self.newest))
        known, test = own.iloc[:newest], own.iloc[newest:]
        test = test[test["category"].isin(known["category"])]
        if len(own) < self.least_rows or known["category"].nunique() < 2 or test.empty:
            return self.choices[0]
        features = TransactionFeatures(lexicon=lexicon, usual_weight=1.0)
        learn, held_out = features.fit_transform(known[MODEL_FIELDS]), features.transform(test[MODEL_FIELDS])
        columns, losses = features.typical_amount_columns(), []
        for choice in self.choices:
            scale = sparse.diags(np.where(columns, choice, 1.0))
            fitted = candidate.classifier(seed=seed).fit(learn @ scale, known["category"], known["weight"])
            scores = log_softmax(fitted.decision_function(held_out @ scale) / temperature, axis=1)
            right = np.searchsorted(fitted.classes_, test["category"].to_numpy(str))
            losses.append(-scores[np.arange(len(test)), right])
        gains = [gain_in_standard_errors(losses[0] - loss, test["merchant"].to_numpy()) for loss in losses]
        best = int(np.argmax(gains))
        return self.choices[best] if gains[best] > self.margin else self.choices[0]


def gain_in_standard_errors(gains: np.ndarray, merchants: np.ndarray) -> float:
    """The mean gain in standard errors, clustered by merchant."""
    sums = pd.Series(gains).groupby(merchants).sum().to_numpy()
    spread = float(np.sqrt(np.square(sums).sum()))
    return float(sums.sum()) / spread if spread else 0.0
