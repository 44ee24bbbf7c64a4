"""What each stage of a training run hands to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import Snapshot, labelled_by_person
from src.components.dataset.splitting import Split
from src.components.evaluation.answers import answers_of
from src.components.model.model_selection import SearchResult
from src.components.model.thresholds import BandThresholds
from src.domain.models import Bundle, ModelVersion, Pointer
from src.domain.verdicts import JudgedOn
from src.pipeline.training.evaluate import Answered


@dataclass(frozen=True)
class Prepared:
    """The rows of a run, and who of them trains and who judges."""

    rows: pd.DataFrame
    split: Split
    snapshot: Snapshot
    set_aside: dict[str, int]

    @cached_property
    def training(self) -> pd.DataFrame:
        return self.rows[self.split.training].reset_index(drop=True)

    @cached_property
    def judging(self) -> pd.DataFrame:
        return self.rows[self.split.judging].reset_index(drop=True)

    @cached_property
    def yours(self) -> pd.DataFrame:
        """The rows a person labelled."""
        return self.rows[labelled_by_person(self.rows)].reset_index(drop=True)

    @cached_property
    def learned(self) -> pd.DataFrame:
        """The training rows a person labelled."""
        return self.training[labelled_by_person(self.training)]

    @property
    def labelled_until(self) -> datetime | None:
        """When the newest label was given."""
        newest = self.rows["labelled_at"].max()
        return None if pd.isna(newest) else newest.to_pydatetime()


@dataclass(frozen=True)
class Trained:
    """The challenger, and how it does on the permanent hold-out and on out-of-fold rows."""

    result: SearchResult
    bands: BandThresholds
    held_out: Answered
    out_of_fold: Answered
    enough: int
    """Hold-out rows from which on they, and not the out-of-fold rows, speak for the model."""

    def answers(self, rows: pd.DataFrame) -> np.ndarray:
        return answers_of(self.result.model, rows)

    @property
    def judged(self) -> Answered:
        """The hold-out where it is large enough to say something, else the out-of-fold rows."""
        return self.held_out if self.held_out.report.scores.rows >= self.enough else self.out_of_fold

    @property
    def measured_on(self) -> JudgedOn:
        """Which rows `judged` and `metrics` are about."""
        return JudgedOn.HOLDOUT if self.judged is self.held_out else self.cross_validated_on

    @property
    def cross_validated_on(self) -> JudgedOn:
        """Which rows `out_of_fold` is of: a person's alone, or with the lexicon's while they are few."""
        rows = self.out_of_fold.rows
        return JudgedOn.CROSSVAL if len(rows) and labelled_by_person(rows).all() else JudgedOn.LEXICON

    @cached_property
    def metrics(self) -> dict[str, float]:
        """The version's own figures, on the rows that `measured_on` names; finite ones only."""
        found = self.judged.metrics("")
        return {name: value for name, value in found.items() if np.isfinite(value)}


class _Kept:
    """A model that is kept, as the judge sees it."""

    bundle: Bundle

    def answers(self, rows: pd.DataFrame) -> np.ndarray:
        return answers_of(self.bundle.pipeline, rows)

    @property
    def labels(self) -> int:
        return int(self.bundle.about.get("labels", 0))

    @property
    def labelled_until(self) -> pd.Timestamp | None:
        until = self.bundle.about.get("labelled_until")
        return pd.Timestamp(until) if until else None


@dataclass(frozen=True)
class Champion(_Kept):
    """The model that serves."""

    pointer: Pointer
    bundle: Bundle

    @property
    def version(self) -> str:
        return self.pointer.version


@dataclass(frozen=True)
class EarlierVersion(_Kept):
    """One that does not serve."""

    kept: ModelVersion
    bundle: Bundle

    @property
    def version(self) -> str:
        return self.kept.version
