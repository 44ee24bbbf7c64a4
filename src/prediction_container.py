"""The part of the composition root that predicts and learns: models, rules and the memory of answers."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

from src.components.features.linear_form import LinearForm
from src.components.lexicon.matcher import matcher_for
from src.components.model.merchant_memory import MerchantMemory
from src.components.model.scorer import LinearScorer
from src.components.model.serving import Serving
from src.components.model.thresholds import BandThresholds
from src.components.rules.matching import named_merchants
from src.errors import LedgerloopError
from src.once import once
from src.pipeline.feedback.bulk import BulkChanges
from src.pipeline.feedback.feedback import FeedbackLoop
from src.pipeline.monitoring.prediction_diff import PredictionDiffs
from src.pipeline.prediction.predict import Model, Predictor
from src.pipeline.prediction.present_categories import PresentCategories, with_categories
from src.pipeline.registry.model_actions import ModelActions
from src.pipeline.rules.apply import RuleApplication
from src.pipeline.rules.current import CurrentRules
from src.pipeline.rules.editor import RuleEditor
from src.pipeline.rules.preview import RulePreviews
from src.pipeline.rules.report import RuleReports
from src.pipeline.rules.suggestions import RuleSuggestions
from src.pipeline.summary.sums import Summaries
from src.pipeline.transfers.matching import LinkMatching
from src.services.container import Services
from src.services.models import bundle as bundles
from src.services.models.hot_swap import HotSwap, Pointing, ShadowModel
from src.services.models.starter import Starter, shipped_lexicon
from src.services.rules.prediction_basis import PredictionBases
from src.services.rules.prediction_memory import PredictionMemory
from src.services.rules.repository import Rules


def load_lexicon() -> None:
    """Read the lexicon of the starter into the memory of this process, and so of those that it forks.

    The models trained here have the same one as long as the release is the same.
    """
    with suppress(LedgerloopError, OSError):  # a worker that needs it says what is wrong
        matcher_for(shipped_lexicon())


@dataclass(frozen=True)
class _RefreshedChampion:
    """The champion of a process that does not watch the pointer."""

    champion: HotSwap[Serving]

    def current(self) -> Serving:
        return self.champion.refreshed()


class Predictions(Services):
    """The services of one process, and what predicts with them."""

    @once
    def champion(self) -> HotSwap[Serving]:
        return HotSwap(self.starter.champion, self._load, variant=self._auto_precision)

    @once
    def starter(self) -> Starter:
        return Starter(self.models, lambda bundle, sha256: self.serve("", bundle, sha256), self.now)

    @once
    def shadow_model(self) -> ShadowModel[Serving]:
        return ShadowModel(self.models.shadows.current, self._load, variant=self._auto_precision, every_s=2)

    def _auto_precision(self) -> float:
        return self.preferences.current().auto_precision

    def _load(self, pointer: Pointing) -> Serving:
        return self.serve(pointer.version, self.models.load(pointer.version), pointer.sha256)

    def serve(self, version: str, bundle: bytes, sha256: str) -> Serving:
        """A bundle's file, ready to serve. Raises InvalidInput for one that is not what its hash says."""
        served = bundles.serve(bundle, sha256)
        bands, precision = BandThresholds.from_dict(served.bands), self._auto_precision()
        scorer = LinearScorer(LinearForm.from_parts(*served.form))
        labels = served.about.get("labels_by_category", {})
        return Serving(version, scorer, *bands.thresholds(precision), bands.own_thresholds(precision), labels)

    @once
    def predictor(self) -> Predictor:
        return self._predictor(self.champion)

    def _predictor(self, champion: Model) -> Predictor:
        return Predictor(
            champion,
            self.transactions,
            MerchantMemory(),
            self.preferences.current,
            self.shadow_model.peek,
            self.accounts,
            self.link_matching.match_saved,
            self.prediction_memory.basis,
            PresentCategories(),
            self.current_rules,
            self.prediction_memory,
        )

    @once
    def prediction_memory(self) -> PredictionMemory:
        bases = PredictionBases(self.database, self.categories, self.merchants, self.rules)
        return PredictionMemory(self.database, bases, self.transactions)

    @once
    def link_matching(self) -> LinkMatching:
        return LinkMatching(self.links, self.link_candidates, self.categories.all, self.now)

    @property
    def prediction_diffs(self) -> PredictionDiffs:
        precision = self._auto_precision()
        return PredictionDiffs(
            self.unanswered,
            self.predictor,
            self.models,
            self._serving,
            precision=precision,
            present=lambda model: with_categories(model, *self.categories.own_and_merged()),
        )

    def _serving(self, version: str) -> Serving:
        return self.serve(version, self.models.load(version), self.models.sha256(version))

    @once
    def model_actions(self) -> ModelActions:
        return ModelActions(self.models, self.serve)

    @once
    def feedback(self) -> FeedbackLoop:
        return self._feedback_loop(self.predictor)

    @once
    def background_feedback(self) -> FeedbackLoop:
        return self._feedback_loop(self._background_predictor)

    @once
    def summaries(self) -> Summaries:
        return Summaries(self.predictor, self.categories.all, self.preferences.current)

    @once
    def _background_predictor(self) -> Predictor:
        """For the scheduler's process, which asks the model seldom."""
        return self._predictor(_RefreshedChampion(self.champion))

    def _feedback_loop(self, predictor: Predictor) -> FeedbackLoop:
        return FeedbackLoop(
            self.feedback_events,
            self.unanswered,
            self.act_log,
            predictor,
            self.categories.slugs,
            self.bulk_queue,
        )

    @once
    def rules(self) -> Rules:
        return Rules(self.database, self.accounts, self.merchants, named_merchants)

    @once
    def current_rules(self) -> CurrentRules:
        return CurrentRules(self.rules)

    @once
    def rule_editor(self) -> RuleEditor:
        return RuleEditor(self.rules, self.categories, self.accounts, self.act_log)

    @once
    def rule_previews(self) -> RulePreviews:
        return RulePreviews(
            self.rules, self.rule_transactions, self.transactions, self.rule_editor, time.monotonic
        )

    @once
    def rule_application(self) -> RuleApplication:
        return self._rule_application(self.predictor)

    @once
    def background_rule_application(self) -> RuleApplication:
        return self._rule_application(self._background_predictor)

    def _rule_application(self, predictor: Predictor) -> RuleApplication:
        return RuleApplication(
            self.rules,
            self.current_rules,
            self.rule_transactions,
            self.bulk_rows,
            self.unanswered,
            predictor,
            self.act_log,
            self.bulk_queue,
            self.holder,
        )

    @once
    def rule_reports(self) -> RuleReports:
        return RuleReports(self.rules, self.rule_transactions, time.monotonic)

    @once
    def rule_suggestions(self) -> RuleSuggestions:
        return RuleSuggestions(self.rules, self.current_rules, self.rule_transactions, self.merchants.ignored)

    @once
    def bulk_changes(self) -> BulkChanges:
        return self._bulk_changes(self.predictor, self.feedback, self.rule_application)

    @once
    def background_bulk_changes(self) -> BulkChanges:
        return self._bulk_changes(
            self._background_predictor, self.background_feedback, self.background_rule_application
        )

    def _bulk_changes(
        self, predictor: Predictor, feedback: FeedbackLoop, rules: RuleApplication
    ) -> BulkChanges:
        return BulkChanges(
            rows=self.bulk_rows,
            alike=self.alike_changes,
            queue=self.bulk_queue,
            holder=self.holder,
            deleted=self.deleted_transactions,
            predictor=predictor,
            acts=self.act_log,
            feedback=feedback,
            links=self.links,
            accounts=self.accounts,
            rules=rules,
            slugs=self.categories.slugs,
        )
