"""Drift detection: whether recent transactions still look like those the champion learned from.

A measure counts as shifted only if the difference is significant over all measures together and large
enough to matter. The common rule "stability index over 0.1" is wrong most of the time with 100 rows:
chance alone reaches 0.18 with ten cells.

Web workers and the scheduler import this, so Fisher's test does without scipy.stats, which loads for seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, lgamma
from statistics import median

import numpy as np

from src.domain.quality import DriftMeasure, DriftPeriod, DriftResult, DriftVerdict

_LEAST_EXPECTED = 5
"""Expected rows per cell for a chi-square test (Cochran's rule)."""


@dataclass(frozen=True)
class DriftCheck:
    """false_alarms: probability of any false alarm in one check, 0..1; small, because checks are frequent.

    look_back: a merchant is new if none of this many rows before has it. The number is the same for every
    row, so a longer history makes no merchant seem less new.
    """

    false_alarms: float = 0.001
    least_rows: int = 50
    least_answers: int = 30
    least_index: float = 0.2
    """Smallest stability index of amounts and of categories that counts."""
    least_rise: float = 0.15
    """Smallest rise of the share of new merchants that counts."""
    least_fall: float = 0.1
    """Smallest fall of the accuracy that counts."""
    look_back: int = 300

    def compare(self, then: DriftPeriod, now: DriftPeriod) -> tuple[DriftResult, ...]:
        """One result per measure, shifted or not."""
        return (
            self._merchants(then, now),
            self._amounts(then, now),
            self._categories(then, now),
            self._accuracy(then, now),
        )

    def _merchants(self, then: DriftPeriod, now: DriftPeriod) -> DriftResult:
        (new_then, rows_then), (new_now, rows_now) = self._new_merchants(then), self._new_merchants(now)
        result = _too_few(DriftMeasure.MERCHANTS, rows_then, rows_now, self.least_rows, self.least_rise)
        if not _is_enough(result):
            return result
        before, after = new_then / rows_then, new_now / rows_now
        p = fisher_greater(new_now, rows_now, new_then, rows_then)
        return self._tested(result, p, after - before, before, after)

    def _new_merchants(self, period: DriftPeriod) -> tuple[int, int]:
        """(rows of new merchants, rows with enough rows before them to tell)."""
        merchants = [*period.before, *(row.merchant for row in period.rows)]
        last_position: dict[str, int] = {}
        new = rows = 0
        for position, merchant in enumerate(merchants):
            if merchant and position >= max(self.look_back, len(period.before)):
                rows += 1
                new += position - last_position.get(merchant, -self.look_back - 1) > self.look_back
            last_position[merchant] = position
        return new, rows

    def _amounts(self, then: DriftPeriod, now: DriftPeriod) -> DriftResult:
        """Amounts in the most frequent currency; rows in the others are one more cell."""
        rows_then, rows_now = len(then.rows), len(now.rows)
        result = _too_few(DriftMeasure.AMOUNTS, rows_then, rows_now, self.least_rows, self.least_index)
        if not _is_enough(result):
            return result
        currency = Counter(row.currency for row in then.rows).most_common(1)[0][0]
        before = [row.amount for row in then.rows if row.currency == currency]
        after = [row.amount for row in now.rows if row.currency == currency]
        # Ten cells, or fewer if a cell would have only a handful of rows.
        cells = quantile_cells(before, after, max(3, min(10, min(len(before), len(after)) // 10)))
        others = rows_then - len(before), rows_now - len(after)
        if is_testable(*others, rows_then=rows_then, rows_now=rows_now):
            cells = [*cells[0], others[0]], [*cells[1], others[1]]
        medians = median(before), median(after) if after else None
        return self._tested(result, same_distribution(*cells), stability_index(*cells), *medians, of=currency)

    def _categories(self, then: DriftPeriod, now: DriftPeriod) -> DriftResult:
        rows_then, rows_now = len(then.rows), len(now.rows)
        result = _too_few(DriftMeasure.CATEGORIES, rows_then, rows_now, self.least_rows, self.least_index)
        if not _is_enough(result):
            return result
        before = Counter(row.category or "" for row in then.rows)
        after = Counter(row.category or "" for row in now.rows)
        cells = named_cells(before, after)
        shares = {name: (before[name] / rows_then, after[name] / rows_now) for name in before | after}
        changed = max(sorted(shares), key=lambda name: abs(shares[name][1] - shares[name][0]))
        p, index = same_distribution(*cells), stability_index(*cells)
        return self._tested(result, p, index, *shares[changed], of=changed)

    def _accuracy(self, then: DriftPeriod, now: DriftPeriod) -> DriftResult:
        result = _too_few(
            DriftMeasure.ACCURACY, then.answers, now.answers, self.least_answers, self.least_fall
        )
        if not _is_enough(result):
            return result
        before, after = then.right / then.answers, now.right / now.answers
        p = fisher_greater(now.answers - now.right, now.answers, then.answers - then.right, then.answers)
        return self._tested(result, p, before - after, before, after)

    def _tested(
        self, result: DriftResult, p: float, effect: float, then: float, now: float | None, of: str = ""
    ) -> DriftResult:
        # Bonferroni: any of the measures can raise the alarm.
        shifted = p < self.false_alarms / len(DriftMeasure) and effect >= result.least_effect
        verdict = DriftVerdict.SHIFTED if shifted else DriftVerdict.STEADY
        return replace(result, verdict=verdict, effect=effect, p=p, then=then, now=now, of=of)


def _too_few(
    measure: DriftMeasure, rows_then: int, rows_now: int, needed: int, least_effect: float
) -> DriftResult:
    """The result without a test, for fewer than `needed` rows."""
    return DriftResult(measure, DriftVerdict.TOO_FEW, rows_then, rows_now, needed, least_effect)


def _is_enough(result: DriftResult) -> bool:
    return min(result.rows_then, result.rows_now) >= result.needed


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
