"""Tests of counts in two samples, and effect sizes.

Web workers and the scheduler import this, so Fisher's test does without scipy.stats, which loads for seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import exp, lgamma

import numpy as np

_LEAST_EXPECTED = 5
"""Expected rows per cell for a chi-square test (Cochran's rule)."""


def same_distribution(then: Sequence[int], now: Sequence[int]) -> float:
    """p of Pearson's chi-square test that both counts have one distribution; 1 for fewer than two cells.

    Shape (n_cells,) both, in the same order.
    """
    table = np.array([then, now], float)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return 1.0
    from scipy.special import chdtrc  # here, because it costs a web worker 5 MB that few need

    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = ((table - expected) ** 2 / expected).sum()
    return float(chdtrc(table.shape[1] - 1, statistic))


def fisher_greater(hits: int, rows: int, hits_before: int, rows_before: int) -> float:
    """p of Fisher's exact test, one-sided: at least this many `hits`, if both samples have one hit rate."""
    all_rows, all_hits = rows + rows_before, hits + hits_before
    total = _log_choose(all_rows, rows)

    def probability(count: int) -> float:
        return exp(_log_choose(all_hits, count) + _log_choose(all_rows - all_hits, rows - count) - total)

    return min(sum(probability(count) for count in range(hits, min(all_hits, rows) + 1)), 1.0)


def stability_index(then: Sequence[int], now: Sequence[int]) -> float:
    """The population stability index: 0 for equal shares; over 0.2 is commonly called a shift.

    Half a row is added to every cell that is not empty in both, so that the index stays finite.
    """
    table = np.array([then, now], float)
    before, after = table[:, table.sum(axis=0) > 0] + 0.5
    before, after = before / before.sum(), after / after.sum()
    return float(((after - before) * np.log(after / before)).sum())


def quantile_cells(then: Sequence[float], now: Sequence[float], cells: int) -> tuple[list[int], list[int]]:
    """Counts of both samples between the quantiles of the two together."""
    together = np.concatenate([then, now])
    borders = np.unique(np.quantile(together, np.arange(1, cells) / cells, method="inverted_cdf"))

    def counts(values: Sequence[float]) -> list[int]:
        return list(map(int, np.bincount(np.searchsorted(borders, values), minlength=len(borders) + 1)))

    return counts(then), counts(now)


def named_cells(then: Mapping[str, int], now: Mapping[str, int]) -> tuple[list[int], list[int]]:
    """Counts of both samples by name; names too rare for the test share the last cell."""
    share = _smaller_share(sum(then.values()), sum(now.values()))
    both = Counter(then) + Counter(now)
    common = sorted(both, key=lambda name: (-both[name], name))
    rare: list[str] = []
    in_rare = 0
    while common and (both[common[-1]] * share < _LEAST_EXPECTED or 0 < in_rare * share < _LEAST_EXPECTED):
        rare.append(common.pop())
        in_rare += both[rare[-1]]

    def counts(sample: Mapping[str, int]) -> list[int]:
        return [*(sample.get(name, 0) for name in common), sum(sample.get(name, 0) for name in rare)]

    return counts(then), counts(now)


def is_testable(then: int, now: int, *, rows_then: int, rows_now: int) -> bool:
    """Whether a cell with these counts is large enough for the test."""
    return (then + now) * _smaller_share(rows_then, rows_now) >= _LEAST_EXPECTED


def _smaller_share(rows_then: int, rows_now: int) -> float:
    """The smaller sample's share of all rows."""
    return min(rows_then, rows_now) / max(rows_then + rows_now, 1)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
