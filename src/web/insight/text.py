"""The words of recurring payments."""

from __future__ import annotations

from src.domain.recurring import Interval, RecurringPayment, SeriesStatus
from src.web.shared import format

INTERVALS = {
    Interval.WEEKLY: "every week",
    Interval.BIWEEKLY: "every two weeks",
    Interval.MONTHLY: "every month",
    Interval.QUARTERLY: "every three months",
    Interval.YEARLY: "every year",
}
STATUSES = {
    SeriesStatus.ACTIVE: ("Active", "good"),
    SeriesStatus.MISSED: ("Overdue", "warn"),
    SeriesStatus.ENDED: ("Ended", ""),
}
"""The word and the tone of its badge."""
_NEWEST = 3


def remarks(payment: RecurringPayment) -> list[str]:
    """What is worth knowing of it: price changes, and missed and doubled payments, the newest ones."""
    changes = [
        f"{_money(payment, old)} → {_money(payment, new)} on {format.day(day)}"
        for old, new, day in payment.price_changes[-_NEWEST:]
    ]
    missed = [f"None came about {format.day(day)}" for day in payment.missed[-_NEWEST:]]
    doubled = [f"Paid twice on {format.day(day)}" for day in payment.doubled[-_NEWEST:]]
    return [*changes, *missed, *doubled]


def _money(payment: RecurringPayment, amount: object) -> str:
    return format.money(str(amount), payment.currency)
