"""One weight per training row: class balance x source x recency. Rows are never copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pandas as pd

from src.components.dataset.lexicon_training_rows import hidden_phrases
from src.domain.feedback import LabelSource
from src.domain.lexicon import Habit
from src.errors import NotEnoughData

BY_SOURCE: Mapping[str, float] = MappingProxyType(
    {
        LabelSource.FEEDBACK.value: 1.0,
        LabelSource.IMPORT.value: 0.5,
        LabelSource.SIMILAR.value: 0.5,
        LabelSource.KNOWLEDGE.value: 0.1,
    }
)


@dataclass(frozen=True)
class SampleWeights:
    half_life_days: float = 365.0
    recency_floor: float = 0.25
    """An old label is still a label: its recency counts at least this much."""
    balance: float = 0.5
    """0: categories count by their rows; 1: every category counts the same."""
    repeats: int = 24
    """Equal rows count together at most as this many, and those of one day as one: copies are no answers."""
    most: float = 10.0
    """No row weighs more than this many average rows."""
    trial_rows: int = 25
    """After so many rows of a person, a shipped category not one of them is in counts half, and ever less."""
    due_rows: float = 2.0
    """Such a category counts half once so many rows of it were due by its share, and ever less."""
    by_source: Mapping[str, float] = field(default_factory=lambda: BY_SOURCE)

    def compute(
        self, rows: pd.DataFrame, now: datetime, habits: Mapping[str, Habit] | None = None
    ) -> np.ndarray:
        """Return shape (n_rows,), positive; the rows that count, as far as they count, weigh 1 on average.

        So thousands of rows that hardly count make no others heavier, which would fit those too closely.

        rows: needs `id`, `category`, `source`, `labelled_at` (UTC), `group`, `date`.
        Raises NotEnoughData when empty.
        habits: by category, how many of a person's transactions are of it, and how many of those at merchants
        that no list holds; None is all alike. The lexicon's rows together weigh so, however many phrases it
        holds of a category.
        """
        if rows.empty:
            raise NotEnoughData(need=1, have=0)
        worth = self._by_source(rows) * self._recency(rows, now) * self._repeats(rows)
        shipped = (rows["source"] == LabelSource.KNOWLEDGE.value).to_numpy()
        worth[shipped] *= self._in_use(rows["category"], shipped, habits or {})[shipped]
        if not habits:
            return self._bounded(worth * self._balance(rows, worth))
        worth[shipped] *= _to_shares(rows[shipped], habits)
        if not shipped.all():
            worth[~shipped] *= self._balance(rows[~shipped], worth[~shipped])
        return self._bounded(worth)

    def _by_source(self, rows: pd.DataFrame) -> np.ndarray:
        return rows["source"].map(dict(self.by_source)).fillna(min(self.by_source.values())).to_numpy(float)

    def _recency(self, rows: pd.DataFrame, now: datetime) -> np.ndarray:
        """1 for a label of today, 0.5 after a half-life, never below the floor; 1 for the lexicon."""
        age = (pd.Timestamp(now) - rows["labelled_at"]).dt.total_seconds().to_numpy(float) / 86_400
        halved = np.exp2(-np.clip(np.nan_to_num(age, nan=0.0), 0, None) / self.half_life_days)
        return np.maximum(halved, self.recency_floor)

    def _repeats(self, rows: pd.DataFrame) -> np.ndarray:
        equal = ["group", "source", "category"]
        of_a_day = rows.groupby([*equal, "date"], observed=True)["source"].transform("size")
        once = (1.0 / of_a_day).fillna(1.0)  # of rows without a date nobody knows
        alike = once.groupby([rows[name] for name in equal], observed=True).transform("sum")
        shared = (once * np.minimum(1.0, self.repeats / alike)).to_numpy(float)
        return np.where(rows["source"] == LabelSource.KNOWLEDGE.value, 1.0, shared)

    def _in_use(self, categories: pd.Series, shipped: np.ndarray, habits: Mapping[str, Habit]) -> np.ndarray:
        """Whoever names categories in another way is not to be answered with names never used.

        The lexicon's opinion is then heard as a feature: what it calls dining, these rows call by their name.
        """
        used = set(categories[~shipped])
        by_our_names = categories[~shipped].isin(set(categories[shipped])).sum()
        share = (by_our_names + self.trial_rows) / ((~shipped).sum() + self.trial_rows)
        of_all = sum(habit.share for habit in habits.values())
        due = {name: (~shipped).sum() * habit.share / of_all for name, habit in habits.items()}
        share = share * self.due_rows / (self.due_rows + categories.map(due).fillna(0.0).to_numpy(float))
        return np.where(categories.isin(used), 1.0, share)

    def _balance(self, rows: pd.DataFrame, worth: np.ndarray) -> np.ndarray:
        """Categories are balanced by what their rows are worth, not by how many they are."""
        mass = pd.Series(worth).groupby(rows["category"].to_numpy()).transform("sum").to_numpy(float)
        return (mass.mean() / mass) ** self.balance

    def _bounded(self, weights: np.ndarray) -> np.ndarray:
        weights = weights / weights.mean()
        weights = np.minimum(weights, self.most)
        return np.asarray(weights / (np.square(weights).sum() / weights.sum()))


def _to_shares(rows: pd.DataFrame, habits: Mapping[str, Habit]) -> np.ndarray:
    """What turns the row counts of the categories into their shares; the rows weigh together as before.

    A row that is read as if no list held its name weighs by the share of the category among such names.
    """
    categories, hidden = rows["category"], pd.Series(hidden_phrases(rows) != "", index=rows.index)
    counts = categories.groupby([categories, hidden]).transform("size").to_numpy(float)
    listed = categories.map({name: habit.share for name, habit in habits.items()}).fillna(1.0)
    unlisted = categories.map({name: habit.unlisted for name, habit in habits.items()}).fillna(1.0)
    wanted = np.where(hidden, unlisted, listed).astype(float) / counts
    return np.asarray(wanted / wanted.mean())
