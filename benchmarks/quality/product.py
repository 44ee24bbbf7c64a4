"""The product for one owner: training pipeline, memory and predictor in one process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from benchmarks.quality.answers import Answer
from benchmarks.quality.data import Example
from benchmarks.quality.stand_ins import Answers, Check, Claimed, NoLexicon, Record, Store, Unanswered
from src.components.model.merchant_memory import MemoryDecision, MemoryHint, MerchantMemory
from src.components.model.model_selection import Search
from src.components.model.serving import Serving
from src.components.promotion.automatic_share import AutomaticRows
from src.components.promotion.rule import JudgingEvidence, PromotionRule
from src.config import load_settings
from src.container import Container
from src.domain.categories import LexiconEntry
from src.domain.feedback import LabelSource
from src.domain.preferences import Preferences
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.transactions import Transaction
from src.domain.verdicts import Verdict
from src.errors import LedgerloopError
from src.knowledge.lexicon_files import Knowledge
from src.pipeline.monitoring.prediction_diff import PredictionDiffs
from src.pipeline.prediction.predict import Predictor
from src.pipeline.training.mlflow_log import RunTexts
from src.pipeline.training.run import TrainingPipeline
from src.pipeline.training.stages import Steps
from src.web.models.verdict_sentences import run_description, run_reason, version_description

PARTS = ("memory", "hints", "lexicon", "types", "verdict", "holdout")
_UNDATED = datetime(2020, 1, 1, tzinfo=UTC)


class EveryChallenger(PromotionRule):
    """Promotes every model."""

    def decide(self, case: JudgingEvidence) -> Verdict:
        return replace(super().decide(case), promoted=True)


class Forgetful(MerchantMemory):
    """Remembers nothing."""

    def consult(self, *_: Any) -> None:
        return None


class Decisive(MerchantMemory):
    """Decides, but gives the model no hint."""

    def consult(self, *arguments: Any) -> MemoryDecision | MemoryHint | None:
        consulted = super().consult(*arguments)
        return consulted if isinstance(consulted, MemoryDecision) else None


class Untyped(Knowledge):
    """The lexicon without the types of its phrases."""

    def entries(self) -> list[LexiconEntry]:
        return [replace(entry, type="") for entry in super().entries()]


@dataclass(frozen=True)
class Setup:
    auto_precision: float = 0.95
    full_search: bool = False
    """Try every candidate at each training, not only the best guess."""
    without: frozenset[str] = frozenset()
    """Of PARTS: those to disable, to see what each adds. Without a hold-out all labels train and every model
    is promoted, because there are no rows to judge it; without the verdict every model is promoted too."""
    lexicon: Any = field(default_factory=Knowledge)


class Product:
    """Starts with the model of the shipped lexicon, as on the first day, unless `untrained`."""

    def __init__(
        self, setup: Setup, store: Store | None = None, unanswered: Sequence[Transaction] = ()
    ) -> None:
        """unanswered: verdicts compare how many of these each model categorizes automatically."""
        self._setup = setup
        self._answers = Answers(hold_out="holdout" not in setup.without)
        self._store = store or Store()
        self._container = Container(load_settings(_env_file=None, auto_precision=setup.auto_precision))
        self._serving: Serving | None = None
        memory = _memory(setup.without)
        preferences = Preferences(auto_precision=setup.auto_precision)
        self._predictor = Predictor(self, self._answers, memory, lambda: preferences)  # type: ignore[arg-type]
        self._unanswered = unanswered
        self._pipeline = self._training()
        self._runs = 0
        self.outcomes: list[str] = []
        """The outcome of each training."""

    def _training(self) -> TrainingPipeline:
        search = Search() if self._setup.full_search else Search(trials=Search().trials[:1])
        promotion = EveryChallenger() if {"verdict", "holdout"} & self._setup.without else PromotionRule()
        return TrainingPipeline(
            labels=self._answers,
            lexicon=self._lexicon(),
            store=self._store,
            tracking=Record(),
            bundles=self._store.files,
            check=Check(),
            clock=lambda: self.now,
            texts=RunTexts(run_reason, run_description, version_description),
            steps=Steps(search=search, promotion=promotion),
            prediction_diffs=self if self._unanswered else None,  # type: ignore[arg-type]
        )

    def automatic(self, champion: str, challenger: str) -> AutomaticRows:
        """Of the unanswered transactions; verdicts use it."""
        rows = Unanswered(self._unanswered)
        precision = self._setup.auto_precision
        changes = PredictionDiffs(rows, self._predictor, self._store, self._load, precision=precision)  # type: ignore[arg-type]
        return changes.automatic(champion, challenger)

    def promoted(self, version: str, *, at: datetime) -> None:
        """What a promotion changed is not measured here."""

    def _lexicon(self) -> Any:
        if "lexicon" in self._setup.without:
            return NoLexicon()
        return Untyped() if "types" in self._setup.without else self._setup.lexicon

    @property
    def now(self) -> datetime:
        """The time of the last answer."""
        return self._answers.labels[-1].labelled_at if self._answers.labels else _UNDATED

    def learn(self, examples: Iterable[Example], source: LabelSource = LabelSource.FEEDBACK) -> None:
        """Add the owner's answers; the memory uses them at once."""
        for example in examples:
            day = example.transaction.date
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) if day else _UNDATED
            # Each a moment later, so that the newest answer is the last one of its day.
            at += timedelta(microseconds=len(self._answers.labels))
            self._answers.add(example.transaction, example.category, at=at, source=source)

    def train(self) -> str:
        """Run the training pipeline up to its verdict; returns the outcome."""
        self._runs += 1
        run = TrainingRun(
            f"run-{self._runs}", RunStatus.RUNNING, Trigger.SCHEDULE, "", "", 0.0, 1, requested_at=self.now
        )
        try:
            verdict = self._pipeline.run(Claimed(run))
            outcome = f"{verdict.outcome.value}{'' if verdict.promoted else ', not promoted'}"
        except LedgerloopError as error:  # the run fails, and the champion stays
            outcome = f"failed: {error}"
        self._serving = None
        self.outcomes.append(outcome)
        return outcome

    def current(self) -> Serving:
        """The champion, for the predictor."""
        if self._serving is None:
            pointer = self._store.champion()
            if pointer is None:
                raise LedgerloopError("No model could be trained with the present labels.")
            self._serving = self._load(pointer.version)
        return self._serving

    def _load(self, version: str) -> Serving:
        file = self._store.files.file_of(self._store.load(version))
        return self._container.serve(version, file, sha256(file).hexdigest())

    def answer(self, examples: Sequence[Example]) -> list[Answer]:
        """Predict `examples` with the labels learned so far."""
        predicted = self._predictor.predict([example.transaction for example in examples], at=self.now)
        classes = self.current().scorer.classes
        return [
            Answer.of(example, prediction, classes, self._answers.categories_of(example.transaction.merchant))
            for example, (_, prediction) in zip(examples, predicted, strict=True)
        ]

    def store(self) -> Store:
        return self._store


def _memory(without: frozenset[str]) -> MerchantMemory:
    if "memory" in without:
        return Forgetful()
    return Decisive() if "hints" in without else MerchantMemory()
