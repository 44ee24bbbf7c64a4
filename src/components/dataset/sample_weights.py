"""One weight per training row: class balance x source x recency. Rows are never copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pandas as pd

from src.components.dataset.lexicon_training_rows import hidden_phrases
from src.domain.categories import CategoryProfile
from src.domain.feedback import LabelSource
from src.errors import NotEnoughData

BY_SOURCE: Mapping[str, float] = MappingProxyType(
    {
        LabelSource.FEEDBACK.value: 1.0,
        LabelSource.IMPORT.value: 0.5,
        LabelSource.SIMILAR.value: 0.5,
        LabelSource.ONCE.value: 0.5,
        LabelSource.KNOWLEDGE.value: 0.1,
    }
)


@dataclass(frozen=True)
class SampleWeights:
    half_life_days: float = 365.0
    recency_floor: float = 0.25
    """Minimum recency weight of an old label."""
    balance: float = 0.5
    """0: categories count by their rows; 1: all categories count the same."""
    repeats: int = 24
    """Equal rows count together at most as this many, and those of one day as one."""
    most: float = 10.0
    """Maximum weight, relative to the average row."""
    trial_rows: int = 25
    """After this many rows of a person, a shipped category they never use counts half, then less."""
    due_rows: float = 2.0
    """Such a category counts half once this many rows of it were expected by its share, then less."""
    by_source: Mapping[str, float] = field(default_factory=lambda: BY_SOURCE)

    def compute(
        self,
        rows: pd.DataFrame,
        now: datetime,
        habits: Mapping[str, CategoryProfile] | None = None,
        named: np.ndarray | None = None,
    ) -> np.ndarray:
        """Shape (n_rows,), positive, with a mean of 1 weighted by the weights themselves.

        With a plain mean, thousands of rows of little weight would raise the others, which would overfit.

        rows: needs `id`, `category`, `source`, `labelled_at` (UTC), `group`, `date`.
        habits: by category, its share of a person's transactions, in total and at merchants outside the
        lexicon; the lexicon's rows are weighted to these shares. None weighs categories equally.
        named: shape (n_rows,), the categories that are learned, where some of the lexicon's rows carry a
        person's own name (`own_category_names.py`); None is those in `rows`.
        Raises NotEnoughData when empty.
        """
        if rows.empty:
            raise NotEnoughData(need=1, have=0)
        by_source = rows["source"].map(dict(self.by_source)).to_numpy(float)
        weights = by_source * self._recency(rows, now) * self._repeats(rows)
        shipped = (rows["source"] == LabelSource.KNOWLEDGE.value).to_numpy()
        learned = rows["category"] if named is None else pd.Series(named, index=rows.index)
        used = set(learned[~shipped]) | set(rows["category"][shipped & (learned != rows["category"])])
        weights[shipped] *= self._in_use(learned, shipped, used, habits or {})[shipped]
        if not habits:
            return self._bounded(weights * self._balance(rows, weights))
        weights[shipped] *= _to_shares(rows[shipped], habits)
        if not shipped.all():
            weights[~shipped] *= self._balance(rows[~shipped], weights[~shipped])
        return self._bounded(weights)

    def _recency(self, rows: pd.DataFrame, now: datetime) -> np.ndarray:
        """1 for a label of today, 0.5 after a half-life, at least the floor; 1 for the lexicon."""
        age = (pd.Timestamp(now) - rows["labelled_at"]).dt.total_seconds().to_numpy(float) / 86_400
        halved = np.exp2(-np.clip(np.nan_to_num(age, nan=0.0), 0, None) / self.half_life_days)
        return np.asarray(np.maximum(halved, self.recency_floor))

    def _repeats(self, rows: pd.DataFrame) -> np.ndarray:
        equal = ["group", "source", "category"]
        of_a_day = rows.groupby([*equal, "date"], observed=True)["source"].transform("size")
        once = (1.0 / of_a_day).fillna(1.0)  # rows without a date
        equal_rows = once.groupby([rows[name] for name in equal], observed=True).transform("sum")
        shared = (once * np.minimum(1.0, self.repeats / equal_rows)).to_numpy(float)
        return np.where(rows["source"] == LabelSource.KNOWLEDGE.value, 1.0, shared)

    def _in_use(
        self,
        categories: pd.Series,
        shipped: np.ndarray,
        used: set[str],
        habits: Mapping[str, CategoryProfile],
    ) -> np.ndarray:
        """Lower weights for shipped categories that the person does not use.

        A person with other category names should not get the shipped ones; the lexicon still contributes as
        a feature, and their rows show what they call its categories.
        used: the person's categories, and those of which they named some types: what they call the others is
        not known yet.
        """
        in_shipped_categories = categories[~shipped].isin(set(categories[shipped])).sum()
        share = (in_shipped_categories + self.trial_rows) / ((~shipped).sum() + self.trial_rows)
        total = sum(habit.share for habit in habits.values())
        expected = {name: (~shipped).sum() * habit.share / total for name, habit in habits.items()}
        share = share * self.due_rows / (self.due_rows + categories.map(expected).fillna(0.0).to_numpy(float))
        return np.where(categories.isin(used), 1.0, share)

    def _balance(self, rows: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
        """Balances categories by their total weight, not by their number of rows."""
        mass = pd.Series(weights).groupby(rows["category"].to_numpy()).transform("sum").to_numpy(float)
        return np.asarray((mass.mean() / mass) ** self.balance)

    def _bounded(self, weights: np.ndarray) -> np.ndarray:
        weights = weights / weights.mean()
        weights = np.minimum(weights, self.most)
        return np.asarray(weights / (np.square(weights).sum() / weights.sum()))


def _to_shares(rows: pd.DataFrame, habits: Mapping[str, CategoryProfile]) -> np.ndarray:
    """Factors, mean 1, that turn the row counts of the categories into their shares.

    Rows whose phrase is hidden from the lexicon use the category's share at unlisted merchants.
    """
    categories, hidden = rows["category"], pd.Series(hidden_phrases(rows) != "", index=rows.index)
    counts = categories.groupby([categories, hidden]).transform("size").to_numpy(float)
    listed = categories.map({name: habit.share for name, habit in habits.items()}).fillna(1.0)
    unlisted = categories.map({name: habit.unlisted for name, habit in habits.items()}).fillna(1.0)
    target = np.where(hidden, unlisted, listed).astype(float) / counts
    return np.asarray(target / target.mean())
