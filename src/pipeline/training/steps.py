"""The components of a training run, with their settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from src.components.dataset.category_relabels import CategoryRelabels
from src.components.dataset.ingestion import Ingestion
from src.components.dataset.label_conflicts import LabelConflicts
from src.components.dataset.lexicon_training_rows import StatementWriter
from src.components.dataset.own_category_names import OwnCategoryNames
from src.components.dataset.sample_weights import SampleWeights
from src.components.dataset.splitting import Splitting
from src.components.dataset.transformation import Transformation
from src.components.dataset.validation import Validation
from src.components.evaluation.automation import AutomationShare
from src.components.model.model_selection import Search
from src.components.model.smoke_transactions import SmokeSample
from src.components.promotion.rule import Promotion
from src.pipeline.training.evaluate import Judging


@dataclass(frozen=True)
class Steps:
    """In the order in which they run."""

    statements: StatementWriter = field(default_factory=StatementWriter)
    contradictions: LabelConflicts = field(default_factory=LabelConflicts)
    moves: CategoryRelabels = field(default_factory=CategoryRelabels)
    ingestion: Ingestion = field(default_factory=Ingestion)
    validation: Validation = field(default_factory=Validation)
    transformation: Transformation = field(default_factory=Transformation)
    splitting: Splitting = field(default_factory=Splitting)
    own_names: OwnCategoryNames = field(default_factory=OwnCategoryNames)
    weights: SampleWeights = field(default_factory=SampleWeights)
    search: Search = field(default_factory=Search)
    judging: Judging = field(default_factory=Judging)
    probe: SmokeSample = field(default_factory=SmokeSample)
    automation: AutomationShare = field(default_factory=AutomationShare)
    promotion: Promotion = field(default_factory=Promotion)
