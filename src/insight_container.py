"""What analyses the ledger, built on the services and the predictions of one process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from src.domain.budgets import Budget
from src.domain.feed import Channel, EntryKind
from src.domain.limits import Limit
from src.once import once
from src.pipeline.analysis.run import LedgerAnalysis, Part
from src.pipeline.anomalies.unusual import PART as ANOMALIES
from src.pipeline.anomalies.unusual import UnusualSpendingList
from src.pipeline.budgets.editor import ListEditor, budget_editor, limit_editor
from src.pipeline.budgets.limits import LimitOverview
from src.pipeline.budgets.overview import BudgetOverview, KnownDays
from src.pipeline.digest.alarms import AnomalyAlarms, BudgetAlarms, LimitAlarms, RecurringAlarms
from src.pipeline.digest.delivery import FeedDelivery, Sender, Texts
from src.pipeline.digest.feed import Feed
from src.pipeline.digest.monthly import MonthlyDigest
from src.pipeline.insight.months import MonthInsight
from src.pipeline.insight.recurring import RecurringPayments
from src.prediction_container import Predictions
from src.services.analysis.state import AnalysisState, ledger_revision
from src.services.insight.found_payments import FoundPayments
from src.services.transactions.analytics import COUNTED_AT_ONCE


class Insight(Predictions):
    """The parts of the analysis import what takes seconds in the method that needs it."""

    @once
    def recurring_payments(self) -> RecurringPayments:
        return RecurringPayments(
            self.payment_history,
            FoundPayments(self.database),
            self.series_decisions,
            self.merchants.names,
            self.act_log,
            self._counted_revision,
        )

    def _counted_revision(self) -> int | None:
        """Of the transactions; None while so many have changed that they are counted in the background."""
        is_counted = self.month_totals.refresh(at_most=COUNTED_AT_ONCE)
        return self.month_totals.revision() if is_counted else None

    @once
    def month_insight(self) -> MonthInsight:
        return MonthInsight(self.analytics, self.recurring_payments, self.categories.all)

    @once
    def budget_editor(self) -> ListEditor[Budget]:
        return budget_editor(self.budgets, self.act_log, self.analysis_state.request)

    @once
    def limit_editor(self) -> ListEditor[Limit]:
        return limit_editor(self.limits, self.act_log, self.analysis_state.request)

    @once
    def known_days(self) -> KnownDays:
        return KnownDays(self.payment_history, self.analytics, self.preferences.current)

    @once
    def budget_overview(self) -> BudgetOverview:
        return BudgetOverview(
            self.budgets, self.analytics, self.recurring_payments, self.known_days, self.categories.all
        )

    @once
    def limit_overview(self) -> LimitOverview:
        return LimitOverview(
            self.limits,
            self.analytics,
            self.known_days,
            self.categories.all,
            self.accounts.all,
        )

    @once
    def analysis_state(self) -> AnalysisState:
        revision = partial(ledger_revision, self.month_totals)
        lease_s, parts = self.settings.lease_s, self._analysis_parts
        return AnalysisState(self.database, revision, self.now, lease_s=lease_s, parts=parts)

    @property
    def ledger_analysis(self) -> LedgerAnalysis:
        return LedgerAnalysis(self.analysis_state, self._analysis_parts)

    @property
    def _analysis_parts(self) -> dict[str, Part]:
        return {
            "recurring": lambda today, _: self.recurring_payments.analyse(today=today),
            ANOMALIES: self._analyse_anomalies,
            "forecast": self._forecast,
            "quality": lambda *_: self.quality_months.refresh(),
            "feed": self._update_feed,
        }

    def _forecast(self, today: date, train: bool) -> None:
        self.month_totals.refresh()  # all of a large import
        from src.pipeline.forecast.mlflow_log import ABOUT, log_forecast
        from src.pipeline.forecast.run import ForecastAnalysis

        def log(*logged: Any) -> None:
            from src.services.mlflow.side_experiment import SideExperiment

            log_forecast(SideExperiment(self.tracking, "forecast", ABOUT), *logged)

        ForecastAnalysis(
            self.analytics,
            self.payment_history,
            self.recurring_payments,
            self.categories.all,
            self.forecasts,
            log,
        ).run(today, train)

    def _analyse_anomalies(self, today: date, train: bool) -> None:
        from src.pipeline.anomalies.analyse import AnomalyAnalysis
        from src.services.anomalies.models import AnomalyModels
        from src.services.anomalies.spending import SpendingHistory
        from src.services.mlflow.side_experiment import SideExperiment

        about = "One run for each training of the forest that finds unusual spending."
        AnomalyAnalysis(
            SpendingHistory(self.database, self.categories.all),
            self.analytics,
            self.recurring_payments,
            self.categories.all,
            lambda: self.preferences.current().month_starts,
            AnomalyModels(self.database),
            self.anomaly_reports,
            lambda: SideExperiment(self.tracking, "anomalies", about),
            self.now,
        ).run(today, train)

    @once
    def unusual_spending(self) -> UnusualSpendingList:
        return UnusualSpendingList(
            self.anomaly_reports,
            self.dismissals,
            self.analysis_state,
            self.act_log,
            self.transactions.count,
        )

    def _update_feed(self, today: date, train: bool) -> None:
        """The last part: it reads what the others found."""
        self.feed.update(today=today, at=self.now())

    @once
    def feed(self) -> Feed:
        recurring, preferences = self.recurring_payments, self.preferences.current
        return Feed(
            self.feed_entries,
            self.channel_outbox,
            self.settings.channels,
            {
                EntryKind.RECURRING: RecurringAlarms(recurring),
                EntryKind.ANOMALY: AnomalyAlarms(self.unusual_spending),
                EntryKind.BUDGET: BudgetAlarms(self.budget_overview),
                EntryKind.LIMIT: LimitAlarms(self.limit_overview),
                EntryKind.DIGEST: MonthlyDigest(self.month_insight, self.payment_history, preferences),
            },
            preferences,
        )

    def feed_delivery(self, texts: Mapping[Channel, Texts]) -> FeedDelivery:
        return FeedDelivery(
            self.feed_entries, self.channel_outbox, self._senders(), texts, self.preferences.read, self.now
        )

    def _senders(self) -> dict[Channel, Sender]:
        """The channels that the environment has settings for."""
        settings = self.settings
        senders: dict[Channel, Sender] = {}
        if settings.smtp_host and settings.smtp_from and settings.mail_to:
            from src.services.digest.mailer import Mailer

            senders[Channel.EMAIL] = Mailer(
                settings.smtp_host,
                settings.smtp_port,
                settings.smtp_security,
                settings.smtp_from,
                settings.mail_to,
                settings.smtp_user,
                settings.smtp_password,
            )
        if settings.webhook_url and settings.webhook_secret:
            from src.services.digest.webhook import Webhook

            senders[Channel.WEBHOOK] = Webhook(settings.webhook_url, settings.webhook_secret)
        return senders
