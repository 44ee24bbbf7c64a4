"""The digest of a finished month: totals, the largest categories, what changed, and what is due next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from src.domain.feed import EntryKind, NewEntry
from src.domain.insight import Change, Compared
from src.domain.months import first_day, last_day, month_of, months_later
from src.domain.preferences import Preferences
from src.domain.recurring import RecurringPayment
from src.errors import NotFound

if TYPE_CHECKING:
    from src.pipeline.insight.months import MonthInsight
    from src.services.insight.payments import PaymentHistory

_GRACE = timedelta(days=5)
"""How long the digest waits for the end of the month to be imported."""
_NEAR_THE_END = timedelta(days=7)
_MOST_CURRENCIES = 5
_LARGEST = 5
_DUE_WITHIN = timedelta(days=31)
_MOST_DUE = 10


@dataclass(frozen=True)
class MonthlyDigest:
    insight: MonthInsight
    history: PaymentHistory
    preferences: Callable[[], Preferences]

    def __call__(self, today: date) -> Iterator[NewEntry]:
        """That of the last month, unless the ledger has nothing of it, or its end may still be imported.

        Raises Unavailable.
        """
        starts = self.preferences().month_starts
        month = months_later(month_of(today, starts), -1)
        begins, ends = first_day(month, starts), last_day(month, starts)
        newest = self.history.newest_date(until=today)
        if newest is None or newest < begins:
            return
        is_whole = newest > ends - _NEAR_THE_END
        if not is_whole and today <= ends + _GRACE:
            return
        currencies = list(self._currencies(month))
        if not currencies:
            return
        values = {
            "month": month,
            "begins": begins.isoformat(),
            "ends": ends.isoformat(),
            "until": None if is_whole else newest.isoformat(),
            "currencies": currencies,
            "changes": self._changes(month, currencies[0]["currency"]),
            "due": list(self._due(today)),
        }
        yield NewEntry(EntryKind.DIGEST, f"digest {month}", ends, "digest", values)

    def _currencies(self, month: str) -> Iterator[dict[str, Any]]:
        """Of each currency with transactions in that month, the most frequent first."""
        for row in self.insight.analytics.currencies()[:_MOST_CURRENCIES]:
            try:
                comparison = self.insight.compare(month, row["currency"])
            except NotFound:
                continue
            totals = {flow.value: _plain(compared) for flow, compared in comparison.totals.items()}
            largest = [
                {"category": category, **_plain(compared)}
                for category, compared in comparison.by_category.items()
                if compared.amount > 0
            ]
            if any(compared.amount for compared in comparison.totals.values()):
                yield {"currency": row["currency"], "totals": totals, "categories": largest[:_LARGEST]}

    def _changes(self, month: str, currency: str) -> dict[str, Any]:
        changed = self.insight.what_changed(month, currency)
        days = {"through": changed.days.through.isoformat(), "complete": changed.days.complete}
        return {"currency": currency, **days, "changes": [_plain(change) for change in changed.changes]}

    def _due(self, today: date) -> Iterator[dict[str, Any]]:
        due = [
            _of_payment(payment)
            for payment in self.insight.recurring.all(today=today)
            if payment.next_date is not None and today <= payment.next_date <= today + _DUE_WITHIN
        ]
        yield from due[:_MOST_DUE]


def _of_payment(payment: RecurringPayment) -> dict[str, Any]:
    return {
        "merchant": payment.merchant,
        "name": payment.name,
        "amount": str(payment.amount),
        "varies": payment.varies,
        "currency": payment.currency,
        "day": str(payment.next_date),
    }


def _plain(value: Compared | Change) -> dict[str, Any]:
    """As JSON has it; amounts are exact text."""
    return {
        name: str(field) if isinstance(field, (date, Decimal)) else field
        for name, field in asdict(value).items()
    }
