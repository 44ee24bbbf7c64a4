"""What analyses the ledger, built on the services and the predictions of one process."""

from __future__ import annotations

from functools import partial

from src.domain.budgets import Budget
from src.domain.limits import Limit
from src.once import once
from src.pipeline.analysis.run import LedgerAnalysis, Part
from src.pipeline.budgets.editor import ListEditor, budget_editor, limit_editor
from src.pipeline.budgets.limits import LimitOverview
from src.pipeline.budgets.overview import BudgetOverview, KnownDays
from src.pipeline.insight.recurring import RecurringPayments
from src.prediction_container import Predictions
from src.services.analysis.state import AnalysisState, ledger_revision


class Insight(Predictions):
    """The parts of the analysis import what takes seconds in the method that needs it."""

    @once
    def recurring_payments(self) -> RecurringPayments:
        return RecurringPayments(
            self.payment_history, self.series_decisions, self.merchants.names, self.act_log
        )

    @once
    def budget_editor(self) -> ListEditor[Budget]:
        return budget_editor(self.budgets, self.act_log)

    @once
    def limit_editor(self) -> ListEditor[Limit]:
        return limit_editor(self.limits, self.act_log)

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
            self.preferences.current,
        )

    @once
    def analysis_state(self) -> AnalysisState:
        revision = partial(ledger_revision, self.database)
        return AnalysisState(self.database, revision, self.now, lease_s=self.settings.lease_s)

    @property
    def ledger_analysis(self) -> LedgerAnalysis:
        parts: dict[str, Part] = {}
        return LedgerAnalysis(self.analysis_state, parts)
