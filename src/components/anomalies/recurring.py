"""What is unusual about recurring payments: missed, paid twice, or of a new price."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from statistics import median

from src.domain.anomalies import Anomaly, AnomalyKind, Method, ReasonCode, anomaly_id
from src.domain.money import decimal_places
from src.domain.recurring import Interval, Payment, RecurringPayment, SeriesStatus

_YEAR = timedelta(days=366)
_RECENT = timedelta(days=62)
"""A payment that was missed before is too long ago to ask about."""
_SELDOM = (Interval.MONTHLY, Interval.QUARTERLY, Interval.YEARLY)
"""Purchases of every week are sometimes left out."""
_REGULAR = 1.5
"""Times the median of its series up to which a payment is what was to be expected."""

SeriesPayments = tuple[RecurringPayment, Sequence[Payment]]


def regular_payments(series: Iterable[SeriesPayments]) -> frozenset[str]:
    """The ids of the payments of fixed prices: as large as was to be expected, however large that is."""
    return frozenset(
        payment.id
        for recurring, payments in series
        if not recurring.varies and payments
        for middle in [median(payment.amount for payment in payments)]
        for payment in payments
        if payment.amount <= _REGULAR * middle
    )


def seldom_payments(series: Iterable[SeriesPayments], currency: str) -> Iterator[tuple[str | None, Payment]]:
    """Those of every quarter or year, each with its category: most months lack them, so they say nothing
    about the month they come in."""
    for recurring, payments in series:
        if recurring.currency == currency and recurring.interval in (Interval.QUARTERLY, Interval.YEARLY):
            yield from ((recurring.category, payment) for payment in payments)


def find_recurring(payments: Iterable[RecurringPayment], newest: date) -> list[Anomaly]:
    """payments: those that are spending. newest: the day of the newest transaction."""
    return [
        anomaly
        for payment in payments
        if payment.status is not SeriesStatus.ENDED
        for anomaly in (*_missed(payment, newest), *_doubled(payment, newest), *_prices(payment, newest))
    ]


def _missed(payment: RecurringPayment, newest: date) -> Iterator[Anomaly]:
    if payment.interval not in _SELDOM and payment.varies:
        return
    for day in payment.missed[-1:]:
        if day > newest - _RECENT:
            values = {
                "expected": day.isoformat(),
                "last": payment.last_date.isoformat(),
            }
            yield _anomaly(payment, AnomalyKind.MISSED, ReasonCode.MISSED, day, _units(payment), values)


def _doubled(payment: RecurringPayment, newest: date) -> Iterator[Anomaly]:
    for day in payment.doubled:
        if day > newest - _YEAR:
            values = {"amount": _units(payment), "interval": payment.interval.value}
            yield _anomaly(
                payment, AnomalyKind.DUPLICATE, ReasonCode.PAID_TWICE, day, _units(payment), values
            )


def _prices(payment: RecurringPayment, newest: date) -> Iterator[Anomaly]:
    for old, new, day in payment.price_changes:
        if day > newest - _YEAR:
            places = decimal_places(payment.currency)
            before, after = int(old.scaleb(places)), int(new.scaleb(places))
            values = {"old": before, "new": after, "interval": payment.interval.value}
            yield _anomaly(payment, AnomalyKind.PRICE_CHANGE, ReasonCode.PRICE_CHANGE, day, after, values)


def _units(payment: RecurringPayment) -> int:
    return int(payment.amount.scaleb(decimal_places(payment.currency)))


def _anomaly(
    payment: RecurringPayment,
    kind: AnomalyKind,
    reason: ReasonCode,
    day: date,
    amount: int,
    values: Mapping[str, str | int | float],
) -> Anomaly:
    return Anomaly(
        id=anomaly_id(kind, payment.merchant, payment.currency, payment.interval, day.isoformat()),
        kind=kind,
        transaction_ids=(payment.id,),
        score=0.9,
        reason=reason,
        values={"name": payment.name, **values},
        method=Method.THRESHOLD,
        date=day,
        currency=payment.currency,
        amount=amount,
        merchant=payment.merchant,
        category=payment.category,
    )


def without_doubles(anomalies: Iterable[Anomaly], duplicates: Collection[Anomaly]) -> list[Anomaly]:
    """Those of recurring payments, but the ones paid twice that `duplicates` has too."""
    days = {(duplicate.merchant, duplicate.currency, duplicate.amount): duplicate for duplicate in duplicates}

    def is_known(anomaly: Anomaly) -> bool:
        other = days.get((anomaly.merchant, anomaly.currency, anomaly.amount))
        return bool(other and abs((other.date - anomaly.date).days) <= 7)

    return [
        anomaly for anomaly in anomalies if anomaly.kind is not AnomalyKind.DUPLICATE or not is_known(anomaly)
    ]
