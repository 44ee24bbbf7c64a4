"""Two simple rules that a model has to beat: the most frequent category, and a lookup by merchant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import labelled_by_person


@dataclass(frozen=True)
class Baselines:
    most_frequent: str
    by_merchant: Mapping[str, str]

    @classmethod
    def fit(cls, rows: pd.DataFrame) -> Self | None:
        """Fit on the rows a person labelled; None if there are none.

        The lexicon's rows do not count: there are tens of thousands of them, in categories that this person
        may never use.

        rows: training rows, needs `source`, `merchant` and `category`; ties go to the alphabetically first.
        """
        own = rows[labelled_by_person(rows)]
        if own.empty:
            return None
        named = own[own["merchant"] != ""]
        counts = named.groupby(["merchant", "category"], observed=True).size().reset_index(name="n")
        first = counts.sort_values(["n", "category"], ascending=[False, True]).drop_duplicates("merchant")
        by_merchant = dict(zip(first["merchant"], first["category"], strict=True))
        return cls(str(own["category"].mode().iloc[0]), by_merchant)

    def majority(self, rows: pd.DataFrame) -> np.ndarray:
        """Shape (n_rows,), str: the same category for all."""
        return np.full(len(rows), self.most_frequent, dtype=object)

    def lookup(self, rows: pd.DataFrame) -> np.ndarray:
        """Shape (n_rows,), str: the category this merchant mostly had, else the most frequent one."""
        return np.asarray(rows["merchant"].map(self.by_merchant).fillna(self.most_frequent), dtype=object)
