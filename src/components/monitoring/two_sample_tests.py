"""Whether two samples are of one kind: tests of counts with their tails by `math` alone, and effect sizes.

Web workers and the clock import this, so it does without scipy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import erfc, exp, lgamma, log, sqrt

import numpy as np

_LEAST_EXPECTED = 5
"""Expected rows in a cell from which on the chi-square tail is to be trusted (Cochran's rule)."""


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(X >= statistic) of the chi-square distribution; freedom: 1 or more.

    By the recurrence of the incomplete gamma function, Q(a + 1, y) = Q(a, y) + y^a e^-y / gamma(a + 1).
    """
    if statistic <= 0:
        return 1.0
    half = statistic / 2
    a, tail = (0.5, erfc(sqrt(half))) if freedom % 2 else (1.0, exp(-half))
    while a < freedom / 2:
        tail += exp(a * log(half) - half - lgamma(a + 1))
        a += 1
    return min(tail, 1.0)


def same_distribution(then: Sequence[int], now: Sequence[int]) -> float:
    """p of Pearson's chi-square test that both counts are of one distribution; 1 for fewer than two cells.

    Shape (n_cells,) both, in the same order.
    """
    table = np.array([then, now], float)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return chi_square_tail(float(((table - expected) ** 2 / expected).sum()), table.shape[1] - 1)


def more_often(hits: int, rows: int, hits_before: int, rows_before: int) -> float:
    """p of Fisher's exact test, one-sided: so many `hits` or more, were both samples of one kind."""
    every, all_hits = rows + rows_before, hits + hits_before

    def chance(count: int) -> float:
        return exp(
            _log_choose(all_hits, count)
            + _log_choose(every - all_hits, rows - count)
            - _log_choose(every, rows)
        )

    return min(sum(chance(count) for count in range(hits, min(all_hits, rows) + 1)), 1.0)


def stability_index(then: Sequence[int], now: Sequence[int]) -> float:
    """The population stability index: 0 for equal shares, over 0.2 by custom a clear shift.

    Half a row is added to every cell that either has, so that an empty one does not make it infinite.
    """
    table = np.array([then, now], float)
    before, after = table[:, table.sum(axis=0) > 0] + 0.5
    before, after = before / before.sum(), after / after.sum()
    return float(((after - before) * np.log(after / before)).sum())


def quantile_cells(then: Sequence[float], now: Sequence[float], cells: int) -> tuple[list[int], list[int]]:
    """Both counted between the quantiles of the two together, so that neither sample drew the borders."""
    borders = np.unique(
        np.quantile(np.concatenate([then, now]), np.arange(1, cells) / cells, method="inverted_cdf")
    )

    def counts(values: Sequence[float]) -> list[int]:
        return np.bincount(np.searchsorted(borders, values), minlength=len(borders) + 1).tolist()

    return counts(then), counts(now)


def named_cells(then: Mapping[str, int], now: Mapping[str, int]) -> tuple[list[int], list[int]]:
    """Both counted by name; the names too rare for the test are one cell together."""
    share = _share(sum(then.values()), sum(now.values()))
    both = {name: then.get(name, 0) + now.get(name, 0) for name in [*then, *now]}
    common = sorted(both, key=lambda name: (-both[name], name))
    rare: list[str] = []
    while common and (
        both[common[-1]] * share < _LEAST_EXPECTED or 0 < _of(both, rare) * share < _LEAST_EXPECTED
    ):
        rare.append(common.pop())

    def counts(of: Mapping[str, int]) -> list[int]:
        return [*(of.get(name, 0) for name in common), _of(of, rare)]

    return counts(then), counts(now)


def is_enough(then: int, now: int, *, rows_then: int, rows_now: int) -> bool:
    """Whether a cell of so many rows can be tested."""
    return (then + now) * _share(rows_then, rows_now) >= _LEAST_EXPECTED


def _share(rows_then: int, rows_now: int) -> float:
    """Of all the rows, those of the smaller sample."""
    return min(rows_then, rows_now) / max(rows_then + rows_now, 1)


def _of(counts: Mapping[str, int], names: Sequence[str]) -> int:
    return sum(counts.get(name, 0) for name in names)


def _log_choose(of: int, taken: int) -> float:
    return lgamma(of + 1) - lgamma(taken + 1) - lgamma(of - taken + 1)
