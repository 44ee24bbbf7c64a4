"""Measure the forecasts on dated ledgers and on simulated ones: tables in Markdown to stdout."""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.forecast.ledgers import read_rows
from benchmarks.forecast.measure import CHOSEN, HORIZON, Measured, measure
from benchmarks.forecast.simulated import simulate

_DATED = ("us_mint_kt", "in_household", "us_kaggle_mint806", "in_myexpenses")
_TOTAL, _INCOME, _CATEGORIES = slice(0, 1), slice(1, 2), slice(2, None)
_KINDS = {"categories": _CATEGORIES, "total": _TOTAL, "income": _INCOME}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with CSV files in the normalized form")
    parser.add_argument("--simulated", type=int, default=16, help="number of simulated ledgers")
    options = parser.parse_args()
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        real = list(processes.map(partial(_of_file, options.folder), _DATED))
        made = list(processes.map(_of_seed, range(1000, 1000 + options.simulated)))
    warnings.simplefilter("ignore", RuntimeWarning)  # means of nothing are nan
    for name, measured in (("Real ledgers", real), ("Simulated ledgers", made)):
        enough = [one for one in measured if one]
        print(f"\n## {name}: {len(enough)} of {len(measured)} have enough months")
        if enough:
            _show_methods(enough)
            _show_bounds(enough)
            _show_ledgers(enough)
            _show_running_month(enough)


def _of_file(folder: Path, name: str) -> Measured | None:
    return measure(name, read_rows(folder, name))


def _of_seed(seed: int) -> Measured | None:
    return measure(str(seed), simulate(seed))


def _show_methods(measured: list[Measured]) -> None:
    methods = list(measured[0].scaled)
    _heads("MASE", *methods)
    for title, which in _KINDS.items():
        _row(title, (_mean([one.scaled[method] for one in measured], which) for method in methods))
    _row(
        "categories, the middle one",
        (_mean([one.scaled[method] for one in measured], _CATEGORIES, np.nanmedian) for method in methods),
    )
    _row(
        "categories, sum of errors by sum of naive errors",
        (float(np.nanmean([_pooled(one, method) for one in measured])) for method in methods),
    )
    _row(
        "categories, change from the year before instead",
        (_mean([one.seasonal[method] for one in measured], _CATEGORIES) for method in methods),
    )
    for step in range(HORIZON):
        _row(
            f"categories, month {step + 1}",
            (
                _mean([one.scaled[method][..., step : step + 1] for one in measured], _CATEGORIES)
                for method in methods
            ),
        )


def _show_bounds(measured: list[Measured]) -> None:
    """What no choice among the methods can beat, and what even the median of the months to come reaches."""
    _heads("MASE in hindsight", *_KINDS)
    all_methods = [
        np.stack([one.scaled[method] for method in one.scaled if method != CHOSEN]) for one in measured
    ]
    of_series = [_best(errors, (1, 3)) for errors in all_methods]
    of_origins = [_best(errors, (3,)) for errors in all_methods]
    for title, errors in (
        ("the best method of each series", of_series),
        ("the best method of each series in each month", of_origins),
        ("the median of the months to come", [one.middle for one in measured]),
    ):
        _row(title, (_mean(errors, which) for which in _KINDS.values()))


def _best(errors: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Those of the method with the smallest mean over `axes`. errors: methods come first."""
    means = np.nanmean(errors, axis=axes, keepdims=True)
    best = np.where(np.isnan(means), np.inf, means).argmin(axis=0)[None]
    return np.asarray(np.take_along_axis(errors, best, axis=0)[0])


def _show_ledgers(measured: list[Measured]) -> None:
    heads = [f"{kind}, {what}" for kind in _KINDS for what in ("chosen", "best single")]
    _heads("ledger", "months", *heads, *(f"covered, {kind}" for kind in _KINDS))
    for name, some in [*((one.name, [one]) for one in measured), ("mean", measured)]:
        figures: list[float] = []
        for which in _KINDS.values():
            means = {method: _mean([one.scaled[method] for one in some], which) for method in some[0].scaled}
            figures += [means.pop(CHOSEN), min(means.values())]
        covered = [_covered([one.inside for one in some], which) for which in _KINDS.values()]
        months = str(some[0].months) if len(some) == 1 else ""
        cells = [f"{value:.2f}" for value in figures] + [f"{share:.0%}" for share in covered]
        print(f"| {name} | {months} | " + " | ".join(cells) + " |")


def _show_running_month(measured: list[Measured]) -> None:
    _heads("MASE of a month", *_KINDS)
    for title in measured[0].running:
        errors = [one.running[title][..., None] for one in measured]
        _row(title, (_mean(errors, which) for which in _KINDS.values()))
    inside = [one.running_inside[..., None] for one in measured]
    covered = [_covered(inside, which) for which in _KINDS.values()]
    print("| covered in the middle | " + " | ".join(f"{share:.0%}" for share in covered) + " |")


def _heads(*heads: str) -> None:
    print("\n| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")


def _row(title: str, values: Iterable[float]) -> None:
    print(f"| {title} | " + " | ".join(f"{value:.3f}" for value in values) + " |")


def _mean(
    errors: Sequence[np.ndarray], which: slice, of_series: Callable[[np.ndarray], float] = np.nanmean
) -> float:
    """The mean over ledgers of the mean over series. errors: shapes (n_origins, n_series, n_steps)."""
    return float(np.nanmean([of_series(np.nanmean(one[:, which], axis=(0, 2))) for one in errors]))


def _pooled(one: Measured, method: str) -> float:
    scaled = one.scaled[method][:, _CATEGORIES]
    naive = np.where(np.isnan(scaled), np.nan, one.naive[:, _CATEGORIES, None])
    return float(np.nansum(scaled * naive) / np.nansum(naive))


def _covered(inside: Sequence[np.ndarray], which: slice) -> float:
    return float(np.nanmean([np.nanmean(one[:, which]) for one in inside]))


if __name__ == "__main__":
    main()
