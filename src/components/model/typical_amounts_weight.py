"""How much a person's usual amounts are worth to their model: found on their newest rows, or nothing.

The folds of the search hold out whole merchants, so what is usual at a merchant never speaks there. Here the
same merchants are known and asked, as in use, and only the weight is chosen.
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
    """choices: the first one holds unless another is clearly better.

    newest: the share of the rows that is asked. rows: so many of the newest at most, and at least so many.
    margin: standard errors by which a choice must lower the log loss, counted by merchants.
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
        trial: Candidate,
        temperature: float,
        lexicon: str,
        seed: int,
    ) -> float:
        """rows, weights: of training. trial, temperature: of the candidate whose model it is for."""
        own = rows.assign(weight=weights)[labelled_by_person(rows) & rows["date"].notna()]
        own = own.sort_values(["date", "id"], kind="stable").tail(self.most_rows)
        newest = round(len(own) * (1 - self.newest))
        known, asked = own.iloc[:newest], own.iloc[newest:]
        asked = asked[asked["category"].isin(known["category"])]
        if len(own) < self.least_rows or known["category"].nunique() < 2 or asked.empty:
            return self.choices[0]
        losses = self._losses(known, asked, trial, temperature, lexicon, seed)
        gains = [gain_in_standard_errors(losses[0] - loss, asked["merchant"].to_numpy()) for loss in losses]
        best = int(np.argmax(gains))
        return self.choices[best] if gains[best] > self.margin else self.choices[0]

    def _losses(
        self,
        known: pd.DataFrame,
        asked: pd.DataFrame,
        trial: Candidate,
        temperature: float,
        lexicon: str,
        seed: int,
    ) -> list[np.ndarray]:
        """For each choice the log loss of each row asked."""
        features = TransactionFeatures(lexicon=lexicon, usual_weight=1.0)
        learn, ask = features.fit_transform(known[MODEL_FIELDS]), features.transform(asked[MODEL_FIELDS])
        usual, losses = features.usual_columns(), []
        for choice in self.choices:
            scale = sparse.diags(np.where(usual, choice, 1.0))
            fitted = trial.classifier(seed=seed).fit(learn @ scale, known["category"], known["weight"])
            scores = log_softmax(fitted.decision_function(ask @ scale) / temperature, axis=1)
            right = np.searchsorted(fitted.classes_, asked["category"].to_numpy(str))
            losses.append(-scores[np.arange(len(asked)), right])
        return losses


def gain_in_standard_errors(gains: np.ndarray, merchants: np.ndarray) -> float:
    """The mean gain in standard errors, by merchants: rows of one gain together."""
    sums = pd.Series(gains).groupby(merchants).sum().to_numpy()
    spread = float(np.sqrt(np.square(sums).sum()))
    return float(sums.sum()) / spread if spread else 0.0
