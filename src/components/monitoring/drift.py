"""Whether what comes in still looks like what the champion learned from, and is still answered as well.

An alarm needs both: a difference that chance would hardly make, even with all measures tried at once, and one
of a size that matters. The custom of calling a stability index over 0.1 drift is wrong most of the time with
100 rows: chance alone makes 0.18 with ten cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from src.components.monitoring.two_sample_tests import (
    is_enough,
    more_often,
    named_cells,
    quantile_cells,
    same_distribution,
    stability_index,
)
from src.components.text.numbers import percent
from src.domain.quality import DriftMeasure, DriftPeriod, DriftResult, DriftVerdict

_NOT_SURE = "not sure"


@dataclass(frozen=True)
class DriftCheck:
    """chance: of any false alarm in one look, 0..1; a look is taken many times, so it is small.

    look_back: how many rows before it a merchant is looked for in before it counts as new. The same stretch
    for every row: so a longer history alone makes no merchant seem less new.
    """

    chance: float = 0.001
    least_rows: int = 50
    least_answers: int = 30
    shifted: float = 0.2
    """The least stability index of amounts and of categories."""
    risen: float = 0.15
    """How much the share of new merchants must rise."""
    fallen: float = 0.1
    """How much the accuracy must fall."""
    look_back: int = 300

    def look(self, then: DriftPeriod, now: DriftPeriod) -> tuple[DriftResult, ...]:
        """One sign for each measure, whatever it came to."""
        return (
            self._merchants(then, now),
            self._amounts(then, now),
            self._categories(then, now),
            self._accuracy(then, now),
        )

    def _merchants(self, then: DriftPeriod, now: DriftPeriod) -> DriftResult:
        new, rows = self._new_merchants(now)
        new_before, rows_before = self._new_merchants(then)
        found = _Found(DriftMeasure.MERCHANTS, rows_before, rows, self.least_rows, self.risen)
        if not found.enough:
            return found.too_few()
        before, after = new_before / rows_before, new / rows
        told = f"merchants not met shortly before rose from {percent(before)} to {percent(after)}"
        p = more_often(new, rows, new_before, rows_before)
        return self._judged(found, p, after - before, before, after, told)

    def _new_merchants(self, period: DriftPeriod) -> tuple[int, int]:
        """How many rows are of a merchant none of the `look_back` rows before has, of how many that tell."""
        names = [*period.before, *(row.merchant for row in period.rows)]
        last_at: dict[str, int] = {}
        new = rows = 0
        for place, name in enumerate(names):
            if name and place >= max(self.look_back, len(period.before)):
                rows += 1
                new += place - last_at.get(name, -self.look_back - 1) > self.look_back
            last_at[name] = place
        return new, rows

    def _amounts(self, then: DriftPeriod, now: DriftPeriod) -> DriftResult:
        found = _Found(DriftMeasure.AMOUNTS, len(then.rows), len(now.rows), self.least_rows, self.shifted)
        if not found.enough:
            return found.too_few()
        money = Counter(row.currency for row in then.rows).most_common(1)[0][0]
        before = [row.amount for row in then.rows if row.currency == money]
        after = [row.amount for row in now.rows if row.currency == money]
        cells = quantile_cells(before, after, _cells(len(before), len(after)))
        rest = len(then.rows) - len(before), len(now.rows) - len(after)
        if is_enough(*rest, rows_then=len(then.rows), rows_now=len(now.rows)):
            cells = [*cells[0], rest[0]], [*cells[1], rest[1]]  # of other currencies
        middle = median(before), median(after) if after else None
        told = f"amounts have shifted, from a median of {_amount(middle[0])} to {_amount(middle[1])} {money}"
        p, effect = same_distribution(*cells), stability_index(*cells)
        return self._judged(found, p, effect, *middle, told, of=money)

    def _categories(self, then: DriftPeriod, now: DriftPeriod) -> DriftResult:
        found = _Found(DriftMeasure.CATEGORIES, len(then.rows), len(now.rows), self.least_rows, self.shifted)
        if not found.enough:
            return found.too_few()
        before = Counter(row.category or "" for row in then.rows)
        after = Counter(row.category or "" for row in now.rows)
        cells = named_cells(before, after)
        shares = {
            name: (before[name] / len(then.rows), after[name] / len(now.rows)) for name in before | after
        }
        moved = max(sorted(shares), key=lambda name: abs(shares[name][1] - shares[name][0]))
        was, became = shares[moved]
        fell_or_rose = f"{percent(was)} to {percent(became)}"
        told = f"predicted categories have shifted, {moved or _NOT_SURE} most: {fell_or_rose}"
        p, effect = same_distribution(*cells), stability_index(*cells)
        return self._judged(found, p, effect, was, became, told, of=moved)

    def _accuracy(self, then: DriftPeriod, now: DriftPeriod) -> DriftResult:
        found = _Found(DriftMeasure.ACCURACY, then.answers, now.answers, self.least_answers, self.fallen)
        if not found.enough:
            return found.too_few()
        before, after = then.right / then.answers, now.right / now.answers
        told = f"answers that agree with the prediction fell from {percent(before)} to {percent(after)}"
        p = more_often(now.answers - now.right, now.answers, then.answers - then.right, then.answers)
        return self._judged(found, p, before - after, before, after, told)

    def _judged(
        self,
        found: _Found,
        p: float,
        effect: float,
        then: float | None,
        now: float | None,
        told: str,
        *,
        of: str = "",
    ) -> DriftResult:
        # Bonferroni: all measures are tried, and any of them would raise the alarm.
        shifted = p < self.chance / len(DriftMeasure) and effect >= found.least_effect
        return DriftResult(
            measure=found.measure,
            verdict=DriftVerdict.SHIFTED if shifted else DriftVerdict.STEADY,
            told=f"{told} (n = {found.rows})" if shifted else f"no sign of drift (n = {found.rows})",
            rows_then=found.rows_then,
            rows_now=found.rows,
            effect=effect,
            least_effect=found.least_effect,
            p=p,
            then=then,
            now=now,
            of=of,
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """How much there is to judge a measure by."""

    measure: DriftMeasure
    rows_then: int
    rows: int
    needed: int
    least_effect: float

    @property
    def enough(self) -> bool:
        return min(self.rows_then, self.rows) >= self.needed

    def too_few(self) -> DriftResult:
        told = f"too few to tell (n = {min(self.rows_then, self.rows)}; {self.needed} are needed)"
        return DriftResult(
            self.measure, DriftVerdict.TOO_FEW, told, self.rows_then, self.rows, self.least_effect
        )


def reason_of(signs: Sequence[DriftResult]) -> str:
    """Every alarm in one sentence; "" where there is none."""
    alarms = [sign.told for sign in signs if sign.verdict is DriftVerdict.SHIFTED]
    return f"Drift: {'; '.join(alarms)}." if alarms else ""


def _cells(rows_then: int, rows: int) -> int:
    """Ten, or fewer where the cells would be left with a handful of rows."""
    return max(3, min(10, min(rows_then, rows) // 10))


def _amount(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"
