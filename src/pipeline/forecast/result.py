"""The forecast of one currency, as it is stored and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from src.components.forecast.backtest import Backtest
from src.components.forecast.intervals import Intervals
from src.components.forecast.origins import Origin, elapsed
from src.domain.forecasts import DuePayment, Forecast, MonthForecast, NotEnough, SeriesForecast
from src.domain.money import decimal_places
from src.domain.months import month_of
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
            tuple(self._months(position, self.tested.forecasts[method, -1, position])),
            tuple(self._money(amount) for amount in self.ledger.history.amounts[position]),
        )

    def _months(self, position: int, expected: np.ndarray) -> Sequence[MonthForecast]:
        low, high = self.bounds.low[position], self.bounds.high[position]
        running = self.ledger.running_month is not None
        months = []
        for step in range(_MONTHS + running):
            dues = [due for due in self.origin.dues if due.step == step and position in due.targets]
            spent, left = 0.0, 1.0
            if running and step == 0:
                spent, left = float(self.ledger.running[position]), self._left
            due = float(sum(due.amount for due in dues))
            known = spent + due
            # What is left of a month varies less than all of it.
            middle = known + left * (expected[step] - due)
            least = known if running and step == 0 and spent > 0 else 0.0
            months.append(
                MonthForecast(
                    self._month(step),
                    self._money(middle),
                    self._money(
                        max(min(least, middle), middle - np.sqrt(left) * (expected[step] - low[step]))
                    ),
                    self._money(middle + np.sqrt(left) * (high[step] - expected[step])),
                    self._money(spent),
                    tuple(DuePayment(due.id, due.date, self._money(due.amount)) for due in dues),
                )
            )
        return months

    @property
    def _left(self) -> float:
        return 1 - elapsed(self.ledger.history, self.as_of)

    def _month(self, step: int) -> str:
        history = self.ledger.history
        first_day = history.last_day(len(history.months) - 1 + step) + timedelta(days=1)
        return month_of(first_day, history.month_starts)

    def _money(self, units: float) -> Decimal:
        return Decimal(round(float(units))).scaleb(-decimal_places(self.currency))


def _mean(values: np.ndarray) -> float | None:
    """Without nan; None of nothing."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
