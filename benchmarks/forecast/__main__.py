"""Measure the forecasts on dated ledgers and on simulated ones: tables in Markdown to stdout."""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.forecast.ledgers import Row, ledger_of, read_rows
from benchmarks.forecast.simulated import simulate
from src.components.forecast.backtest import Backtest, backtest
from src.components.forecast.intervals import intervals
from src.components.forecast.measures import naive_errors
from src.components.forecast.origins import origins
from src.components.forecast.selection import choose
from src.domain.forecasts import Method

_DATED = ("us_mint_kt", "in_household", "us_kaggle_mint806", "in_myexpenses")
_FIRST, _HORIZON = 3, 6
_CHOSEN = "chosen"


class Measured(NamedTuple):
    name: str
    months: int
    scaled: dict[str, np.ndarray]
    """Mean absolute errors in multiples of the one-step naive error before the origin, by method; shape
    (n_origins, n_series, horizon)."""
    seasonal: dict[str, np.ndarray]
    """In multiples of the error of the same month of the year before."""
    inside: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with CSV files in the normalized form")
    parser.add_argument("--simulated", type=int, default=16, help="number of simulated ledgers")
    options = parser.parse_args()
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        real = list(processes.map(partial(_of_file, options.folder), _DATED))
        made = list(processes.map(_of_seed, range(1000, 1000 + options.simulated)))
    for name, measured in (("Real ledgers", real), ("Simulated ledgers", made)):
        enough = [one for one in measured if one]
        print(f"\n## {name}: {len(enough)} of {len(measured)} have enough months\n")
        if enough:
            _show(enough)


def _of_file(folder: Path, name: str) -> Measured | None:
    return measure(name, read_rows(folder, name))


def _of_seed(seed: int) -> Measured | None:
    return measure(str(seed), simulate(seed))


def measure(name: str, rows: list[Row]) -> Measured | None:
    """Forecasts from each month of the last third, with only what was known before it."""
    ledger = ledger_of(rows)
    count = len(ledger.history.months)
    if count < 9:
        return None
    made = origins(
        ledger.history, ledger.merchants, ledger.targets, until=rows[-1].date, first=_FIRST, horizon=_HORIZON
    )
    tested = backtest(ledger.history, made, tuple(Method))
    sums = np.arange(len(ledger.history.amounts)) < 2
    scaled, seasonal, inside = defaultdict(list), defaultdict(list), []
    for position, known in enumerate(tested.counts):
        if known < count - count // 3 or known == count:
            continue
        choice = choose(tested, known, sums)
        naive, of_year = (naive_errors(ledger.history.amounts, known, lag=lag) for lag in (1, 12))
        errors = tested.errors[:, position]
        chosen = errors[choice, np.arange(len(choice))]
        for method, error in [*zip(tested.methods, errors, strict=True), (_CHOSEN, chosen)]:
            scaled[str(method)].append(error / naive[:, None])
            seasonal[str(method)].append(error / of_year[:, None])
        past = _until(tested, position)
        of_then = intervals(past, choice, ~sums)
        actual, low, high = tested.actual[position], of_then.low - 0.5, of_then.high + 0.5
        unknown = np.isnan(actual) | np.isnan(naive)[:, None]
        inside.append(np.where(unknown, np.nan, (actual >= low) & (actual <= high)))
    return Measured(name, count, _arrays(scaled), _arrays(seasonal), np.array(inside))


def _until(tested: Backtest, position: int) -> Backtest:
    """What was known at this origin."""
    counts = tested.counts[: position + 1]
    over = counts[:, None] + np.arange(1, _HORIZON + 1) <= counts[-1]
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


def _show(measured: list[Measured]) -> None:
    methods = list(measured[0].scaled)
    print("| | " + " | ".join(methods) + " |\n|---" + "|---" * len(methods) + "|")
    for title, which in (("categories", slice(2, None)), ("total", slice(0, 1)), ("income", slice(1, 2))):
        _row(f"MASE, {title}", (_mase(measured, method, which) for method in methods))
    _row(
        "MASE, categories, median",
        (_mase(measured, method, slice(2, None), np.nanmedian) for method in methods),
    )
    _row(
        "MASE by lag 12, categories",
        (_mase(measured, method, slice(2, None), seasonal=True) for method in methods),
    )
    for step in range(_HORIZON):
        _row(
            f"MASE, categories, month {step + 1}",
            (_mase(measured, method, slice(2, None), step=step) for method in methods),
        )
    heads = ("ledger", "months", "categories, chosen", "best single", "total, chosen", "best single")
    heads += ("covered, categories", "covered, total", "covered, income")
    print("\n| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for one in [*measured, None]:
        some = [one] if one else measured
        figures = []
        for which in (slice(2, None), slice(0, 1)):
            single = [_mase(some, method, which) for method in methods if method != _CHOSEN]
            figures += [_mase(some, _CHOSEN, which), min(single)]
        covered = [
            np.mean(
                [
                    np.nanmean(ledger.inside[:, which])
                    for ledger in some
                    if not np.isnan(ledger.inside[:, which]).all()
                ]
            )
            for which in (slice(2, None), slice(0, 1), slice(1, 2))
        ]
        cells = [f"{value:.2f}" for value in figures] + [f"{share:.0%}" for share in covered]
        print(f"| {one.name if one else 'mean'} | {one.months if one else ''} | " + " | ".join(cells) + " |")


def _row(title: str, values: Iterable[float]) -> None:
    print(f"| {title} | " + " | ".join(f"{value:.3f}" for value in values) + " |")


def _mase(
    measured: list[Measured],
    method: str,
    which: slice,
    mean=np.nanmean,
    *,
    step: int | None = None,
    seasonal: bool = False,
) -> float:
    """The mean over ledgers of the mean over series."""
    values = []
    for one in measured:
        errors = (one.seasonal if seasonal else one.scaled)[method][:, which]
        errors = errors if step is None else errors[:, :, step : step + 1]
        counts = np.count_nonzero(~np.isnan(errors), axis=(0, 2))
        if counts.any():
            sums = np.nansum(errors, axis=(0, 2))[counts > 0]
            values.append(mean(sums / counts[counts > 0]))
    return float(np.mean(values)) if values else float("nan")


if __name__ == "__main__":
    main()
