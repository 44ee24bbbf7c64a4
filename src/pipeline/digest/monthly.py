"""The digest of a finished month: totals, the largest categories, what is due next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from src.domain.categories import Flow
from src.domain.feed import EntryKind, NewEntry
from src.domain.months import first_day, last_day, month_of
from src.domain.preferences import Preferences
from src.domain.recurring import RecurringPayment
from src.domain.sums import Cell, sums_by, totals_of

if TYPE_CHECKING:
    from src.pipeline.insight.recurring import RecurringPayments
    from src.services.insight.payments import PaymentHistory
    from src.services.transactions.analytics import Analytics

_GRACE = timedelta(days=5)
"""How long the digest waits for the end of the month to be imported."""
_NEAR_THE_END = timedelta(days=7)
_LARGEST = 5
_DUE_WITHIN = timedelta(days=31)
_MOST_DUE = 10
_TOTALS = ("expense", "income", "saved", "net")


@dataclass(frozen=True)
class MonthlyDigest:
    analytics: Analytics
    history: PaymentHistory
    recurring: RecurringPayments
    preferences: Callable[[], Preferences]

    def __call__(self, today: date) -> Iterator[NewEntry]:
        """That of the last month, unless the ledger has nothing of it, or its end may still be imported.

        Raises Unavailable.
        """
        starts = self.preferences().month_starts
        month = month_of(first_day(month_of(today, starts), starts) - timedelta(days=1), starts)
        begins, ends = first_day(month, starts), last_day(month, starts)
        newest = self.history.newest_date(until=today)
        if newest is None or newest < begins:
            return
        is_whole = newest > ends - _NEAR_THE_END
        if not is_whole and today <= ends + _GRACE:
            return
        before = month_of(begins - timedelta(days=1), starts)
        sums = [self._sums(row["currency"], month, before, ends) for row in self.analytics.currencies()]
        if not (currencies := [of_currency for of_currency in sums if of_currency is not None]):
            return
        values = {
            "month": month,
            "begins": begins.isoformat(),
            "ends": ends.isoformat(),
            "until": None if is_whole else newest.isoformat(),
            "currencies": currencies,
            "due": [_due(payment) for payment in self._due(today)],
        }
        yield NewEntry(EntryKind.DIGEST, f"digest {month}", ends, "digest", values)

    def _sums(self, currency: str, month: str, before: str, ends: date) -> dict[str, Any] | None:
        """None if there is nothing of that month in the currency."""
        since = first_day(before, self.preferences().month_starts)
        cells = self.analytics.cells(currency=currency, since=since, until=ends, by=("month",))
        of_month = [cell for cell in cells if cell.month == month]
        of_before = [cell for cell in cells if cell.month == before]
        if not of_month:
            return None
        totals = totals_of(of_month)
        earlier = _by_category(of_before)
        return {
            "currency": currency,
            "count": totals["count"],
            "totals": _texts(totals),
            "before": _texts(totals_of(of_before)) if of_before else None,
            "categories": [
                {
                    "category": category,
                    "amount": str(amount),
                    "before": str(earlier.get(category, 0)) if of_before else None,
                }
                for category, amount in list(_by_category(of_month).items())[:_LARGEST]
                if amount > 0
            ],
        }

    def _due(self, today: date) -> Sequence[RecurringPayment]:
        due = [
            payment
            for payment in self.recurring.all(today=today)
            if payment.next_date is not None and today <= payment.next_date <= today + _DUE_WITHIN
        ]
        return due[:_MOST_DUE]


def _by_category(cells: Sequence[Cell]) -> dict[str | None, Any]:
    """What was spent, the largest first."""
    spent = [cell for cell in cells if cell.flow is Flow.SPENT]
    return {row["category"]: row["amount"] for row in sums_by(spent, "category")}


def _texts(totals: dict[str, Any]) -> dict[str, str]:
    return {name: str(totals[name]) for name in _TOTALS}


def _due(payment: RecurringPayment) -> dict[str, Any]:
    return {
        "merchant": payment.merchant,
        "name": payment.name,
        "amount": str(payment.amount),
        "varies": payment.varies,
        "currency": payment.currency,
        "direction": payment.direction.value,
        "day": payment.next_date.isoformat() if payment.next_date else None,
    }
