"""The first half of a training run: from labelled transactions to a challenger with its figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.components.dataset.ingestion import snapshot
from src.components.dataset.own_category_names import Inheritance
from src.components.evaluation.answers import probabilities_of
from src.components.lexicon.matcher import doubts_of, lexicon_text, matcher_for
from src.components.model.model_selection import SearchResult
from src.components.model.thresholds import BandThresholds
from src.pipeline.feedback.label_review import Marks, to_learn_from
from src.pipeline.training.ports import Claimed, Clock, Labels, Lexicon
from src.pipeline.training.stages import Prepared, Trained
from src.pipeline.training.steps import Steps


@dataclass(frozen=True)
class Learning:
    """Each stage reports to the run as it begins. All of it raises LeaseLost once another holds the run."""

    labels: Labels
    lexicon: Lexicon
    steps: Steps
    clock: Clock
    doubts: Marks | None = None
    """Where answers are marked that a person should look at again; None sets none aside."""

    def prepare(self, claimed: Claimed) -> Prepared:
        steps = self.steps
        claimed.progress("data_ingestion", 0.02)
        shipped = steps.statements.write(self.lexicon.entries(), self.lexicon.habits())
        labelled, doubted = to_learn_from(
            self.labels, steps.contradictions, steps.moves, self.doubts, at=self.clock()
        )
        gathered = steps.ingestion.gather(labelled, shipped)
        named = snapshot(gathered, self.lexicon.sha256)
        claimed.progress("data_validation", 0.05)
        checked = steps.validation.check(gathered)
        claimed.progress("data_transformation", 0.08)
        rows = steps.transformation.prepare(checked.rows)
        data = Prepared(rows, steps.splitting.split(rows), named, checked.set_aside | doubted)
        claimed.record(data={"rows": len(rows), "feedback_rows": len(data.yours), "sha256": named.sha256})
        return data

    def train(self, claimed: Claimed, data: Prepared) -> Trained:
        steps, split = self.steps, data.split
        claimed.progress("model_trainer", 0.1)
        lexicon = lexicon_text(self.lexicon.entries())
        inheritance = Inheritance(data.training, matcher_for(lexicon), steps.own_names)
        named = inheritance.categories(np.ones(len(data.training), bool))
        training = data.training.assign(category=named)
        # Recency counts back from the newest label, not from today: the same data makes the same model.
        weights = steps.weights.compute(
            data.training,
            data.labelled_until or claimed.run.requested_at,
            habits=self.lexicon.habits(),
            named=named,
        )
        # The lexicon's own rows cannot tell which candidate suits a person: then the best guess does.
        search = steps.search if split.scored_by_person else steps.search.best_guess()
        result = search.run(
            training,
            weights,
            split.folds,
            split.scored,
            lambda done: claimed.progress("model_trainer", 0.1 + 0.68 * done),
            subjects=split.subjects,
            excluded=split.excluded,
            lexicon=lexicon,
            doubts={} if split.scored_by_person else doubts_of(self._agreement()),
            inheritance=inheritance if split.scored_by_person else None,
        )
        claimed.progress("model_evaluation", 0.8)
        trained = self._evaluate(data, training, result)
        claimed.record(metrics=trained.metrics, measured_on=trained.measured_on.value)
        return trained

    def _agreement(self) -> dict[str, float]:
        """Which matters while too few answers tell how this person calls things."""
        return {category: habit.agreement for category, habit in self.lexicon.habits().items()}

    def _evaluate(self, data: Prepared, training: pd.DataFrame, result: SearchResult) -> Trained:
        judging, split, best = self.steps.judging, data.split, result.best
        held_out = judging.held_out(
            data.judging, data.training, probabilities_of(result.model, data.judging), result.classes
        )
        unseen = judging.out_of_fold(training, split, best.out_of_fold, result.classes)
        # The bands are chosen on out-of-fold rows, so the hold-out has no part in anything it judges.
        judges = result.calibration_weights[split.scored]
        measured = judges > 0
        confidence = best.out_of_fold[split.scored].max(axis=1)[measured]
        # How the lexicon's rows fare by category says little of how a person's do.
        answers = unseen.answers[measured] if split.scored_by_person else None
        bands = BandThresholds.fit(confidence, unseen.right[measured], answers, judges[measured])
        return Trained(result, bands, held_out, unseen, enough=self.steps.promotion.min_rows)
