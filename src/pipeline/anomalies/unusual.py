"""Unusual spending as a person sees it: what is open, what they dismissed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from src.components.anomalies.dismissed import is_fine
from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.analysis import AnalysisStatus
from src.domain.anomalies import Anomaly, AnomalyReport, Dismissal
from src.errors import NotFound

if TYPE_CHECKING:
    from src.services.analysis.state import AnalysisState
    from src.services.anomalies.reports import AnomalyReports, Dismissals
    from src.services.transactions.acts import ActLog

PART = "anomalies"
"""Of the analysis."""


class AnomalyStatus(StrEnum):
    OPEN = "open"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class UnusualSpending:
    """What the newest analysis found, and whether it is of the present ledger."""

    report: AnomalyReport
    dismissed: Collection[Dismissal]
    status: AnalysisStatus
    transactions: int
    """Of the ledger, if the newest analysis failed or there was none yet."""

    @property
    def up_to_date(self) -> bool:
        return self.status.is_current(PART)

    @property
    def failed(self) -> bool:
        """The newest analysis; what is shown is from before."""
        part = self.status.parts.get(PART)
        return part is not None and not part.ok

    @property
    def is_analysed(self) -> bool:
        return self.report.at is not None and not self.failed

    def anomalies(self, status: AnomalyStatus) -> list[Anomaly]:
        """Newest first. What is like a dismissed one is in neither list."""
        if status is AnomalyStatus.DISMISSED:
            ids = {dismissal.id for dismissal in self.dismissed}
            return [anomaly for anomaly in self.report.anomalies if anomaly.id in ids]
        return [anomaly for anomaly in self.report.anomalies if not is_fine(anomaly, self.dismissed)]


@dataclass(frozen=True)
class UnusualSpendingList:
    reports: AnomalyReports
    dismissals: Dismissals
    state: AnalysisState
    acts: ActLog
    count_transactions: Callable[[], int]

    def read(self, *, wait_s: float = 0) -> UnusualSpending:
        """wait_s: how long to wait for an analysis of the present ledger. Raises Unavailable."""
        status = self.state.wait_until_analysed(PART, at_most_s=wait_s)
        part = status.parts.get(PART)
        transactions = 0 if part and part.ok else self.count_transactions()
        return UnusualSpending(self.reports.newest(), self.dismissals.all(), status, transactions)

    def open(self) -> list[Anomaly]:
        """Those that the newest analysis found and nobody dismissed, newest first. Raises Unavailable."""
        dismissed = self.dismissals.all()
        return [anomaly for anomaly in self.reports.newest().anomalies if not is_fine(anomaly, dismissed)]

    def dismiss(self, anomaly_id: str, *, at: datetime) -> tuple[Anomaly, str | None]:
        """Returns it, and the act; None if it is dismissed already. Raises NotFound, Unavailable."""
        anomalies = self.reports.newest().anomalies
        anomaly = next((anomaly for anomaly in anomalies if anomaly.id == anomaly_id), None)
        if anomaly is None:
            raise NotFound("There is no unusual spending with this id.")
        if any(dismissal.id == anomaly_id for dismissal in self.dismissals.all()):
            return anomaly, None
        values = {"id": anomaly.id, "kind": anomaly.kind.value, "merchant": anomaly.merchant}
        what = ActSummary("anomaly-dismissed", {**values, "category": anomaly.category})
        act = self.acts.begin(ActKind.ANOMALY, what, at=at)
        dismissal = Dismissal(
            anomaly.id,
            anomaly.kind,
            anomaly.currency,
            anomaly.amount,
            anomaly.merchant,
            anomaly.category,
            at,
        )
        self.dismissals.add(dismissal)
        self.acts.finish(act, rows=0, keep=True)
        return anomaly, act

    def undo(self, act: Act, at: datetime) -> UndoResult:
        """Raises Unavailable. Safe to repeat."""
        self.dismissals.remove(str(act.what.values["id"]))
        return UndoResult(rows=0)
