"""The services of one process: each is built once, at its first use, from the settings."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from src.config import Settings
from src.knowledge.lexicon_files import Knowledge
from src.once import once
from src.services.accounts.repository import Accounts
from src.services.accounts.transactions import AccountTransactions
from src.services.anomalies.reports import AnomalyReports, Dismissals
from src.services.budgets.repository import Budgets, Limits
from src.services.bulk.alike import AlikeChanges
from src.services.bulk.work import BulkQueue
from src.services.categories.repository import Categories
from src.services.categories.transactions import CategoryTransactions
from src.services.digest.atom_key import AtomKey
from src.services.digest.channels import ChannelOutbox
from src.services.digest.entries import FeedEntries
from src.services.firefly.outbox import FireflyOutbox
from src.services.forecast.forecasts import Forecasts
from src.services.history.counting_filter import CountingFilter
from src.services.history.saved_filters import SavedFilters
from src.services.host.process import LEAN
from src.services.host.secret_key import kept_key, keyed_hash
from src.services.host.shared_token import SharedToken
from src.services.imports.encrypted_uploads import Uploads
from src.services.imports.file_reader import FileReader
from src.services.imports.repository import ImportProfiles, ImportRejects, Imports
from src.services.insight.decisions import SeriesDecisions
from src.services.insight.payments import PaymentHistory
from src.services.merchants.overview import MerchantOverview
from src.services.merchants.repository import Merchants
from src.services.merchants.transactions import MerchantTransactions
from src.services.mlflow.availability import TrackingState
from src.services.models.repository import Models
from src.services.models.version_deletion import Retention
from src.services.mongo.client import Database
from src.services.mongo.embedded_mongo import EmbeddedMongo
from src.services.monitoring.quality_counts import AuditSample, QualityCounts
from src.services.monitoring.quality_months import QualityMonths
from src.services.review.skips import ReviewSkips
from src.services.rules.transactions import RuleTransactions
from src.services.runs.data_fingerprint import DataFingerprint
from src.services.runs.repository import TrainingRuns
from src.services.scheduler.child_process import ChildProcess
from src.services.scheduler.scheduler import PendingWork
from src.services.search.index import SearchIndex
from src.services.settings.erasure import Erasure
from src.services.settings.preferences import PreferenceStore
from src.services.totals.counting import MonthTotals
from src.services.transactions.acts import ActLog
from src.services.transactions.analytics import Analytics
from src.services.transactions.bulk import BulkRows
from src.services.transactions.deleted import DeletedTransactions
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.imported import ImportedTransactions
from src.services.transactions.possible_mistakes import PossibleMistakes
from src.services.transactions.repository import Transactions
from src.services.transactions.unanswered import Unanswered
from src.services.transactions.waiting import WaitingTransactions
from src.services.transfers.candidates import Candidates
from src.services.transfers.links import Links

if TYPE_CHECKING:
    from src.services.mlflow.tracking import Tracking

T = TypeVar("T")

_FULL_BELOW_BYTES = 32 * 1024 * 1024


def on_database(service: Callable[[Database], T]) -> once[T]:
    """A property for a service that needs the database and nothing else."""

    def compute(services: Services) -> T:
        return service(services.database)

    compute.__annotations__["return"] = getattr(service, "__name__", "")
    return once(compute)


class Services:
    """Database, files, MLflow and subprocesses. Building it connects to nothing."""

    def __init__(
        self, settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """now: dates slots, runs and models; leases use MongoDB's clock."""
        self._settings = settings
        self.now = now

    @property
    def settings(self) -> Settings:
        return self._settings

    feedback_events = on_database(FeedbackEvents)
    review_skips = on_database(ReviewSkips)
    import_rejects = on_database(ImportRejects)
    imported_transactions = on_database(ImportedTransactions)
    firefly_outbox = on_database(FireflyOutbox)
    audit_sample = on_database(AuditSample)
    possible_mistakes = on_database(PossibleMistakes)
    models = on_database(Models)
    unanswered = on_database(Unanswered)
    act_log = on_database(ActLog)
    account_transactions = on_database(AccountTransactions)
    bulk_rows = on_database(BulkRows)
    alike_changes = on_database(AlikeChanges)
    category_transactions = on_database(CategoryTransactions)
    deleted_transactions = on_database(DeletedTransactions)
    waiting_transactions = on_database(WaitingTransactions)
    tracking_state = on_database(TrackingState)
    pending_work = on_database(PendingWork)
    search_index = on_database(SearchIndex)
    retention = on_database(Retention)
    erasure = on_database(Erasure)
    links = on_database(Links)
    link_candidates = on_database(Candidates)
    merchants = on_database(Merchants)
    merchant_transactions = on_database(MerchantTransactions)
    rule_transactions = on_database(RuleTransactions)
    payment_history = on_database(PaymentHistory)
    series_decisions = on_database(SeriesDecisions)
    anomaly_reports = on_database(AnomalyReports)
    budgets = on_database(Budgets)
    forecasts = on_database(Forecasts)
    limits = on_database(Limits)
    feed_entries = on_database(FeedEntries)
    channel_outbox = on_database(ChannelOutbox)

    @once
    def database(self) -> Database:
        token = SharedToken(self.settings.data_path / "changes")
        return Database(self.mongo_uri, self.settings.mongo_db_name, token=token)

    @once
    def quality_months(self) -> QualityMonths:
        current = self.preferences.current
        return QualityMonths(self.database, self.month_totals, QualityCounts(self.database, current), current)

    @once
    def transactions(self) -> Transactions:
        return Transactions(self.database, self.month_totals)

    def mongo_uri(self) -> str:
        """MONGO_URI, or the embedded MongoDB, which is started here if no process runs it yet."""
        if self.settings.mongo_uri is not None:
            return self.settings.mongo_uri.get_secret_value()
        self.embedded_mongo.ensure()
        return self.embedded_mongo.uri

    def disk_is_full(self) -> bool:
        """Whether the disk of the data directory is too full for a database to write."""
        try:
            return shutil.disk_usage(self.settings.data_path).free < _FULL_BELOW_BYTES
        except OSError:
            return False

    @once
    def embedded_mongo(self) -> EmbeddedMongo:
        return EmbeddedMongo(self.settings.data_path)

    @once
    def knowledge(self) -> Knowledge:
        return Knowledge()

    @once
    def imports(self) -> Imports:
        return Imports(self.database, Uploads(self.database, self._secret), lease_s=self.settings.lease_s)

    def _secret(self) -> str:
        key = self.settings.secret_key
        return key.get_secret_value() if key else kept_key(self.settings.data_path)

    def account_hash(self, number: str) -> str:
        """The keyed hash of an account number, which is never stored itself."""
        return keyed_hash(self._secret(), number)

    @once
    def atom_key(self) -> AtomKey:
        return AtomKey(self.database, self._secret)

    @once
    def file_reader(self) -> FileReader:
        return FileReader(memory=self.reading_memory)

    @property
    def reading_memory(self) -> int:
        """Bytes a process that reads a file may use; more only if larger files are allowed."""
        return max(300, 12 * self.settings.max_import_mb) * 1_000_000

    @once
    def preferences(self) -> PreferenceStore:
        settings = self.settings
        return PreferenceStore(self.database, settings.preferences, settings.locked_preferences)

    @once
    def categories(self) -> Categories:
        return Categories(self.database, self.knowledge.categories)

    @once
    def bulk_queue(self) -> BulkQueue:
        return BulkQueue(self.database, lease_s=self.settings.lease_s)

    @once
    def accounts(self) -> Accounts:
        return Accounts(self.database, self.preferences.current, self.account_hash, now=self.now)

    @once
    def saved_filters(self) -> SavedFilters:
        return SavedFilters(self.database, self.accounts, self.categories)

    @once
    def dismissals(self) -> Dismissals:
        return Dismissals(self.database, self.categories)

    @once
    def import_profiles(self) -> ImportProfiles:
        return ImportProfiles(self.database, self.accounts)

    @once
    def merchant_overview(self) -> MerchantOverview:
        return MerchantOverview(self.database, self.preferences.current)

    @once
    def analytics(self) -> Analytics:
        return Analytics(
            self.database,
            self.categories.all,
            self.preferences.current,
            now=self.now,
            month_totals=self.month_totals,
        )

    @once
    def month_totals(self) -> MonthTotals:
        return MonthTotals(self.database, self.preferences.current)

    @once
    def counting_filter(self) -> CountingFilter:
        return CountingFilter(self.database, self.categories.all)

    @once
    def runs(self) -> TrainingRuns:
        return TrainingRuns(self.database, lease_s=self.settings.lease_s)

    @once
    def holder(self) -> str:
        """A name for this process that no other has."""
        return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    @once
    def trainer(self) -> ChildProcess:
        environment = self._child_environment
        return ChildProcess(lambda: environment() | LEAN, timeout_s=self.settings.train_timeout_s)

    @once
    def importer(self) -> ChildProcess:
        """A second one, so that imports need not wait for a training to end."""
        return ChildProcess(self._child_environment, timeout_s=self.settings.train_timeout_s)

    @once
    def analyser(self) -> ChildProcess:
        return ChildProcess(self._child_environment, timeout_s=self.settings.train_timeout_s)

    @once
    def deliverer(self) -> ChildProcess:
        return ChildProcess(self._child_environment, timeout_s=self.settings.train_timeout_s)

    def _child_environment(self) -> dict[str, str]:
        return {"MONGO_URI": self.mongo_uri(), "MONGO_DB_NAME": self.settings.mongo_db_name}

    @once
    def tracking(self) -> Tracking:
        from src.services.mlflow.tracking import Tracking  # pandas comes with it: not for web workers

        local = self.settings.mlflow_tracking_uri is None
        return Tracking(self.settings.tracking_uri, self.settings.mlruns_path if local else None)

    @once
    def data_fingerprint(self) -> DataFingerprint:
        return DataFingerprint(self.database, lambda: self.knowledge.sha256, self.settings)
