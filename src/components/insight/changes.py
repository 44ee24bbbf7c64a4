"""What of a month is out of the ordinary: sums and new merchants that a robust check supports.

A sum is unusual if it is outside all of the earlier months, and differs from their median by more than they
differ among themselves and by an amount that matters to the ledger. How much they differ is the median
absolute deviation, shrunk to a typical one, because few months tell little; for categories of few purchases
it is at least what chance would do, because their median absolute deviation is often 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist, mean, median, pvariance

from src.components.insight.comparison import usual_amount
from src.domain.categories import Flow
from src.domain.insight import Change, ChangeCode, MonthSums

FEWEST_MONTHS = 4
"""Complete months without which nothing is out of the ordinary."""
_LEAST_DEVIATIONS = 3.0
_FALSE_RATE = 0.003
"""Of a month without changes, if sums had a normal distribution."""
_BEYOND = 0.15
"""How far outside the earlier months a sum must be, as a share of the nearest."""
_BEYOND_NEW = 2.5
"""As a multiple of what was spent at any earlier merchant that was new."""
_SD_OF_MAD = 1.4826
_PRIOR_MONTHS = 4
"""The weight of the typical deviation, in months."""
_TYPICAL = 0.3
"""Of the median."""
_SECOND_MOMENT = 2.0
"""Mean of the squared amounts of purchases, as a multiple of the square of their mean."""
_FEW_PURCHASES = 5
"""In a month."""
_IRREGULAR = 0.2
"""Variance of the number of purchases by its mean: 0 for a rent, 1 by chance."""
_LONG_TAIL = 1.5
"""Sums of few purchases are rarely, but then far, above their mean."""
_TOO_FEW_PURCHASES = 8
"""In all earlier months: less of a category does not tell what is usual."""

# As a share of the spending of a usual month; the last two grow if there are few months.
_MATTERS = 0.03
_MATTERS_OF_FEW = 0.2
_MATTERS_OF_NEW = 0.22


@dataclass(frozen=True)
class EarlierMonths:
    """The complete months before, oldest first."""

    whole: Sequence[MonthSums]
    same_days: Sequence[MonthSums]
    """Of each, the days that the month is compared with: all, if the month is complete."""


def changed_sums(now: MonthSums, earlier: EarlierMonths, *, complete: bool) -> list[Change]:
    """complete: whether the month is over. Before, only what is above the others is known."""
    if len(earlier.whole) < FEWEST_MONTHS:
        return []
    return _Checks(now, earlier, complete).changes()


def new_merchants(
    now: Mapping[str, Decimal], earlier: Sequence[Mapping[str, Decimal]], usual_spending: Decimal
) -> list[Change]:
    """Those without spending in the earlier months that have far more than any that was new in one of these.

    now, earlier: spending by merchant; the earlier months are complete, the oldest first.
    """
    if len(earlier) < FEWEST_MONTHS:
        return []
    known: set[str] = set()
    largest = Decimal(0)
    for position, month in enumerate(earlier):
        new = [amount for merchant, amount in month.items() if merchant not in known]
        if position >= FEWEST_MONTHS - 1:  # before, most are new
            largest = max([largest, *new])
        known |= month.keys()
    matters = _MATTERS_OF_NEW * _little_known(len(earlier)) * float(usual_spending)
    least = max(_BEYOND_NEW * float(largest), matters)
    return [
        Change(ChangeCode.NEW_MERCHANT, amount, amount, merchant=merchant)
        for merchant, amount in now.items()
        if merchant and merchant not in known and float(amount) > least
    ]


@dataclass(frozen=True)
class _Measure:
    """One sum of the month and of the earlier ones."""

    now: Decimal
    whole: Sequence[Decimal]
    same_days: Sequence[Decimal]
    counts: Sequence[int]
    """Of the purchases in `same_days`."""

    @property
    def usual(self) -> Decimal:
        return usual_amount(self.same_days) or Decimal(0)

    @property
    def middle(self) -> float:
        return float(median(self.same_days))

    @property
    def deviation(self) -> float:
        months, middle = len(self.same_days), self.middle
        robust = _SD_OF_MAD * median(abs(float(amount) - middle) for amount in self.same_days)
        if self.is_irregular:
            return max(robust, self._by_chance) * _LONG_TAIL
        typical = min(self._by_chance, _TYPICAL * abs(middle))
        return math.sqrt((months * robust**2 + _PRIOR_MONTHS * typical**2) / (months + _PRIOR_MONTHS))

    @property
    def is_irregular(self) -> bool:
        """Few purchases, not as many each month; or none."""
        count = mean(self.counts)
        return not count or (count < _FEW_PURCHASES and pvariance(self.counts) > _IRREGULAR * count)

    @property
    def _by_chance(self) -> float:
        """If as many purchases of such amounts came independently of each other (compound Poisson)."""
        amount, count = max(float(sum(self.same_days)), 0.0), sum(self.counts)
        return math.sqrt(amount / len(self.counts) * _SECOND_MOMENT * amount / count) if count else 0.0


class _Checks:
    def __init__(self, now: MonthSums, earlier: EarlierMonths, complete: bool) -> None:
        self._now, self._earlier, self._complete = now, earlier, complete
        self._spent = self._of_flow(
            Flow.SPENT, [sum(month.purchases.values()) for month in earlier.same_days]
        )
        self._earned = self._of_flow(Flow.EARNED, [1] * len(earlier.same_days))
        months = (now, *earlier.whole)
        slugs = sorted({slug for month in months for slug in month.spent if slug is not None})
        self._by_category = {slug: self._of_category(slug) for slug in slugs}
        self._usual_spending = max(float(median(self._spent.whole)), 0.0)
        share = 1 - _FALSE_RATE / 2 / (len(slugs) + 2)
        freedom = len(earlier.whole) - 1 + _PRIOR_MONTHS
        self._deviations = max(_LEAST_DEVIATIONS, _t_quantile(share, freedom))

    def changes(self) -> list[Change]:
        changes = [
            self._change(self._spent, ChangeCode.SPENDING_UP, ChangeCode.SPENDING_DOWN),
            self._change(self._earned, ChangeCode.INCOME_UP, ChangeCode.INCOME_DOWN),
            *(
                self._change(measure, ChangeCode.CATEGORY_UP, ChangeCode.CATEGORY_DOWN, slug)
                for slug, measure in self._by_category.items()
            ),
        ]
        return [change for change in changes if change]

    def _of_flow(self, flow: Flow, counts: Sequence[int]) -> _Measure:
        earlier = self._earlier
        whole, same_days = (
            [month.of(flow) for month in months] for months in (earlier.whole, earlier.same_days)
        )
        return _Measure(self._now.of(flow), whole, same_days, counts)

    def _of_category(self, slug: str) -> _Measure:
        earlier = self._earlier
        return _Measure(
            self._now.in_category(slug),
            [month.in_category(slug) for month in earlier.whole],
            [month.in_category(slug) for month in earlier.same_days],
            [month.purchases.get(slug, 0) for month in earlier.same_days],
        )

    def _change(
        self, measure: _Measure, up: ChangeCode, down: ChangeCode, category: str | None = None
    ) -> Change | None:
        difference = measure.now - measure.usual
        is_unusual = self._is_above(measure) if difference > 0 else self._is_below(measure)
        if not is_unusual or abs(float(difference)) < self._margin(measure):
            return None
        return Change(up if difference > 0 else down, measure.now, abs(difference), measure.usual, category)

    def _margin(self, measure: _Measure) -> float:
        matters = _MATTERS
        if measure.is_irregular and sum(measure.counts) < _TOO_FEW_PURCHASES:
            matters = _MATTERS_OF_FEW * _little_known(len(measure.counts))
        return max(self._deviations * measure.deviation, matters * self._usual_spending)

    def _is_above(self, measure: _Measure) -> bool:
        now, largest = float(measure.now), float(max(measure.same_days))
        is_above = now - measure.middle > self._margin(measure) and now > largest + _BEYOND * abs(largest)
        if self._complete:
            return is_above
        # What only came some days earlier than in other months is no change.
        return is_above and now > float(median(measure.whole)) + _MATTERS * self._usual_spending

    def _is_below(self, measure: _Measure) -> bool:
        if not self._complete:
            return False
        now, smallest, less = (
            float(measure.now),
            float(min(measure.same_days)),
            measure.middle - float(measure.now),
        )
        # What is not categorized yet may be the rest of it.
        return less > max(
            self._margin(measure), float(self._now.in_category(None))
        ) and now < smallest - _BEYOND * abs(smallest)


def _little_known(months: int) -> float:
    return 1 + 2 * FEWEST_MONTHS / months


def _t_quantile(share: float, freedom: int) -> float:
    """Of Student's t distribution. Source: Abramowitz and Stegun 1964, 26.7.5."""
    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))
