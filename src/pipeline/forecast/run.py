"""Forecasts each currency of the ledger, and stores the forecasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from src.components.forecast.backtest import JUDGED_MONTHS, QUICK, Backtest, backtest
from src.components.forecast.intervals import intervals
from src.components.forecast.measures import scaled_errors
from src.components.forecast.origins import origins, share_left
from src.components.forecast.selection import choose
from src.domain.categories import Category, Group
from src.domain.forecasts import NEEDED_MONTHS, Choice, Forecast, Kind, Method, NotEnough, Subject
from src.domain.recurring import MerchantPayments, RecurringPayment, SeriesStatus
from src.pipeline.forecast.ledger import Ledger, read_ledger
from src.pipeline.forecast.result import Result, without

if TYPE_CHECKING:
    from src.pipeline.insight.recurring import RecurringPayments
    from src.services.forecast.forecasts import Forecasts
    from src.services.insight.payments import PaymentHistory
    from src.services.transactions.analytics import Analytics

_FIRST_ORIGIN = 3
_HORIZON = 7
"""The running month, and six after it."""


@dataclass(frozen=True)
class ForecastAnalysis:
    analytics: Analytics
    payments: PaymentHistory
    recurring: RecurringPayments
    categories: Callable[[], Sequence[Category]]
    forecasts: Forecasts
    log: Callable[[Forecast, Mapping[Method, float]], None]
    """Takes a forecast and the MASE of each method that was tried for it."""

    def run(self, today: date, train: bool) -> None:
        """train: try all methods, also those that take seconds, and log to MLflow. Raises Unavailable."""
        groups: dict[str | None, Group] = {category.slug: category.group for category in self.categories()}
        made: list[Forecast] = []
        if until := self.payments.newest_date(until=today):
            merchants = self.payments.by_merchant(until=until)
            recurring = self.recurring.all(today=today)
            for row in self.analytics.currencies():
                ledger = read_ledger(self.analytics, row["currency"], groups, until=until, today=today)
                made.append(self._forecast(ledger, merchants, recurring, row["currency"], until, train))
        self.forecasts.replace(made)

    def _forecast(
        self,
        ledger: Ledger | None,
        merchants: Sequence[MerchantPayments],
        recurring: Sequence[RecurringPayment],
        currency: str,
        until: date,
        train: bool,
    ) -> Forecast:
        months = len(ledger.history.months) if ledger else 0
        if ledger is None or months < NEEDED_MONTHS:
            return without(currency, until, NotEnough(months, NEEDED_MONTHS))
        basis = f"{ledger.history.months[0]} to {ledger.history.months[-1]}"
        chosen = {} if train else self._chosen(currency, basis)
        made = origins(
            ledger.history,
            [merchant for merchant in merchants if merchant.currency == currency],
            ledger.targets,
            until=until,
            first=max(_FIRST_ORIGIN, months - JUDGED_MONTHS),
            horizon=_HORIZON,
            ended=frozenset(one.id for one in recurring if one.status is SeriesStatus.ENDED),
        )
        methods = tuple(Method) if train else {*QUICK, *chosen.values()}
        tested = backtest(ledger.history, made, methods)
        choice = _choice(tested, ledger, chosen)
        pooled = np.array([subject.kind is Kind.CATEGORY for subject in ledger.subjects])
        forecast = Result(
            ledger,
            made[-1],
            tested,
            choice,
            intervals(tested, choice, pooled),
            share_left(ledger.history, ledger.later, made[-1], ledger.targets, until),
            {one.id: one for one in recurring},
            currency,
            until,
        ).forecast(pooled)
        if train:
            methods_of = tuple((one.subject, one.method) for one in forecast.series)
            self.forecasts.remember(Choice(currency, basis, methods_of))
            errors = scaled_errors(tested.errors, ledger.history.amounts, tested.counts)
            self.log(forecast, dict(zip(tested.methods, map(float, errors), strict=True)))
        return forecast

    def _chosen(self, currency: str, basis: str) -> Mapping[Subject, Method]:
        """By the last training, if it was on the same months."""
        choice = self.forecasts.choice(currency)
        return dict(choice.methods) if choice and choice.basis == basis else {}


def _choice(tested: Backtest, ledger: Ledger, chosen: Mapping[Subject, Method]) -> np.ndarray:
    """The position of each series' method: that of the last training, else by the errors on past months."""
    sums = np.array([subject.kind is not Kind.CATEGORY for subject in ledger.subjects])
    choice = choose(tested, len(ledger.history.months), sums)
    for position, subject in enumerate(ledger.subjects):
        if subject in chosen:
            choice[position] = tested.methods.index(chosen[subject])
    return choice
