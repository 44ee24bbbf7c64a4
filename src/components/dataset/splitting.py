"""Who trains and who judges: the permanent hold-out, and folds for the search."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.components.dataset.holdout import is_sampled
from src.components.dataset.ingestion import labelled_by_person
from src.domain.feedback import LabelSource
from src.errors import NotEnoughData

_JUDGES = (LabelSource.FEEDBACK.value, LabelSource.IMPORT.value)


@dataclass(frozen=True)
class Split:
    training: np.ndarray
    """bool, shape (n_rows,): rows a model may learn from."""
    judging: np.ndarray
    """bool, shape (n_rows,): the permanent hold-out rows that judge champion and challenger."""
    folds: np.ndarray
    """int, shape (n_training,): the fold of each training row, 0 .. k-1, none of them empty. The last one is
    the newest rows where a person has given enough of them; without dates, a part drawn by hash."""
    subjects: np.ndarray
    """str, shape (n_training,): what each row is about, such as its merchant."""
    excluded: np.ndarray
    """str, shape (n_training,): the subject that a model which answers for the row has not learned of, so
    that the merchant is new to it; "" in the last fold, where the older rows of a merchant are known."""
    scored: np.ndarray
    """bool, shape (n_training,): whose out-of-fold predictions choose among the candidates."""
    scored_by_person: bool
    """Whether these are a person's rows alone."""


@dataclass(frozen=True)
class Splitting:
    folds: int = 3
    newest: float = 0.2
    """The share of a person's rows, by date, that is a fold of its own, answered by older rows alone."""
    min_scored: int = 50
    """With at least so many training rows of a person, these alone choose the candidate; else all rows do."""

    def split(self, rows: pd.DataFrame) -> Split:
        """rows: needs `holdout`, `source`, `group`. Raises NotEnoughData where no two groups can train.

        A row of the lexicon never judges. What a person set for a whole merchant (`similar`) judges nobody,
        for one click would count many times; where it is held out it trains nobody either. A training row
        that says the same as a held-out one (it was edited into it) does not train.
        """
        person = labelled_by_person(rows).to_numpy()
        held = rows["holdout"].to_numpy(bool) & person
        twin = rows["group"].isin(rows["group"][held]).to_numpy() & person
        training = ~held & ~twin
        scored = person[training]
        enough = bool(scored.sum() >= self.min_scored)
        newest = self._newest(rows[training], scored) if enough else np.zeros(len(scored), bool)
        subjects = _subjects(rows[training])
        folds = self._folds(subjects, newest)
        if not enough:
            scored = np.ones(len(scored), bool)
        return Split(
            training,
            held & rows["source"].isin(_JUDGES).to_numpy(),
            folds,
            subjects.to_numpy(object),
            np.where(newest, "", subjects.to_numpy(object)),
            scored,
            enough,
        )

    def _newest(self, rows: pd.DataFrame, person: np.ndarray) -> np.ndarray:
        """bool, one per row: a person's newest ones; without dates that tell them apart, drawn by hash."""
        newest = np.zeros(len(rows), bool)
        dates = rows["date"][person]
        newest[person] = (dates > dates.quantile(1 - self.newest)).to_numpy()
        if not newest.any():
            newest[person] = [
                is_sampled(f"newest\x1f{group}", self.newest) for group in rows["group"][person]
            ]
        return newest

    def _folds(self, subjects: pd.Series, newest: np.ndarray) -> np.ndarray:
        """By a hash of the subject, which so keeps its fold from run to run; empty folds are closed up."""
        older = self.folds - 1 if newest.any() else self.folds
        by_subject = {subject: _fold(subject, older) for subject in subjects.unique()}
        if len(by_subject) < 2:
            raise NotEnoughData(need=2, have=len(by_subject))
        if len(set(by_subject.values())) < 2:  # a handful of them may hash alike: deal them out instead
            by_subject = {subject: number % 2 for number, subject in enumerate(sorted(by_subject))}
        folds = np.where(newest, self.folds, subjects.map(by_subject).to_numpy(int))
        return np.unique(folds, return_inverse=True)[1]


def learns_for(held_out: np.ndarray, subjects: np.ndarray, excluded: np.ndarray) -> np.ndarray:
    """bool, one per row: which rows a model learns from that answers for `held_out`."""
    # pandas hashes the texts; np.isin compares each with each, which takes seconds for 30,000 rows.
    return ~(held_out | pd.Series(subjects).isin(excluded[held_out]).to_numpy())


def _subjects(rows: pd.DataFrame) -> pd.Series:
    """The merchant of a person's row, else what stands in it; the entry of a row of the lexicon."""
    named = labelled_by_person(rows) & (rows["merchant"] != "")
    subjects = rows["group"].where(~named, "merchant\x1f" + rows["merchant"])
    return subjects if subjects.nunique() > 1 else rows["group"]


def _fold(group: str, folds: int) -> int:
    digest = hashlib.sha256(b"fold\x1f" + group.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % folds
