"""The card of recurring payments for the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from src.domain.recurring import RecurringPayment, SeriesStatus
from src.domain.transactions import Direction
from src.pipeline.insight.recurring import YearlyTotal, yearly_totals
from src.web.shared import time_zone
from src.web.shared.blueprint import categories

if TYPE_CHECKING:
    from src.pipeline.insight.recurring import RecurringPayments
    from src.services.insight.payments import PaymentHistory

_AHEAD = timedelta(days=14)
_NEW_PRICES = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class RecurringCard:
    as_of: date
    """The day of the newest transaction."""
    is_old: bool
    """Whether it is so long ago that what is next may have come meanwhile."""
    upcoming: Sequence[RecurringPayment]
    """Due within 14 days, the next first."""
    overdue: Sequence[RecurringPayment]
    new_prices: Sequence[tuple[RecurringPayment, Decimal, Decimal, date]]
    """(payment, old, new, date) of the last three months, the newest first; income is not included."""
    totals: Sequence[YearlyTotal]


def recurring_card(
    recurring_payments: RecurringPayments, payment_history: PaymentHistory, *, currency: str
) -> RecurringCard | None:
    """Of the payments in `currency`; None if nothing recurs. Raises Unavailable."""
    today = time_zone.today()
    as_of = payment_history.newest_date(until=today)
    current = [
        payment
        for payment in (recurring_payments.all(today=today) if as_of else ())
        if payment.currency == currency and payment.status is not SeriesStatus.ENDED
    ]
    if as_of is None or not current:
        return None
    return RecurringCard(
        as_of=as_of,
        is_old=today - as_of > _AHEAD,
        upcoming=[
            payment
            for payment in current
            if payment.status is SeriesStatus.ACTIVE
            and payment.next_date is not None
            and payment.next_date <= as_of + _AHEAD
        ],
        overdue=[payment for payment in current if payment.status is SeriesStatus.MISSED],
        new_prices=sorted(
            (
                (payment, old, new, day)
                for payment in current
                if payment.direction is Direction.EXPENSE
                for old, new, day in payment.price_changes
                if as_of - day <= _NEW_PRICES
            ),
            key=lambda change: change[3],
            reverse=True,
        ),
        totals=yearly_totals(current, {category.slug: category.group for category in categories()}),
    )
