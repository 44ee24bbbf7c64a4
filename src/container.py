"""The composition root: builds the pipelines of one process on its services, each once, at its first use."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from contextlib import suppress

from src.components.bank_files.limits import Limits
from src.components.lexicon.matcher import LexiconMatcher
from src.components.text.exchange_rates import units_per_dollar
from src.domain.acts import ActKind
from src.errors import Unavailable
from src.insight_container import Insight
from src.jobs import Jobs
from src.once import forget, once
from src.pipeline.accounts.editor import AccountEditor
from src.pipeline.categories.editor import CategoryEditor
from src.pipeline.feedback.edit import TransactionEditor
from src.pipeline.feedback.feedback import FeedbackLoop
from src.pipeline.feedback.label_review import LabelReview
from src.pipeline.feedback.review import GroupReview
from src.pipeline.feedback.undo import ActUndo
from src.pipeline.imports.category_mapping import CategoryMapping
from src.pipeline.imports.preview import ImportPreview
from src.pipeline.imports.read_preview import ReadRequest, ReadResult
from src.pipeline.imports.reading import ImportReading
from src.pipeline.imports.restore_setup import SetupRestore
from src.pipeline.imports.run import ImportRun
from src.pipeline.imports.undo import ImportUndo
from src.pipeline.integrations.firefly_outbound import FireflyOutbound
from src.pipeline.integrations.inbound import Webhooks
from src.pipeline.merchants.editor import MerchantEditor
from src.pipeline.merchants.listing import MerchantListing
from src.pipeline.monitoring.quality import DriftMonitor, Quality
from src.pipeline.prediction.repredict import Reprediction
from src.pipeline.prediction.waiting import FirstPredictions
from src.pipeline.settings.editor import SettingsEditor
from src.pipeline.settings.erase import EraseEverything
from src.pipeline.settings.setup_backup import SetupBackup
from src.pipeline.summary.files import FileSummaries
from src.pipeline.transfers.linking import Linking
from src.services.monitoring.drift_periods import DriftPeriods
from src.services.monitoring.quality_counts import QualityCounts
from src.services.review.groups import ReviewGroups
from src.services.runs.due_runs import DriftTriggeredRuns, Slots
from src.services.scheduler.scheduler import Scheduler


class Container(Insight):
    """The services of one process, and the pipelines built on them."""

    @once
    def import_run(self) -> ImportRun:
        return ImportRun(
            imports=self.imports,
            rejects=self.import_rejects,
            rows=self.imported_transactions,
            predictor=self.predictor,
            categories=self.categories,
            matching=self.link_matching,
            accounts=self.accounts,
            setup=SetupRestore(
                self.accounts,
                self.saved_filters,
                self.settings_editor,
                self.merchant_editor,
                self.rule_editor,
                self.series_decisions,
                self.review_skips,
                self.import_profiles,
                self.budget_editor,
                self.limit_editor,
                self.dismissals,
                self.now,
            ),
            account_hash=self.account_hash,
            clock=self.now,
            limits=self.import_limits,
            afterwards=self._settle_restored,
            count=self.month_totals.refresh,
        )

    def _settle_restored(self) -> None:
        """After an import: its transactions may be of an export, with former categories and merchants."""
        self.category_editor.settle(at=self.now())
        self.merchant_editor.settle()

    @once
    def import_preview(self) -> ImportPreview:
        return ImportPreview(
            imports=self.imports,
            profiles=self.import_profiles,
            accounts=self.accounts,
            rows=self.imported_transactions,
            account_hash=self.account_hash,
            categories=self.category_mapping,
            read_file=self._read_file,
            clock=self.now,
            preferences=self.preferences.current,
            limits=self.import_limits,
        )

    @once
    def file_summaries(self) -> FileSummaries:
        return FileSummaries(self.import_preview, self.accounts, self.account_hash, self.summaries)

    @once
    def category_mapping(self) -> CategoryMapping:
        return CategoryMapping(
            self.categories, self.import_profiles, self._lexicon_matcher, lambda: self.knowledge.search_words
        )

    def _lexicon_matcher(self) -> LexiconMatcher | None:
        """Of the champion; None before the first model."""
        with suppress(Unavailable):
            return self.champion.refreshed().scorer.matcher
        return None

    @once
    def import_undo(self) -> ImportUndo:
        return ImportUndo(
            imports=self.imports,
            rows=self.imported_transactions,
            links=self.links,
            clock=self.now,
            afterwards=self._settle_undone,
        )

    def _settle_undone(self) -> None:
        """After an import is undone."""
        self.account_editor.settle(at=self.now(), with_numbers=True)
        self.month_totals.refresh()

    @once
    def import_reading(self) -> ImportReading:
        return ImportReading(self.imports, self.import_preview, self.now, self.holder, _in_a_thread)

    def _read_file(
        self, content: bytes, request: ReadRequest, report: Callable[[float], None] | None = None
    ) -> ReadResult:
        return ReadResult.from_json(self.file_reader.read(pickle.dumps(request), content, report))

    @property
    def import_limits(self) -> Limits:
        return Limits(size=self.settings.max_import_mb * 1_000_000)

    @once
    def webhooks(self) -> Webhooks:
        return Webhooks(
            self.transactions,
            self.deleted_transactions,
            self.unanswered,
            self.predictor,
            self.feedback,
            self.categories,
        )

    @once
    def firefly_outbound(self) -> FireflyOutbound | None:
        """None if FIREFLY_URL is not set."""
        settings = self.settings
        if settings.firefly_url is None or settings.firefly_token is None:
            return None
        from src.services.firefly.client import FireflyIII  # it imports requests, which most do not need

        return FireflyOutbound(
            self.firefly_outbox,
            FireflyIII(settings.firefly_url, settings.firefly_token.get_secret_value()),
            self.transactions,
            self.categories.all,
            self.now,
            settings.firefly_check_tag,
        )

    @once
    def label_review(self) -> LabelReview:
        return LabelReview(self.possible_mistakes, self.feedback)

    @once
    def quality(self) -> Quality:
        counts = QualityCounts(self.database, self.preferences.current)
        return Quality(counts, self.quality_months)

    @once
    def group_review(self) -> GroupReview:
        return GroupReview(
            ReviewGroups(self.database, units_per_dollar), self.review_skips, self.transactions, self.feedback
        )

    @once
    def first_predictions(self) -> FirstPredictions:
        return FirstPredictions(self.waiting_transactions, self.transactions, self._background_predictor)

    @once
    def reprediction(self) -> Reprediction:
        return Reprediction(self.unanswered, self.predictor, self.champion, self.models, self._settle_names)

    @once
    def act_undo(self) -> ActUndo:
        return ActUndo(
            self.act_log,
            self.deleted_transactions,
            {
                ActKind.FEEDBACK: self.bulk_changes.undo_answers,
                ActKind.EDIT: self.transaction_editor.undo_edit,
                ActKind.DELETE: self.transaction_editor.undo_delete,
                ActKind.BULK: self.bulk_changes.undo,
                ActKind.CATEGORY_ADD: self.category_editor.undo_add,
                ActKind.CATEGORY_CHANGE: self.category_editor.undo_change,
                ActKind.SETTINGS: self.settings_editor.undo,
                ActKind.CATEGORY_MERGE: self.category_editor.undo_merge,
                ActKind.LINK: self.linking.undo,
                ActKind.ACCOUNT_ADD: self.account_editor.undo_add,
                ActKind.ACCOUNT_CHANGE: self.account_editor.undo_change,
                ActKind.ACCOUNT_MERGE: self.account_editor.undo_merge,
                ActKind.MERCHANT: self.merchant_editor.undo,
                ActKind.RULES: self.rule_editor.undo,
                ActKind.RULE_APPLY: self.rule_application.undo,
                ActKind.RECURRING: self.recurring_payments.undo,
                ActKind.ANOMALY: self.unusual_spending.undo,
                ActKind.BUDGETS: self.budget_editor.undo,
                ActKind.LIMITS: self.limit_editor.undo,
            },
            self.feedback.undo_one,
            self._settle_names,
        )

    def _settle_names(self) -> None:
        """After an undo: every transaction has an account, a category and a merchant of today."""
        self.account_editor.settle(at=self.now())
        self.category_editor.settle(at=self.now())
        self.merchant_editor.settle()

    @once
    def transaction_editor(self) -> TransactionEditor:
        return TransactionEditor(
            self.transactions, self.deleted_transactions, self.predictor, self.act_log, self.links
        )

    @once
    def linking(self) -> Linking:
        return Linking(self.links, self.link_candidates, self.act_log)

    @once
    def erase_everything(self) -> EraseEverything:
        return EraseEverything(self.erasure, self.imports, self.runs, self.embedded_mongo.clear_log)

    @once
    def settings_editor(self) -> SettingsEditor:
        return SettingsEditor(
            self.preferences, self.act_log, self.settings.channels, self.analysis_state.request
        )

    @once
    def setup_backup(self) -> SetupBackup:
        return SetupBackup(
            self.accounts,
            self.saved_filters,
            self.preferences,
            self.merchants,
            self.rules,
            self.series_decisions,
            self.review_skips,
            self.import_profiles,
            self.budgets,
            self.limits,
            self.dismissals,
        )

    @once
    def category_editor(self) -> CategoryEditor:
        return CategoryEditor(
            self.categories,
            self.category_transactions,
            self.act_log,
            self.bulk_rows,
            self.unanswered,
            self.predictor.with_canonical_accounts,
            self.rules,
            self.predictor,
            {"budgets": self.budget_editor, "limits": self.limit_editor},
        )

    @once
    def account_editor(self) -> AccountEditor:
        return AccountEditor(self.accounts, self.account_transactions, self.act_log, self.links)

    @once
    def merchant_editor(self) -> MerchantEditor:
        return self._merchant_editor(self.feedback)

    @once
    def background_merchant_editor(self) -> MerchantEditor:
        return self._merchant_editor(self.background_feedback)

    def _merchant_editor(self, feedback: FeedbackLoop) -> MerchantEditor:
        return MerchantEditor(
            self.merchants, self.merchant_transactions, self.act_log, feedback, self.unanswered
        )

    @once
    def merchant_listing(self) -> MerchantListing:
        return MerchantListing(
            self.merchants, self.merchant_overview, self.merchant_transactions, self.predictor
        )

    @once
    def drift(self) -> DriftMonitor:
        periods = DriftPeriods(self.database)
        early_runs = DriftTriggeredRuns(self.runs, self.preferences.current)
        return DriftMonitor(periods, self.models, early_runs, self.runs.last_success_at, self.now)

    @once
    def slots(self) -> Slots:
        return Slots(self.runs, self.models, self.data_fingerprint, self.now, self.preferences.current)

    @once
    def jobs(self) -> Jobs:
        return Jobs(self)

    @once
    def scheduler(self) -> Scheduler:
        return Scheduler(self.jobs, every_hours=self._retrain_every_hours, now=self.now)

    def _retrain_every_hours(self) -> float:
        return self.preferences.current().retrain_every_hours

    def stop(self) -> None:
        """End what runs in the background: the scheduler, its child processes, the pointer watch."""
        if scheduler := forget(self, "scheduler"):  # most web workers have built none
            scheduler.stop()
        self.champion.stop()
        self.shadow_model.stop()

    def warm(self) -> None:
        """What a web worker does before its first request."""
        self.champion.watch()
        self.shadow_model.watch()
        self.database.ensure_indexes()  # where no clock runs, nobody else makes them
        if self.settings.clock == "on":
            self.scheduler.start()


def _in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="reading", daemon=True).start()
