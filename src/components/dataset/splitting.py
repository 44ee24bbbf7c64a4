"""Split rows into training and hold-out, and the training rows into folds for the model search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.components.dataset.holdout import hash_of, is_sampled
from src.components.dataset.ingestion import labelled_by_person
from src.domain.feedback import LabelSource
from src.errors import NotEnoughData

_HOLDOUT_SOURCES = (LabelSource.FEEDBACK.value, LabelSource.IMPORT.value)


@dataclass(frozen=True)
class TrainTestSplit:
    training: np.ndarray
    """bool, shape (n_rows,): rows that train models."""
    judging: np.ndarray
    """bool, shape (n_rows,): the hold-out rows that evaluate champion and challenger."""
    folds: np.ndarray
    """int, shape (n_training,): the fold of each training row, 0 .. k-1, none empty. With enough rows of a
    person the last fold is their newest rows, or a hash sample if dates do not tell them apart."""
    subjects: np.ndarray
    """str, shape (n_training,): what each row is about, such as its merchant."""
    excluded: np.ndarray
    """str, shape (n_training,): the subject that the model predicting the row has not learned from, so its
    merchant is new to it; "" in the fold of newest rows, whose merchants may be known."""
    scored: np.ndarray
    """bool, shape (n_training,): rows whose out-of-fold predictions compare the candidates."""
    scored_by_person: bool
    """Whether all of these are a person's rows."""


@dataclass(frozen=True)
class Splitting:
    folds: int = 3
    newest: float = 0.2
    """Share of a person's rows, the newest by date, that form a fold predicted from older rows."""
    min_scored: int = 50
    """With at least this many training rows of a person, only these compare candidates; else all rows do."""

    def split(self, rows: pd.DataFrame) -> TrainTestSplit:
        """rows: needs `holdout`, `source`, `group`. Raises NotEnoughData if fewer than two groups can train.

        Rows of the lexicon are never held out. Held-out `similar` answers neither train nor evaluate, because
        one click would count many times. A training row equal to a held-out one (after an edit) is dropped.
        """
        person = labelled_by_person(rows).to_numpy()
        holdout = rows["holdout"].to_numpy(bool) & person
        duplicate = rows["group"].isin(rows["group"][holdout]).to_numpy() & person
        training = ~holdout & ~duplicate
        scored = person[training]
        enough = bool(scored.sum() >= self.min_scored)
        newest = self._newest(rows[training], scored) if enough else np.zeros(len(scored), bool)
        subjects = _subjects(rows[training])
        folds = self._folds(subjects, newest)
        if not enough:
            scored = np.ones(len(scored), bool)
        return TrainTestSplit(
            training,
            holdout & rows["source"].isin(_HOLDOUT_SOURCES).to_numpy(),
            folds,
            subjects.to_numpy(object),
            np.where(newest, "", subjects.to_numpy(object)),
            scored,
            enough,
        )

    def _newest(self, rows: pd.DataFrame, person: np.ndarray) -> np.ndarray:
        """bool, shape (n_rows,): a person's newest ones, or a hash sample if dates do not tell them apart."""
        newest = np.zeros(len(rows), bool)
        dates = rows["date"][person]
        newest[person] = (dates > dates.quantile(1 - self.newest)).to_numpy()
        if not newest.any():
            newest[person] = [
                is_sampled(f"newest\x1f{group}", self.newest) for group in rows["group"][person]
            ]
        return newest

    def _folds(self, subjects: pd.Series, newest: np.ndarray) -> np.ndarray:
        """By a hash of the subject, so that it keeps its fold from run to run; empty folds are removed."""
        older = self.folds - 1 if newest.any() else self.folds
        by_subject = {subject: hash_of(f"fold\x1f{subject}") % older for subject in subjects.unique()}
        if len(by_subject) < 2:
            raise NotEnoughData(need=2, have=len(by_subject))
        if len(set(by_subject.values())) < 2:  # a few may all have the same hash fold: alternate instead
            by_subject = {subject: number % 2 for number, subject in enumerate(sorted(by_subject))}
        folds = np.where(newest, self.folds, subjects.map(by_subject).to_numpy(int))
        return np.unique(folds, return_inverse=True)[1]


def learns_for(held_out: np.ndarray, subjects: np.ndarray, excluded: np.ndarray) -> np.ndarray:
    """bool, shape (n_rows,): the rows that train the model which predicts `held_out`."""
    return np.asarray(~(held_out | is_among(subjects, excluded[held_out])))


def is_among(texts: np.ndarray, known: np.ndarray) -> np.ndarray:
    """bool, shape (n_texts,). pandas uses a hash table; np.isin takes seconds for 30,000 strings."""
    return np.asarray(pd.Series(texts).isin(known).to_numpy())


def _subjects(rows: pd.DataFrame) -> pd.Series:
    """The merchant of a person's row, if any, else its group; the entry of a lexicon row."""
    has_merchant = labelled_by_person(rows) & (rows["merchant"] != "")
    subjects = rows["group"].where(~has_merchant, "merchant\x1f" + rows["merchant"])
    return subjects if subjects.nunique() > 1 else rows["group"]
