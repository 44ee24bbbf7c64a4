"""The forecast of one currency, as it is stored and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from src.components.forecast.backtest import Backtest
from src.components.forecast.intervals import Intervals
from src.components.forecast.origins import Due, Left, Origin
from src.domain.forecasts import DuePayment, Forecast, MonthForecast, NotEnough, SeriesForecast
from src.domain.money import decimal_places
from src.domain.months import month_of
from src.domain.recurring import RecurringPayment
from src.pipeline.forecast.ledger import Ledger

_MONTHS = 6
"""After the running one."""


def without(currency: str, as_of: date, not_enough: NotEnough) -> Forecast:
    return Forecast(currency, as_of, (), None, (), (), None, 0, not_enough)


@dataclass(frozen=True)
class Result:
    ledger: Ledger
    origin: Origin
    """The last one."""
    tested: Backtest
    choice: np.ndarray
    """The position of each series' method."""
    bounds: Intervals
    left: Left
    """Of the running month, what is still to come."""
    recurring: Mapping[str, RecurringPayment]
    """By id."""
    currency: str
    as_of: date

    def forecast(self, pooled: np.ndarray) -> Forecast:
        """pooled: the series whose coverage is measured together."""
        inside = self.bounds.inside[:, pooled]
        return Forecast(
            self.currency,
            self.as_of,
            self.ledger.history.months,
            self.ledger.running_month,
            tuple(self._series(position) for position in range(len(self.ledger.subjects))),
            self.ledger.too_few,
            _mean(inside),
            int(np.count_nonzero(~np.isnan(inside))),
        )

    def _series(self, position: int) -> SeriesForecast:
        method = int(self.choice[position])
        errors = self.tested.errors[method, :, position]
        judged = ~np.isnan(errors)
        error, usual = _mean(errors), _mean(self.tested.actual[:, position])
        return SeriesForecast(
            self.ledger.subjects[position],
            self.tested.methods[method],
            None if error is None else self._money(error),
            error / usual if error is not None and usual and usual > 0 else None,
            _mean(self.bounds.inside[:, position]),
            int(np.count_nonzero(judged)),
            self._months(position, self.tested.forecasts[method, -1, position]),
            tuple(self._money(amount) for amount in self.ledger.history.amounts[position]),
        )

    def _months(self, position: int, expected: np.ndarray) -> tuple[MonthForecast, ...]:
        running = self.ledger.running_month is not None
        steps = range(_MONTHS + running)
        return tuple(self._month(position, step, expected[step], running and step == 0) for step in steps)

    def _month(self, position: int, step: int, expected: float, running: bool) -> MonthForecast:
        dues = [due for due in self.origin.dues if due.step == step and position in due.targets]
        due = float(sum(due.amount for due in dues))
        spent = float(self.ledger.running[position]) if running else 0.0
        left, varies = (self.left.middle[position], self.left.mean[position]) if running else (1.0, 1.0)
        middle = spent + due + left * (expected - due)
        # What is left of a month varies less than all of it.
        below = np.sqrt(varies) * (expected - self.bounds.low[position, step])
        above = np.sqrt(varies) * (self.bounds.high[position, step] - expected)
        return MonthForecast(
            self._name(step),
            self._money(middle),
            self._money(max(min(max(spent, 0.0), middle), middle - below)),
            self._money(middle + above),
            self._money(spent),
            tuple(self._due(due) for due in dues),
        )

    def _due(self, due: Due) -> DuePayment:
        payment, amount = self.recurring.get(due.id), self._money(due.amount)
        if payment is None:
            return DuePayment(due.id, "", due.date, amount)
        return DuePayment(due.id, payment.name, due.date, amount, payment.merchant)

    def _name(self, step: int) -> str:
        history = self.ledger.history
        first_day = history.last_day(len(history.months) - 1 + step) + timedelta(days=1)
        return month_of(first_day, history.month_starts)

    def _money(self, units: float) -> Decimal:
        return Decimal(round(float(units))).scaleb(-decimal_places(self.currency))


def _mean(values: np.ndarray) -> float | None:
    """Without nan; None of nothing."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
