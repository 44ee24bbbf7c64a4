"""What changed in recurring payments: prices, and payments that are missing, came twice or were the last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from src.domain.insight import Change, ChangeCode
from src.domain.recurring import Interval, RecurringPayment, SeriesStatus
from src.domain.transactions import Direction

_OFTEN = (Interval.WEEKLY, Interval.BIWEEKLY)
"""Unless a person confirms them, these may be mere habits, of which one more or less is no news."""
_PRICES_OF_YEAR = Decimal(4)
"""A new price weighs as much as its difference in a quarter of a year: it lasts."""


def recurring_changes(payments: Iterable[RecurringPayment], first: date, last: date) -> list[Change]:
    """first, last: the days of the month that the history covers."""
    return [
        change
        for payment in payments
        for change in (*_prices(payment, first, last), *_occurrences(payment, first, last))
    ]


def _prices(payment: RecurringPayment, first: date, last: date) -> Iterator[Change]:
    for old, new, day in payment.price_changes:
        if first <= day <= last:
            yearly = (new - old) * payment.interval.per_year
            code = ChangeCode.PRICE_UP if new > old else ChangeCode.PRICE_DOWN
            yield _change(payment, code, new, abs(yearly) / _PRICES_OF_YEAR, day, usual=old, yearly=yearly)


def _occurrences(payment: RecurringPayment, first: date, last: date) -> Iterator[Change]:
    if payment.interval in _OFTEN and not payment.decision.confirmed:
        return
    days = {ChangeCode.MISSED: payment.missed, ChangeCode.DOUBLED: payment.doubled}
    for code, of_code in days.items():
        for day in of_code:
            if first <= day <= last:
                yield _change(payment, code, payment.amount, payment.amount, day)
    expected = payment.last_date + timedelta(days=365 // payment.interval.per_year)
    if payment.status is SeriesStatus.ENDED and not payment.decision.ended_on and first <= expected <= last:
        yield _change(payment, ChangeCode.ENDED, payment.amount, payment.amount, payment.last_date)


def _change(
    payment: RecurringPayment,
    code: ChangeCode,
    amount: Decimal,
    weight: Decimal,
    day: date,
    *,
    usual: Decimal | None = None,
    yearly: Decimal | None = None,
) -> Change:
    return Change(
        code,
        amount,
        weight,
        usual,
        payment.category,
        payment.merchant,
        payment.name,
        day,
        yearly,
        income=payment.direction is Direction.INCOME,
    )
