"""The components of a training run, and what each stage passes to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Protocol

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import Ingestion, Snapshot, labelled_by_person
from src.components.dataset.lexicon_training_rows import StatementWriter
from src.components.dataset.own_category_names import OwnCategoryNames
from src.components.dataset.possible_mistakes import CategoryRelabels, LabelConflicts
from src.components.dataset.preparation import Transformation, Validation
from src.components.dataset.row_limit import RowLimit
from src.components.dataset.sample_weights import SampleWeights
from src.components.dataset.schema import ROW_COLUMNS
from src.components.dataset.splitting import Splitting, TrainTestSplit
from src.components.evaluation.metrics import predicted_categories
from src.components.model.model_selection import Search, SearchResult
from src.components.model.smoke_transactions import SmokeSample
from src.components.model.thresholds import BandThresholds
from src.components.promotion.automatic_share import AutomationShare
from src.components.promotion.rule import PromotionRule
from src.domain.models import Bundle
from src.domain.training_runs import SetAside
from src.domain.verdicts import JudgedOn
from src.pipeline.training.evaluate import EvaluatedRows, ModelEvaluator


@dataclass(frozen=True)
class Steps:
    """The components of a run with their settings, in the order in which they run.

    The names of fields and settings are logged with each run, and compared when a run is repeated.
    """

    statements: StatementWriter = field(default_factory=StatementWriter)
    contradictions: LabelConflicts = field(default_factory=LabelConflicts)
    moves: CategoryRelabels = field(default_factory=CategoryRelabels)
    row_limit: RowLimit = field(default_factory=RowLimit)
    ingestion: Ingestion = field(default_factory=Ingestion)
    validation: Validation = field(default_factory=Validation)
    transformation: Transformation = field(default_factory=Transformation)
    splitting: Splitting = field(default_factory=Splitting)
    own_names: OwnCategoryNames = field(default_factory=OwnCategoryNames)
    weights: SampleWeights = field(default_factory=SampleWeights)
    search: Search = field(default_factory=Search)
    judging: ModelEvaluator = field(default_factory=ModelEvaluator)
    probe: SmokeSample = field(default_factory=SmokeSample)
    automation: AutomationShare = field(default_factory=AutomationShare)
    promotion: PromotionRule = field(default_factory=PromotionRule)


@dataclass(frozen=True)
class PreparedData:
    """The rows of a run, split into training and judging rows."""

    rows: pd.DataFrame
    split: TrainTestSplit
    snapshot: Snapshot
    set_aside: dict[SetAside, int]
    lexicon_share: float = 1.0
    """Of the lexicon's rows, those that are used."""

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
    def rows_sha256(self) -> str:
        """Hash of the rows and of their split."""
        digest = sha256(pd.util.hash_pandas_object(self.rows[ROW_COLUMNS], index=False).to_numpy().tobytes())
        digest.update(self.split.training.tobytes())
        digest.update(self.split.judging.tobytes())
        return digest.hexdigest()

    @property
    def labelled_until(self) -> datetime | None:
        """When the newest label was given."""
        newest = self.rows["labelled_at"].max()
        return None if pd.isna(newest) else newest.to_pydatetime()


@dataclass(frozen=True)
class TrainedModel:
    """The challenger, and how it does on the permanent hold-out and on out-of-fold rows."""

    result: SearchResult
    bands: BandThresholds
    held_out: EvaluatedRows
    out_of_fold: EvaluatedRows
    enough: int
    """From this number of hold-out rows on, they are used instead of the out-of-fold rows."""

    def answers(self, rows: pd.DataFrame) -> np.ndarray:
        return predicted_categories(self.result.model, rows)

    @property
    def judged(self) -> EvaluatedRows:
        """The hold-out if it is large enough, else the out-of-fold rows."""
        return self.held_out if self.held_out.scores.rows >= self.enough else self.out_of_fold

    @property
    def measured_on(self) -> JudgedOn:
        """Which rows `judged` and `metrics` are about."""
        return JudgedOn.HOLDOUT if self.judged is self.held_out else self.cross_validated_on

    @property
    def cross_validated_on(self) -> JudgedOn:
        """The rows of `out_of_fold`: a person's alone, or with the lexicon's while those are few."""
        rows = self.out_of_fold.rows
        return JudgedOn.CROSSVAL if len(rows) and labelled_by_person(rows).all() else JudgedOn.LEXICON

    @cached_property
    def metrics(self) -> dict[str, float]:
        """The version's own figures, on the rows that `measured_on` names; finite ones only."""
        metrics = self.judged.metrics("")
        return {name: value for name, value in metrics.items() if np.isfinite(value)}


@dataclass(frozen=True)
class StoredModel:
    """The champion, or an earlier version, loaded from the store."""

    version: str
    bundle: Bundle

    def answers(self, rows: pd.DataFrame) -> np.ndarray:
        return predicted_categories(self.bundle.pipeline, rows)

    @property
    def labels(self) -> int:
        return int(self.bundle.about.get("labels", 0))

    @property
    def labelled_until(self) -> pd.Timestamp | None:
        until = self.bundle.about.get("labelled_until")
        return pd.Timestamp(until) if until else None


def bundle_of(data: PreparedData, trained: TrainedModel, *, run_id: str, trained_at: datetime) -> Bundle:
    until = data.labelled_until
    about = {
        "run_id": run_id,
        "trained_at": trained_at.isoformat(),
        "data_sha256": data.snapshot.sha256,
        "labels": len(data.learned),
        "labels_by_category": Counter(data.learned["category"].tolist()),
        "labelled_until": until.isoformat() if until else None,
        "classes": list(trained.result.classes),
        "candidate": trained.result.best.name,
        "metrics": trained.metrics,
        "measured_on": trained.measured_on.value,
    }
    return Bundle(trained.result.model, trained.bands.to_dict(), about)


class BundleFormat(Protocol):
    """Writes and reads bundles; `services/models/bundle.py`."""

    @property
    def TRUSTED(self) -> Sequence[str]: ...  # noqa: N802  the name of a module's constant
    def dumps(self, bundle: Bundle) -> bytes: ...
    def loads(self, data: bytes, sha256: str) -> Bundle: ...
