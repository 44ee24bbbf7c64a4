"""The first half of a training run: from labelled transactions to a challenger with its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import snapshot
from src.components.dataset.own_category_names import LexiconRenaming
from src.components.dataset.row_limit import newest
from src.components.evaluation.metrics import probabilities_of
from src.components.lexicon.matcher import lexicon_text, matcher_for, smoothing_of
from src.components.model.model_selection import SearchResult
from src.components.model.thresholds import BandThresholds
from src.domain.training_runs import SetAside
from src.pipeline.feedback.label_review import to_learn_from
from src.pipeline.training.stages import PreparedData, Steps, TrainedModel

if TYPE_CHECKING:
    from src.domain.transactions import LabelledTransaction
    from src.knowledge.lexicon_files import Knowledge
    from src.services.runs.worker_lease import ClaimedRun
    from src.services.transactions.possible_mistakes import PossibleMistakes
    from src.services.transactions.repository import Transactions


@dataclass(frozen=True)
class ModelFitting:
    """Reports each stage to the run; raises LeaseLost once another process holds it."""

    labels: Transactions
    lexicon: Knowledge
    steps: Steps
    clock: Callable[[], datetime]
    possible_mistakes: PossibleMistakes | None = None
    """Marks possible mistakes; with None none are excluded."""
    ignored: Callable[[], Mapping[str, datetime]] = dict
    """Returns until when the answers for a merchant teach nothing."""
    memory: int | None = None
    """How many bytes more the training may take; None is any number."""

    def prepare(self, claimed: ClaimedRun) -> PreparedData:
        steps = self.steps
        claimed.progress("data_ingestion", 0.02)
        steps.row_limit.choose(0, 0, self.memory)  # before the labels take any
        labelled, set_aside = to_learn_from(
            self.labels,
            steps.contradictions,
            steps.moves,
            self.possible_mistakes,
            at=self.clock(),
            ignored=self.ignored(),
        )
        labelled, shipped, share, left_out = self._within_memory(labelled)
        ingested = steps.ingestion.gather(labelled, shipped)
        del labelled, shipped
        data_snapshot = snapshot(ingested, self.lexicon.sha256)
        claimed.progress("data_validation", 0.05)
        valid, excluded = steps.validation.check(ingested)
        claimed.progress("data_transformation", 0.08)
        rows = steps.transformation.prepare(valid)
        not_used = excluded | set_aside | left_out
        data = PreparedData(rows, steps.splitting.split(rows), data_snapshot, not_used, share)
        counts = {"rows": len(rows), "feedback_rows": len(data.yours)}
        claimed.record(data=counts | {"sha256": data_snapshot.sha256})
        return data

    def _within_memory(
        self, labelled: list[LabelledTransaction]
    ) -> tuple[list[LabelledTransaction], pd.DataFrame, float, dict[SetAside, int]]:
        """The labels and the lexicon's rows that fit into memory, the share of the latter, and the number of
        the others by reason. Raises NotEnoughMemory."""
        writer, limit, memory = self.steps.statements, self.steps.row_limit, self.memory
        entries, profiles = self.lexicon.entries(), self.lexicon.category_profiles()
        shipped = writer.write(entries, profiles)
        share, number = limit.choose(len(labelled), len(shipped), memory)
        if share == 1 and number == len(labelled):
            return labelled, shipped, writer.share, {}
        writer = replace(writer, share=writer.share * share)
        sampled = writer.write(entries, profiles)
        left_out = {SetAside.OLDEST: len(labelled) - number, SetAside.LEXICON: len(shipped) - len(sampled)}
        return newest(labelled, number), sampled, writer.share, dict(+Counter(left_out))

    def train(self, claimed: ClaimedRun, data: PreparedData) -> TrainedModel:
        steps, split = self.steps, data.split
        claimed.progress("model_trainer", 0.1)
        lexicon = lexicon_text(self.lexicon.entries())
        renaming = LexiconRenaming(data.training, matcher_for(lexicon), steps.own_names)
        named = renaming.categories(np.ones(len(data.training), bool))
        training = data.training.assign(category=named)
        # While few answers show how this person categorizes, the agreement of the lexicon's sources does.
        profiles = self.lexicon.category_profiles()
        agreement = {category: profile.agreement for category, profile in profiles.items()}
        # Recency counts back from the newest label, not from today: the same data makes the same model.
        weights = steps.weights.compute(
            data.training,
            data.labelled_until or claimed.run.requested_at,
            habits=profiles,
            named=named,
        )
        # The lexicon's rows cannot show which candidate suits a person: then the best guess is used.
        trials = steps.search.trials if split.scored_by_person else steps.search.trials[:1]
        result = replace(steps.search, trials=trials).run(
            training,
            weights,
            split.folds,
            split.scored,
            lambda done: claimed.progress("model_trainer", 0.1 + 0.68 * done),
            subjects=split.subjects,
            excluded=split.excluded,
            lexicon=lexicon,
            smoothing={} if split.scored_by_person else smoothing_of(agreement),
            renaming=renaming if split.scored_by_person else None,
        )
        claimed.progress("model_evaluation", 0.8)
        trained = self._evaluate(data, training, result)
        claimed.record(metrics=trained.metrics, measured_on=trained.measured_on.value)
        return trained

    def _evaluate(self, data: PreparedData, training: pd.DataFrame, result: SearchResult) -> TrainedModel:
        evaluator, split = self.steps.judging, data.split
        held_out = evaluator.held_out(
            data.judging, data.training, probabilities_of(result.model, data.judging), result.classes
        )
        out_of_fold = evaluator.out_of_fold(training, split, result.out_of_fold, result.classes)
        # The bands are chosen on out-of-fold rows, so the hold-out has no part in anything it judges.
        weights = result.calibration_weights[split.scored]
        measured = weights > 0
        confidence = result.out_of_fold[split.scored].max(axis=1)[measured]
        # Results by category on the lexicon's rows say little about those on a person's rows.
        answers = out_of_fold.answers[measured] if split.scored_by_person else None
        bands = BandThresholds.fit(confidence, out_of_fold.right[measured], answers, weights[measured])
        return TrainedModel(result, bands, held_out, out_of_fold, enough=self.steps.promotion.min_rows)
