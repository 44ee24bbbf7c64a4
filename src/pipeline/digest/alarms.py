"""Alarms of the feed: what other areas find, with a key and what its sentence needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from src.domain.anomalies import AnomalyKind
from src.domain.budgets import BudgetState, Pace
from src.domain.feed import EntryKind, NewEntry
from src.domain.limits import LimitState, LimitStatus, as_plain
from src.domain.months import first_day, last_day, months_later
from src.domain.recurring import RecurringPayment, SeriesStatus
from src.pipeline.anomalies.unusual import AnomalyStatus

if TYPE_CHECKING:
    from src.pipeline.anomalies.unusual import UnusualSpendingList
    from src.pipeline.budgets.limits import LimitOverview
    from src.pipeline.budgets.overview import BudgetOverview
    from src.pipeline.insight.recurring import RecurringPayments


@dataclass(frozen=True)
class RecurringAlarms:
    """Payments that are overdue, and changes of price."""

    recurring: RecurringPayments

    def __call__(self, today: date) -> Iterator[NewEntry]:
        for payment in self.recurring.all(today=today):
            if payment.status is SeriesStatus.MISSED:
                expected = min(day for day in payment.missed if day > payment.last_date)
                values = {"amount": str(payment.amount), "last": payment.last_date.isoformat()}
                # One alarm until the next payment, whatever day it is then expected on.
                yield _alarm(payment, "missed", expected, f"after {payment.last_date}", values)
            if payment.status is not SeriesStatus.ENDED:
                for old, new, day in payment.price_changes:
                    values = {"old": str(old), "new": str(new)}
                    yield _alarm(payment, "price-change", day, f"{day} {new}", values)


def _alarm(payment: RecurringPayment, code: str, day: date, when: str, values: dict[str, str]) -> NewEntry:
    series = f"{payment.merchant} {payment.currency} {payment.direction} {payment.interval}"
    about = {
        "merchant": payment.merchant,
        "name": payment.name,
        "currency": payment.currency,
        "interval": payment.interval.value,
        "direction": payment.direction.value,
    }
    return NewEntry(EntryKind.RECURRING, f"{code} {series} {when}", day, code, {**about, **values})


@dataclass(frozen=True)
class AnomalyAlarms:
    """What is unusual and not dismissed. Missed payments and new prices are alarms of recurring payments."""

    unusual: UnusualSpendingList

    def __call__(self, today: date) -> Iterator[NewEntry]:
        for anomaly in self.unusual.read().anomalies(AnomalyStatus.OPEN):
            if anomaly.kind not in (AnomalyKind.MISSED, AnomalyKind.PRICE_CHANGE):
                values = {**asdict(anomaly), "date": anomaly.date.isoformat()}
                code = "duplicate" if anomaly.kind is AnomalyKind.DUPLICATE else "anomaly"
                yield NewEntry(EntryKind.ANOMALY, f"anomaly {anomaly.id}", anomaly.date, code, values)


@dataclass(frozen=True)
class BudgetAlarms:
    """Budgets that are exceeded, or will be with the payments that recur."""

    budgets: BudgetOverview

    def __call__(self, today: date) -> Iterator[NewEntry]:
        present = self.budgets.states(today=today)
        yield from self._alarms(present)
        if present:  # the end of a month is often imported in the next one
            yield from self._alarms(
                self.budgets.states(today=today, month=months_later(present[0].month, -1))
            )

    def _alarms(self, states: Iterable[BudgetState]) -> Iterator[NewEntry]:
        starts = self.budgets.known.preferences().month_starts
        for state in states:
            if state.pace in (Pace.OVER, Pace.WILL_EXCEED) and state.budget.since <= state.month:
                yield _of_budget(state, first_day(state.month, starts), last_day(state.month, starts))


def _of_budget(state: BudgetState, begins: date, ends: date) -> NewEntry:
    budget = state.budget
    values = {
        "category": budget.category,
        "group": budget.group.value if budget.group else None,
        "currency": budget.currency,
        "month": state.month,
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "spent": str(state.spent),
        "available": str(state.available),
        "committed": str(state.committed),
    }
    key = f"budget {budget.key} {state.month} {state.amount} {state.pace}"
    return NewEntry(EntryKind.BUDGET, key, min(state.as_of, ends), f"budget-{state.pace.value}", values)


@dataclass(frozen=True)
class LimitAlarms:
    """Finance rules that the last complete months do not keep."""

    limits: LimitOverview

    def __call__(self, today: date) -> Iterator[NewEntry]:
        for state in self.limits.states(today=today):
            if state.status is LimitStatus.ALARM:
                yield _of_limit(state)


def _of_limit(state: LimitState) -> NewEntry:
    limit = as_plain(state.limit)
    values = {
        "limit": limit,
        "currency": state.currency,
        "months": list(state.months),
        "begins": state.since.isoformat(),
        "ends": state.until.isoformat(),
        "amount": str(state.amount),
        "income": str(state.income),
        "allowed": str(state.allowed),
    }
    bound = f"{limit['share']} {limit['amount']} {limit['period']}"
    key = f"limit {state.limit.key} {bound} {state.currency} {state.months[-1]}"
    return NewEntry(EntryKind.LIMIT, key, state.until, "limit", values)
