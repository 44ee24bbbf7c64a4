"""Forecasts from each month of the last third of a ledger, with only what was known before it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from benchmarks.forecast.ledgers import Row, ledger_of
from benchmarks.forecast.running_month import RunningMonth
from src.components.forecast.backtest import Backtest, backtest
from src.components.forecast.intervals import intervals
from src.components.forecast.measures import naive_errors
from src.components.forecast.origins import origins
from src.components.forecast.selection import choose
from src.domain.forecasts import Method

HORIZON = 6
CHOSEN = "chosen"
_FIRST = 3
_LEAST_MONTHS = 9
_KNOWN_MONTHS, _STILL_USED, _LEAST_SPENT = 36, 12, 3
"""As in `src.pipeline.forecast.ledger`."""


class Measured(NamedTuple):
    """Errors are in multiples of the one-step naive error before the origin.

    nan where there is no forecast, or the month is not over.
    """

    name: str
    months: int
    scaled: dict[str, np.ndarray]
    """By method; shape (n_origins, n_series, horizon)."""
    seasonal: dict[str, np.ndarray]
    """In multiples of the error of the same month of the year before."""
    naive: np.ndarray
    """Shape (n_origins, n_series)."""
    middle: np.ndarray
    """Of a forecast that knows the median of the last third; shape as of a method."""
    inside: np.ndarray
    """Whether it is in the interval; shape as of a method."""
    running: dict[str, np.ndarray]
    """Errors in the middle of the month after the origin, by what forecasts; shape (n_origins, n_series)."""
    running_inside: np.ndarray


def measure(name: str, rows: list[Row]) -> Measured | None:
    """None of a ledger with too few months."""
    ledger = ledger_of(rows)
    amounts, count = ledger.history.amounts, len(ledger.history.months)
    if count < _LEAST_MONTHS:
        return None
    made = origins(
        ledger.history,
        ledger.merchants,
        ledger.targets,
        until=rows[-1].date,
        first=_FIRST,
        horizon=HORIZON + 1,
    )
    tested = backtest(ledger.history, made, tuple(Method))
    sums = np.arange(len(amounts)) < 2
    middle = np.median(amounts[:, count - count // 3 :], axis=1)[:, None]
    columns: dict[str, list[np.ndarray]] = defaultdict(list)
    scaled, seasonal, running = defaultdict(list), defaultdict(list), defaultdict(list)
    for position, known in enumerate(tested.counts):
        if known < count - count // 3 or known == count:
            continue
        past, choice = _until(tested, position), choose(tested, known, sums)
        naive, of_year = (
            np.where(_is_forecast(amounts, known), naive_errors(amounts, known, lag=lag), np.nan)
            for lag in (1, 12)
        )
        errors, actual = tested.errors[:, position, :, :HORIZON], tested.actual[position, :, :HORIZON]
        chosen = errors[choice, np.arange(len(choice))]
        for method, error in [*zip(tested.methods, errors, strict=True), (CHOSEN, chosen)]:
            scaled[str(method)].append(error / naive[:, None])
            seasonal[str(method)].append(error / of_year[:, None])
        of_then = intervals(past, choice, ~sums)
        low, high = of_then.low[:, :HORIZON] - 0.5, of_then.high[:, :HORIZON] + 0.5
        unknown = np.isnan(actual) | np.isnan(naive)[:, None]
        columns["naive"].append(naive)
        columns["middle"].append(np.abs(actual - middle) / naive[:, None])
        columns["inside"].append(np.where(unknown, np.nan, (actual >= low) & (actual <= high)))
        month = RunningMonth(ledger, rows, int(known)).measure(past, choice)
        for title, forecast in {**month.forecasts, "before it": _chosen(past, choice)}.items():
            running[title].append(np.abs(forecast - actual[:, 0]) / naive)
        columns["running inside"].append(np.where(unknown[:, 0], np.nan, month.contains(actual[:, 0])))
    naive, middle, inside, running_inside = (np.array(values) for values in columns.values())
    return Measured(
        name,
        count,
        _arrays(scaled),
        _arrays(seasonal),
        naive,
        middle,
        inside,
        _arrays(running),
        running_inside,
    )


def _is_forecast(amounts: np.ndarray, count: int) -> np.ndarray:
    """Total, income and the categories that would be forecast after `count` months."""
    known = amounts[:, max(0, count - _KNOWN_MONTHS) : count]
    used = (known[:, -_STILL_USED:] != 0).any(axis=1)
    enough = np.count_nonzero(known, axis=1) >= _LEAST_SPENT
    return np.asarray((used & enough) | (np.arange(len(amounts)) < 2))


def _chosen(past: Backtest, choice: np.ndarray) -> np.ndarray:
    return np.asarray(past.forecasts[choice, -1, np.arange(len(choice)), 0])


def _until(tested: Backtest, position: int) -> Backtest:
    """What was known at this origin."""
    counts = tested.counts[: position + 1]
    over = counts[:, None] + np.arange(1, tested.actual.shape[-1] + 1) <= counts[-1]
    return replace(
        tested,
        counts=counts,
        forecasts=tested.forecasts[:, : position + 1],
        actual=np.where(over[:, None, :], tested.actual[: position + 1], np.nan),
        scales=tested.scales[: position + 1],
        ceilings=tested.ceilings[: position + 1],
    )


def _arrays(lists: dict[str, list[np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.array(values) for name, values in lists.items()}
