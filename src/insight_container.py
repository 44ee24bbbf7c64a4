"""What analyses the ledger, built on the services and the predictions of one process."""

from __future__ import annotations

from functools import partial

from src.once import once
from src.pipeline.analysis.run import LedgerAnalysis, Part
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
    def analysis_state(self) -> AnalysisState:
        revision = partial(ledger_revision, self.database)
        return AnalysisState(self.database, revision, self.now, lease_s=self.settings.lease_s)

    @property
    def ledger_analysis(self) -> LedgerAnalysis:
        parts: dict[str, Part] = {}
        return LedgerAnalysis(self.analysis_state, parts)
