"""The forecast of a month in its middle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np

from benchmarks.forecast.ledgers import Ledger, Row
from src.components.forecast.backtest import Backtest, backtest
from src.components.forecast.intervals import intervals
from src.components.forecast.origins import History, elapsed, origins, share_left
from src.domain.categories import Flow
from src.domain.forecasts import Kind, Subject
from src.domain.months import month_of
from src.pipeline.forecast import ledger as product
from src.pipeline.forecast.result import Result

_DAY = 15
_RECENT = 6
"""As in `src.pipeline.forecast.ledger`."""


class Forecasts(NamedTuple):
    """Of the month, in its middle; arrays of shape (n_series,)."""

    forecasts: dict[str, np.ndarray]
    low: np.ndarray
    high: np.ndarray

    def contains(self, actual: np.ndarray) -> np.ndarray:
        return np.asarray((actual >= self.low - 0.5) & (actual <= self.high + 0.5))


@dataclass(frozen=True)
class RunningMonth:
    """The one after the first `count` months."""

    ledger: Ledger
    rows: list[Row]
    count: int

    def measure(self, past: Backtest, choice: np.ndarray) -> Forecasts:
        """past: what was known before the month. choice: the methods that were chosen then."""
        whole = self.ledger.history
        month = whole.months[self.count]
        until = date.fromisoformat(f"{month}-{_DAY}")
        history = History(whole.months[: self.count], whole.amounts[:, : self.count])
        (origin,) = origins(
            history,
            self.ledger.merchants,
            self.ledger.targets,
            until=until,
            first=self.count,
            horizon=past.actual.shape[-1],
        )
        tested = _with_last(past, backtest(history, [origin], {past.methods[one] for one in choice}))
        spent = self._sums([month], lambda day: day <= _DAY)[:, 0]
        later = self._sums(history.months[-_RECENT:], lambda day: day > _DAY)
        left = share_left(history, later, origin, self.ledger.targets, until)
        kinds = [Subject(Kind.TOTAL), Subject(Kind.INCOME)]
        subjects = (*kinds, *(Subject(Kind.CATEGORY, name) for name in self.ledger.categories))
        pooled = np.arange(len(subjects)) >= len(kinds)
        state = product.Ledger(history, subjects, spent, later, month, (), {})
        made = Result(
            state, origin, tested, choice, intervals(tested, choice, pooled), left, {}, "USD", until
        ).forecast(pooled)
        months = [series.months[0] for series in made.series]
        expected, low, high = (
            np.array([float(getattr(one, name)) * 100 for one in months])
            for name in ("expected", "low", "high")
        )
        return Forecasts(
            {"in the middle": expected, "by its pace": spent / elapsed(history, until)}, low, high
        )

    def _sums(self, months: Iterable[str], counts: Callable[[int], bool]) -> np.ndarray:
        """Of the days of these months that count; shape (n_series, n_months)."""
        positions = {month: position for position, month in enumerate(months)}
        sums = np.zeros((len(self.ledger.history.amounts), len(positions)))
        for row in self.rows:
            position = positions.get(month_of(row.date))
            if position is None or not counts(row.date.day) or row.flow not in (Flow.SPENT, Flow.EARNED):
                continue
            spent = row.flow is Flow.SPENT
            series = [0, 2 + self.ledger.categories.index(row.category)] if spent else [1]
            sums[series, position] += row.sign * round(row.amount * 100)
        return sums


def _with_last(past: Backtest, last: Backtest) -> Backtest:
    """The forecasts of the last origin as of the middle of the month."""
    forecasts = past.forecasts.copy()
    for position, method in enumerate(last.methods):
        forecasts[past.methods.index(method), -1] = last.forecasts[position, 0]
    return replace(past, forecasts=forecasts)
