"""How a budget does in a month: what is spent, what still recurs, and whether that is faster than planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from src.domain.budgets import Budget, BudgetState, Pace
from src.domain.months import months_between
from src.domain.recurring import Interval, RecurringInPeriod, RecurringPayment
from src.domain.sums import Cell

_WEEKS = {Interval.WEEKLY: timedelta(weeks=1), Interval.BIWEEKLY: timedelta(weeks=2)}


@dataclass(frozen=True, slots=True)
class MonthDays:
    month: str
    first: date
    last: date
    as_of: date
    """The day until which the ledger is known."""

    @property
    def gone(self) -> float:
        """The share of its days that are over, 0..1."""
        days = (min(self.as_of, self.last) - self.first).days + 1
        return max(0, days) / ((self.last - self.first).days + 1)

    @property
    def is_over(self) -> bool:
        return self.as_of >= self.last


LATE = timedelta(days=10)
"""A payment that was due so many days before the month may still come in it."""


def recurring_in(periods: Iterable[RecurringInPeriod], days: MonthDays) -> tuple[Decimal, Decimal]:
    """What of recurring payments was paid in the month so far, and what is still due in it."""
    paid = committed = Decimal(0)
    for period in periods:
        paid += sum((amount for day, amount in period.paid if day >= days.first), Decimal(0))
        if period.payment.next_date and not days.is_over:
            committed += period.payment.amount * _times_due(period.payment, days.last)
    return paid, committed


def _times_due(payment: RecurringPayment, last: date) -> int:
    """How often it is due until the last day of the month; once at most, unless it comes in weeks."""
    due = payment.next_date
    if due is None or due > last:
        return 0
    interval = _WEEKS.get(payment.interval)
    return 1 if interval is None else (last - due).days // interval.days + 1


def judge(
    budget: Budget,
    days: MonthDays,
    cells: Iterable[Cell],
    parents: Mapping[str | None, str],
    *,
    paid: Decimal = Decimal(0),
    committed: Decimal = Decimal(0),
) -> BudgetState:
    """cells: what counts in the budget, by month; also of the months before if it carries over. parents: as
    `part_of` returns them.

    paid, committed: of recurring payments, as `recurring_in` returns them. They are set aside first; the rest
    of the budget may be spent evenly over the month.
    """
    spent, by_category = defaultdict[str, Decimal](Decimal), defaultdict[str | None, Decimal](Decimal)
    for cell in cells:
        spent[cell.month] += cell.counted
        if cell.month == days.month:
            by_category[parents.get(cell.category, cell.category)] += cell.counted
    amount, in_month = budget.amount_in(days.month), spent[days.month]
    carried = _carried(budget, days.month, spent) if budget.carry_over else Decimal(0)
    available = amount + carried
    paid = max(Decimal(0), min(paid, in_month))
    evenly = max(Decimal(0), available - paid - committed)
    expected = paid + (evenly * Decimal(str(days.gone))).quantize(Decimal("0.0001"))
    return BudgetState(
        budget=budget,
        month=days.month,
        as_of=min(days.as_of, days.last),
        amount=amount,
        carried=carried,
        spent=in_month,
        paid=paid,
        committed=committed,
        gone=days.gone,
        expected=available if days.is_over else expected,
        pace=_pace(in_month, available, committed, expected, is_over=days.is_over),
        by_category=largest_first(by_category),
    )


def largest_first(amounts: Mapping[str | None, Decimal]) -> tuple[tuple[str | None, Decimal], ...]:
    """Without those of zero."""
    parts = sorted(amounts.items(), key=lambda part: (-part[1], str(part[0])))
    return tuple((category, amount) for category, amount in parts if amount)


def _pace(
    spent: Decimal, available: Decimal, committed: Decimal, expected: Decimal, *, is_over: bool
) -> Pace:
    if spent > available:
        return Pace.OVER
    if spent + committed > available:
        return Pace.WILL_EXCEED
    return Pace.AHEAD if spent > expected and not is_over else Pace.ON_TRACK


def _carried(budget: Budget, month: str, spent: Mapping[str, Decimal]) -> Decimal:
    earlier = [before for before in months_between((budget.since, month)) if before < month]
    if budget.since > month:
        return Decimal(0)
    return sum((budget.amount_in(before) - spent.get(before, Decimal(0)) for before in earlier), Decimal(0))
