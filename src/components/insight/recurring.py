"""Finds recurring payments among the payments of one merchant.

First all payments are tried as one series, of one price, with price changes or varying. A merchant may also
have several series at a time, also among purchases: then the payments of each amount are tried alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise, zip_longest
from statistics import mean, median

from src.components.insight.intervals import Rhythm, due_dates, off_the_usual_day, rhythm_of
from src.components.insight.prices import Prices, prices_of, same_price
from src.domain.recurring import Interval, Payment, Series, SeriesStatus

_MOST_STRAYS = 0.15
"""Share of payments outside the rhythm."""
_MOST_MISSED = 0.25
"""Share of expected payments that did not come."""
_MOST_STEPS = 6
"""A longer pause begins another series."""
_CLOSE_AMOUNTS = 1.06
_LEAST_CLOSE = 6
_BEFORE_A_MOVE = 4
"""Payments before the day may change."""
_LEAST_BESIDE = 6
"""Payments of varying amounts that make a series of what another series leaves."""
_MANY = 12
_OFTEN = 0.25
_TWICE_A_MONTH = (14.6, 17)
"""The mean gap in days; below is every two weeks."""
_PAIR_TOLERANCE = 7
"""Days by which two payments may miss a year; more payments may miss it by more."""
_PAIR_STEP = 1.3


@dataclass(frozen=True, slots=True)
class _Chain:
    """Payments of one rhythm."""

    rhythm: Rhythm
    payments: tuple[Payment, ...]
    doubled: tuple[Payment, ...]
    prices: Prices

    @property
    def ids(self) -> set[str]:
        return {payment.id for payment in (*self.payments, *self.doubled)}

    def overlaps(self, other: _Chain) -> bool:
        begins = max(self.payments[0].date, other.payments[0].date)
        return begins < min(self.payments[-1].date, other.payments[-1].date)


def find_series(payments: Iterable[Payment], today: date) -> list[Series]:
    """The series among the payments of one merchant, in one currency and direction, until `today`."""
    ordered = sorted((payment for payment in payments if payment.date <= today), key=_by_date)
    return [_series(chain, today) for chain in _chains(ordered)]


def _by_date(payment: Payment) -> tuple[date, int, str]:
    return payment.date, payment.amount, payment.id


def _chains(payments: Sequence[Payment]) -> list[_Chain]:
    fixed = _of_each(_equal(payments), least=3)  # two equal purchases a year apart are chance
    if _repeats_by_chance(_without(payments, fixed)):
        fixed = [chain for chain in fixed if len(chain.payments) >= _LEAST_CLOSE]
    several = any(one.overlaps(other) for one, other in _pairs(fixed))
    if not several and (whole := _whole(payments)):
        return whole
    # A part of a salary that varies a little may be of one amount.
    wider = [chain.ids for chain in _of_each(_close(payments), least=_LEAST_CLOSE)]
    chains = [chain for chain in _joined(fixed) if not any(chain.ids < ids for ids in wider)]
    chains = _continued(chains, _without(payments, chains))
    rest = _without(payments, chains)
    if close := _joined(_of_each(_close(rest), least=_LEAST_CLOSE)):
        chains += close
        rest = _without(rest, close)
    # What a series leaves is often a purchase now and then.
    if chains and len(rest) >= _LEAST_BESIDE and (varying := _whole(rest)):
        chains += varying
    return chains


def _whole(payments: Sequence[Payment]) -> list[_Chain]:
    """All of `payments` as one series, or as two monthly ones if they come twice a month."""
    gaps = [(after.date - before.date).days for before, after in pairwise(payments)]
    if len(gaps) >= 5 and _TWICE_A_MONTH[0] <= mean(gaps) <= _TWICE_A_MONTH[1]:
        halves = [_chain(payments[start::2]) for start in (0, 1)]
        if all(half and half.rhythm.interval is Interval.MONTHLY for half in halves):
            return [half for half in halves if half]
    chain = _chain(payments)
    return [chain] if chain else []


def _of_each(groups: Iterable[Sequence[Payment]], *, least: int) -> list[_Chain]:
    return [chain for group in groups if len(group) >= least for chain in _whole(group)]


def _equal(payments: Sequence[Payment]) -> list[list[Payment]]:
    groups: dict[int, list[Payment]] = defaultdict(list)
    for payment in payments:
        groups[payment.amount].append(payment)
    return list(groups.values())


def _close(payments: Sequence[Payment]) -> list[list[Payment]]:
    """Groups of amounts that are close to each other."""
    groups: list[list[Payment]] = []
    for payment in sorted(payments, key=lambda payment: payment.amount):
        if groups and payment.amount <= groups[-1][-1].amount * _CLOSE_AMOUNTS:
            groups[-1].append(payment)
        else:
            groups.append([payment])
    return [sorted(group, key=_by_date) for group in groups]


def _joined(chains: Sequence[_Chain]) -> list[_Chain]:
    """Chains that continue each other at another price are one."""
    joined: list[_Chain] = []
    for chain in sorted(chains, key=lambda chain: chain.payments[0].date):
        for position, earlier in enumerate(joined):
            if earlier.rhythm is not chain.rhythm or earlier.overlaps(chain):
                continue
            both = sorted(
                (*earlier.payments, *earlier.doubled, *chain.payments, *chain.doubled), key=_by_date
            )
            if (whole := _chain(both)) and not whole.prices.varies:
                joined[position] = whole
                break
        else:
            joined.append(chain)
    return joined


def _repeats_by_chance(purchases: Sequence[Payment]) -> bool:
    """Whether so many amounts occur twice among purchases that some come at an interval by chance."""
    counts = Counter(payment.amount for payment in purchases)
    repeated = sum(count for count in counts.values() if count > 1)
    return len(purchases) >= _MANY and repeated > _OFTEN * len(purchases)


def _continued(chains: Sequence[_Chain], rest: Sequence[Payment]) -> list[_Chain]:
    """With the first payments of a new price, which are too few to be a chain of their own."""
    continued = []
    for chain in chains:
        last = chain.payments[-1]
        newer = [
            payment
            for payment in rest
            if payment.date > last.date and _is_new_price(last.amount, payment.amount)
        ]
        first = next((one for one in newer if _is_due(chain.rhythm, last, one)), None)
        if first is not None:
            of_price = [payment for payment in newer if same_price(payment.amount, first.amount)]
            longer = _chain(sorted((*chain.payments, *chain.doubled, *of_price), key=_by_date))
            if longer and not longer.prices.varies and longer.payments[-1] is of_price[-1]:
                chain, rest = longer, [payment for payment in rest if payment not in of_price]
        continued.append(chain)
    return continued


def _is_new_price(old: int, new: int) -> bool:
    return old <= _PAIR_STEP * new and new <= _PAIR_STEP * old


def _is_due(rhythm: Rhythm, last: Payment, payment: Payment) -> bool:
    count, off = rhythm.nearest(last.date, payment.date)
    return count == 1 and off <= rhythm.tolerance / 2


def _without(payments: Sequence[Payment], chains: Sequence[_Chain]) -> list[Payment]:
    used = {payment_id for chain in chains for payment_id in chain.ids}
    return [payment for payment in payments if payment.id not in used]


def _pairs(chains: Sequence[_Chain]) -> Iterable[tuple[_Chain, _Chain]]:
    return ((one, other) for position, one in enumerate(chains) for other in chains[:position])


def _chain(payments: Sequence[Payment]) -> _Chain | None:
    """All of `payments` as one series, but for a few strays."""
    days = sorted({payment.date for payment in payments})
    if len(days) < 2 or not (rhythm := rhythm_of(days)):
        return None
    # The first payment may be a stray itself.
    candidates = [_follow(payments[start:], rhythm) for start in range(min(3, len(payments)))]
    members, doubled = max(candidates, key=lambda candidate: len(candidate[0]))
    strays = len(payments) - len(members) - len(doubled)
    if (
        len(members) < rhythm.least
        or strays > _MOST_STRAYS * len(payments)
        or 4 * len(doubled) > len(members)
    ):
        return None
    prices = prices_of(members, rhythm.interval.per_year)
    if prices is None or not _is_regular(members, rhythm, prices):
        return None
    return _Chain(rhythm, tuple(members), tuple(doubled), prices)


def _follow(payments: Sequence[Payment], rhythm: Rhythm) -> tuple[list[Payment], list[Payment]]:
    """The payments in the rhythm from the first on, and those that came twice."""
    members, doubled = [payments[0]], list[Payment]()
    moved = False  # to another day, once
    for payment, following in zip_longest(payments[1:], payments[2:]):
        gap = (payment.date - members[-1].date).days
        if gap > 0 and 0 < rhythm.steps(members[-1].date, payment.date) <= _MOST_STEPS:
            members.append(payment)
        elif gap <= rhythm.tolerance and same_price(payment.amount, members[-1].amount):
            doubled.append(payment)
        elif (
            not moved
            and len(members) >= _BEFORE_A_MOVE
            and following
            and rhythm.tolerance < gap < 2 * rhythm.days
        ):
            goes_on = rhythm.steps(payment.date, following.date) == 1
            moved = goes_on and rhythm.steps(members[-1].date, following.date) == 0
            members += [payment] if moved else []
    return members, doubled


def _is_regular(members: Sequence[Payment], rhythm: Rhythm, prices: Prices) -> bool:
    days = [payment.date for payment in members]
    steps = [max(1, rhythm.steps(before, after)) for before, after in pairwise(days)]
    if sum(steps) - len(steps) > _MOST_MISSED * sum(steps):
        return False
    off = [rhythm.nearest(before, after)[1] for before, after in pairwise(days)]
    if rhythm.interval is Interval.YEARLY and len(members) == 2:
        low, high = sorted(payment.amount for payment in members)
        return off[0] <= _PAIR_TOLERANCE and high <= _PAIR_STEP * low
    if not prices.varies:
        return True
    # The more the amounts vary, the more payments it takes.
    least = rhythm.least_varying + (prices.spread > rhythm.spread / 2)
    usually_off = min(median(off), median(off_the_usual_day(days))) if rhythm.months else median(off)
    return len(members) >= least and prices.spread <= rhythm.spread and usually_off <= rhythm.tolerance / 2


def _series(chain: _Chain, today: date) -> Series:
    rhythm, days = chain.rhythm, [payment.date for payment in chain.payments]
    due = due_dates(rhythm, days, today)
    overdue = (today - due[0]).days
    status = SeriesStatus.ACTIVE
    if overdue > rhythm.grace:
        status = SeriesStatus.ENDED if overdue > rhythm.ends_after else SeriesStatus.MISSED
    missed = [day for before, after in pairwise(days) for day in _between(before, after, rhythm)]
    if status is SeriesStatus.MISSED:
        missed += [day for day in due if (today - day).days > rhythm.grace]
    upcoming = next(day for day in due if (today - day).days <= rhythm.grace)
    per_year = rhythm.interval.per_year
    return Series(
        interval=rhythm.interval,
        payments=chain.payments,
        amount=chain.prices.current,
        varies=chain.prices.varies,
        status=status,
        next_date=None if status is SeriesStatus.ENDED else upcoming,
        price_changes=chain.prices.changes,
        missed=tuple(missed),
        doubled=tuple(payment.date for payment in chain.doubled),
        yearly_cost=chain.prices.current * per_year,
    )


def _between(before: date, after: date, rhythm: Rhythm) -> list[date]:
    """The expected days between two payments."""
    count = max(1, rhythm.steps(before, after))
    gap = (after - before) / count
    return [before + timedelta(days=round(gap.days * step)) for step in range(1, count)]
