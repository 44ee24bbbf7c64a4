"""Who trains and who judges: the permanent hold-out, and folds for the search."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.components.ingestion import is_of_a_person
from src.domain import LabelSource
from src.errors import NotEnoughData

_JUDGES = (LabelSource.FEEDBACK.value, LabelSource.IMPORT.value)


@dataclass(frozen=True)
class Split:
    training: np.ndarray
    """bool, shape (n_rows,): rows a model may learn from."""
    judging: np.ndarray
    """bool, shape (n_rows,): the permanent hold-out rows that judge champion and challenger."""
    folds: np.ndarray
    """int, shape (n_training,): the fold of each training row, 0 .. k-1, none of them empty."""
    scored: np.ndarray
    """bool, shape (n_training,): whose out-of-fold predictions choose among the candidates."""
    scored_by_person: bool
    """Whether these are a person's rows alone."""


@dataclass(frozen=True)
class Splitting:
    folds: int = 3
    min_scored: int = 50
    """With at least so many training rows of a person, these alone choose the candidate; else all rows do."""

    def split(self, rows: pd.DataFrame) -> Split:
        """rows: needs `holdout`, `source`, `group`. Raises NotEnoughData where no two groups can train.

        A row of the lexicon never judges. What a person set for a whole merchant (`similar`) judges nobody,
        for one click would count many times; where it is held out it trains nobody either. A training row
        that says the same as a held-out one (it was edited into it) does not train.
        """
        person = is_of_a_person(rows).to_numpy()
        held = rows["holdout"].to_numpy(bool) & person
        twin = rows["group"].isin(rows["group"][held]).to_numpy() & person
        training = ~held & ~twin
        folds = self._folds(rows["group"][training])
        scored = person[training]
        enough = bool(scored.sum() >= self.min_scored)
        if not enough:
            scored = np.ones(len(scored), bool)
        return Split(training, held & rows["source"].isin(_JUDGES).to_numpy(), folds, scored, enough)

    def _folds(self, groups: pd.Series) -> np.ndarray:
        """By a hash of the group, so a group keeps its fold from run to run; empty folds are closed up."""
        by_group = {group: _fold(group, self.folds) for group in groups.unique()}
        if len(by_group) < 2:
            raise NotEnoughData(need=2, have=len(by_group))
        if len(set(by_group.values())) < 2:  # a handful of groups may hash alike: deal them out instead
            by_group = {group: number % 2 for number, group in enumerate(sorted(by_group))}
        return np.unique(groups.map(by_group).to_numpy(int), return_inverse=True)[1]


def _fold(group: str, folds: int) -> int:
    digest = hashlib.sha256(b"fold\x1f" + group.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % folds
