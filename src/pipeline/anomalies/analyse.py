"""Analyses the ledger for unusual spending; a training decides whether a forest is used."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from src.components.anomalies.amounts import Forest, find_amounts
from src.components.anomalies.category_months import find_category_months, without_explained
from src.components.anomalies.duplicates import find_duplicates
from src.components.anomalies.judge import Verdict, forest_of, train
from src.components.anomalies.recurring import (
    SeriesPayments,
    find_recurring,
    regular_payments,
    seldom_payments,
    without_doubles,
)
from src.domain.anomalies import (
    ANALYSED_YEARS,
    MOST_ANOMALIES,
    Anomaly,
    AnomalyReport,
    Counts,
    Method,
    Spending,
)
from src.domain.categories import Category, Flow, flow_of
from src.domain.money import decimal_places
from src.domain.months import Coverage, last_day, month_of, months_between
from src.errors import InvalidInput, TrackingUnavailable

if TYPE_CHECKING:
    from src.pipeline.insight.recurring import RecurringPayments
    from src.services.anomalies.models import AnomalyModels
    from src.services.anomalies.reports import AnomalyReports
    from src.services.anomalies.spending import SpendingHistory
    from src.services.mlflow.side_experiment import SideExperiment
    from src.services.transactions.analytics import Analytics

log = logging.getLogger(__name__)

_SEED = 7


@dataclass(frozen=True)
class AnomalyAnalysis:
    spending: SpendingHistory
    analytics: Analytics
    recurring: RecurringPayments
    categories: Callable[[], Sequence[Category]]
    month_starts: Callable[[], int]
    models: AnomalyModels
    reports: AnomalyReports
    experiment: Callable[[], SideExperiment]
    now: Callable[[], datetime]

    def run(self, today: date, learn: bool) -> None:
        """Analyse, and store the report. learn: train first. Raises Unavailable."""
        newest = self.recurring.history.newest_date(until=today) or today
        since = month_start(newest, ANALYSED_YEARS, self.month_starts())
        payments = self.spending.newest(since=since, until=today)
        if learn or not self.models.is_decided():
            self._train(payments)
        forest, method = self._forest()
        anomalies, counts = self._find(payments, forest, newest, since)
        ordered = sorted(
            anomalies, key=lambda anomaly: (anomaly.date, anomaly.score, anomaly.id), reverse=True
        )
        counts = replace(counts, unlisted=len(ordered[MOST_ANOMALIES:]))
        self.reports.store(AnomalyReport(tuple(ordered[:MOST_ANOMALIES]), counts, method, self.now()))

    def _find(
        self, payments: Sequence[Spending], forest: Forest | None, newest: date, since: date
    ) -> tuple[list[Anomaly], Counts]:
        by_currency: dict[str, list[Spending]] = defaultdict(list)
        for payment in payments:
            by_currency[payment.currency].append(payment)
        groups = {category.slug: category.group for category in self.categories()}
        series = [
            (payment, payments)
            for payment, payments in self.recurring.with_payments(since, newest, today=newest)
            if flow_of(groups.get(payment.category or ""), payment.direction) == (Flow.SPENT, 1)
        ]
        regular = regular_payments(series)
        anomalies: list[Anomaly] = []
        analysed = too_little = 0
        for currency, members in by_currency.items():
            of_amounts, counts = find_amounts(members, forest, regular)
            anomalies += [*of_amounts, *find_duplicates(members)]
            category_months = self._category_months(currency, since, newest, series)
            anomalies += without_explained(category_months, of_amounts, self.month_starts())
            analysed, too_little = analysed + counts.analysed, too_little + counts.too_little_history
        anomalies += without_doubles(find_recurring([payment for payment, _ in series], newest), anomalies)
        return anomalies, Counts(analysed, too_little, self._older(by_currency, since))

    def _category_months(
        self, currency: str, since: date, newest: date, series: Sequence[SeriesPayments]
    ) -> Iterable[Anomaly]:
        sums: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        places = decimal_places(currency)
        for cell in self.analytics.cells(currency=currency, since=since, until=newest, by=("month",)):
            if cell.flow is Flow.SPENT:
                sums[cell.category][cell.month] += int(cell.counted.scaleb(places))
        starts = self.month_starts()
        named = months_between({month for of_category in sums.values() for month in of_category})
        begins = min((last_day(month, starts) for month in named), default=newest)
        coverage = Coverage(begins.replace(day=1), newest, newest, since, None, starts)
        months = [month for month in named if not coverage.is_partial(month)]
        last_days = {month: last_day(month, starts) for month in months}
        expected: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for category, payment in seldom_payments(series, currency):
            expected[category][month_of(payment.date, starts)] += payment.amount
        return find_category_months(sums, expected, months, currency=currency, last_days=last_days)

    def _older(self, currencies: Iterable[str], since: date) -> int:
        """Payments from before the analysed years."""
        return sum(
            cell.rows
            for currency in currencies
            for cell in self.analytics.cells(currency=currency, until=since - timedelta(days=1))
            if cell.flow is Flow.SPENT and not cell.refund
        )

    def _forest(self) -> tuple[Forest | None, Method]:
        try:
            stored = self.models.in_use()
        except InvalidInput as error:
            log.warning("the forest is not used", extra={"error": str(error)})
            return None, Method.THRESHOLD
        if stored is None:
            return None, Method.THRESHOLD
        return forest_of(stored.fitted, stored.columns), Method.ISOLATION_FOREST

    def _train(self, payments: Sequence[Spending]) -> None:
        trained = train(payments, seed=_SEED)
        if trained is None:
            return
        fitted, verdict = trained
        run_id = self._logged(verdict)
        if verdict.accepted:
            self.models.put_in_use(fitted, verdict.columns, mlflow_run_id=run_id, at=self.now())
        else:
            self.models.put_out_of_use(at=self.now())

    def _logged(self, verdict: Verdict) -> str:
        """The id of the MLflow run, "" without MLflow."""
        outcome = "accepted" if verdict.accepted else "refused"
        try:
            return self.experiment().log(
                f"{outcome} {self.now():%Y-%m-%d %H:%M}",
                params={"columns": " ".join(verdict.columns), "rows": verdict.rows, "seed": _SEED},
                metrics=verdict.metrics,
                tags={"verdict": outcome},
            )
        except TrackingUnavailable as error:
            log.warning("anomalies are trained without MLflow", extra={"error": str(error)})
            return ""


def month_start(newest: date, years: int, starts: int) -> date:
    """The first day of the month `years` before `newest`."""
    month = month_of(newest, starts)
    return date.fromisoformat(f"{int(month[:4]) - years}{month[4:]}-{starts:02}")
