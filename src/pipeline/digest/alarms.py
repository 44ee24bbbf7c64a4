"""Alarms of the feed: what other areas find, with a key and what its sentence needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from src.domain.feed import EntryKind, NewEntry
from src.domain.recurring import RecurringPayment, SeriesStatus

if TYPE_CHECKING:
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
