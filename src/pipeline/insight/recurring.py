"""The recurring payments of a ledger, and what a person decides about them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from src.components.insight.recurring import find_series
from src.components.text.masking import mask
from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.categories import Flow, Group, flow_of
from src.domain.money import decimal_places
from src.domain.recurring import (
    FoundPayment,
    MerchantPayments,
    Payment,
    RecurringInPeriod,
    RecurringPayment,
    Series,
    SeriesDecision,
    SeriesStatus,
    StoredDecision,
)
from src.errors import Conflict, NotFound

if TYPE_CHECKING:
    from src.services.insight.decisions import SeriesDecisions
    from src.services.insight.found_payments import FoundPayments
    from src.services.insight.payments import PaymentHistory
    from src.services.transactions.acts import ActLog

_NEWEST = 12
"""The payments whose most frequent category is that of the series."""


@dataclass(frozen=True)
class RecurringPayments:
    history: PaymentHistory
    of_analysis: FoundPayments
    decisions: SeriesDecisions
    merchant_names: Callable[[], Mapping[str, str]]
    """Those that a person gave, by key."""
    acts: ActLog
    revision: Callable[[], int | None] = lambda: None
    """Of the transactions; None if it does not tell whether they have changed."""
    _last_found: dict[tuple[int, date], list[FoundPayment]] = field(default_factory=dict)

    def all(self, *, today: date) -> list[RecurringPayment]:
        """By the next date; those that have ended come last. Of a large ledger, those that the last analysis
        found. Raises Unavailable.
        """
        return sorted((payment for payment, _ in self._all(today)), key=_by_next_date)

    def between(self, first: date, last: date, *, today: date) -> list[RecurringInPeriod]:
        """Those with a payment in these days, or that expect one or missed one. Raises Unavailable."""
        periods = [
            _in_period(payment, paid, first, last)
            for payment, paid in self._all(today, since=first, until=last)
        ]
        return [period for period in periods if period.paid or period.expected or period.missed]

    def with_payments(
        self, first: date, last: date, *, today: date
    ) -> list[tuple[RecurringPayment, Sequence[Payment]]]:
        """As `all`, in no order, each with at least its payments of these days. Raises Unavailable."""
        return self._all(today, since=first, until=last)

    def _all(self, today: date, **days: date) -> list[tuple[RecurringPayment, Sequence[Payment]]]:
        """Each with its payments, at least those in `since` .. `until`."""
        decisions = {key: stored for stored in self.decisions.all() for key in stored.transactions}
        names = self.merchant_names()
        stored = self.of_analysis.all(decisions, **days) if self.history.is_large() else None
        return [
            (_decided_payment(match.payment, _decision(match.payments, decisions), names), match.payments)
            for match in (self._found_once(today) if stored is None else stored)
        ]

    def analyse(self, *, today: date) -> None:
        """Find those of a large ledger, for `all`. Raises Unavailable."""
        if self.history.is_large():
            self.of_analysis.replace(self._find_all(today))
        else:
            self.of_analysis.clear()

    def find(self, payment_id: str, *, today: date) -> RecurringPayment:
        """The one with this transaction. Raises NotFound, Unavailable."""
        match = self._find(payment_id, today)
        stored = self.decisions.of([payment.id for payment in match.payments])
        decision = stored.decision if stored else SeriesDecision()
        return _decided_payment(match.payment, decision, self.merchant_names())

    def change(
        self, payment_id: str, fields: Mapping[str, Any], *, today: date, at: datetime
    ) -> tuple[RecurringPayment, str | None]:
        """Set `name` (None: that of the merchant), `confirmed` or `ended`.

        Returns the payment, and the act; None if nothing changed. Raises NotFound, Unavailable.
        """
        match = self._find(payment_id, today)
        ids = [payment.id for payment in match.payments]
        stored = self.decisions.of(ids)
        before = stored.decision if stored else SeriesDecision()
        after = replace(before, **_decided(fields, match.payment.last_date))
        names = self.merchant_names()
        payment = _decided_payment(match.payment, after, names)
        if after == before:
            return payment, None
        key = stored.key if stored else ids[0]
        shown = _decided_payment(match.payment, before, names).name
        new = {f"new_{name}": value for name, value in _values(after).items()}
        what = ActSummary("recurring-changed", {"key": key, "shown": shown, **_values(before), **new})
        act = self.acts.begin(ActKind.RECURRING, what, at=at)
        self.decisions.change(key, _values(after), transactions=ids)
        self.acts.finish(act, rows=0, keep=True)
        return payment, act

    def undo(self, act: Act, at: datetime) -> UndoResult:
        """Raises Conflict if it was changed again later; Unavailable. Safe to repeat."""
        values, key = act.what.values, str(act.what.values["key"])
        current = _values(self.decisions.get(key))
        before = {name: values[name] for name in current if values[name] != values[f"new_{name}"]}
        after = {name: values[f"new_{name}"] for name in before}
        if {name: current[name] for name in before} not in (before, after):
            raise Conflict("This recurring payment was changed again later. Undo the later change first.")
        self.decisions.change(key, before)
        return UndoResult(rows=0)

    def _find(self, payment_id: str, today: date) -> FoundPayment:
        if merchant := self.history.merchant_of(payment_id):
            for match in self._find_all(today, merchant):
                if any(payment.id == payment_id for payment in match.payments):
                    return match
        raise NotFound("There is no recurring payment with this id.")

    def _found_once(self, today: date) -> Sequence[FoundPayment]:
        """As `_find_all`, but only once in each process while no transaction changes."""
        revision = self.revision()
        if revision is None:
            return list(self._find_all(today))
        payments = self._last_found.get((revision, today))
        if payments is None:
            payments = list(self._find_all(today))
            self._last_found.clear()
            self._last_found[revision, today] = payments
        return payments

    def _find_all(self, today: date, merchant: str | None = None) -> Iterator[FoundPayment]:
        # Nothing is missed after the newest transaction: later ones may only not be imported yet.
        newest = self.history.newest_date(until=today) or today
        for of_merchant in self.history.by_merchant(until=newest, merchant=merchant):
            for series in find_series(of_merchant.payments, newest):
                yield _as_payment(series, of_merchant)


@dataclass(frozen=True, slots=True)
class YearlyTotal:
    """Of all recurring payments in one currency that have not ended; savings and transfers do not count."""

    currency: str
    spent: Decimal
    earned: Decimal


def yearly_totals(
    payments: Iterable[RecurringPayment], groups: Mapping[str | None, Group]
) -> list[YearlyTotal]:
    """groups: of the categories, by slug. The currency with the most payments comes first."""
    sums: dict[str, dict[Flow, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    counts = Counter[str]()
    for payment in payments:
        if payment.status is not SeriesStatus.ENDED:
            flow, sign = flow_of(groups.get(payment.category), payment.direction)
            sums[payment.currency][flow] += sign * payment.yearly_cost
            counts[payment.currency] += 1
    return [
        YearlyTotal(currency, sums[currency][Flow.SPENT], sums[currency][Flow.EARNED])
        for currency, _ in sorted(counts.items(), key=lambda count: (-count[1], count[0]))
    ]


def _decided(fields: Mapping[str, Any], last_date: date) -> dict[str, Any]:
    """It ends with its last payment: with a later one it goes on."""
    decided = {name: value for name, value in fields.items() if name in ("name", "confirmed")}
    if decided.get("name") is not None:
        decided["name"] = mask(" ".join(decided["name"].split()))
    if "ended" in fields:
        decided["ended_on"] = last_date if fields["ended"] else None
    return decided


def _values(decision: SeriesDecision) -> dict[str, str | int | None]:
    ended_on = decision.ended_on.isoformat() if decision.ended_on else None
    return {"name": decision.name, "confirmed": int(decision.confirmed), "ended_on": ended_on}


def _decision(payments: Iterable[Payment], decisions: Mapping[str, StoredDecision]) -> SeriesDecision:
    stored = (decisions[payment.id].decision for payment in payments if payment.id in decisions)
    return next(stored, SeriesDecision())


def _decided_payment(
    payment: RecurringPayment, decision: SeriesDecision, names: Mapping[str, str]
) -> RecurringPayment:
    """names: that a person gave merchants."""
    has_ended = payment.status is SeriesStatus.ENDED or (
        decision.ended_on is not None and payment.last_date <= decision.ended_on
    )
    return replace(
        payment,
        name=decision.name or names.get(payment.merchant, payment.merchant),
        status=SeriesStatus.ENDED if has_ended else payment.status,
        next_date=None if has_ended else payment.next_date,
        decision=decision,
    )


def _as_payment(series: Series, of_merchant: MerchantPayments) -> FoundPayment:
    def exact(units: int) -> Decimal:
        return Decimal(units).scaleb(-decimal_places(of_merchant.currency))

    payment = RecurringPayment(
        id=series.payments[0].id,
        merchant=of_merchant.merchant,
        name=of_merchant.merchant,
        category=_category(series, of_merchant),
        currency=of_merchant.currency,
        direction=of_merchant.direction,
        interval=series.interval,
        amount=exact(series.amount),
        varies=series.varies,
        status=series.status,
        last_date=series.last_date,
        next_date=series.next_date,
        price_changes=tuple(
            (exact(change.old), exact(change.new), change.date) for change in series.price_changes
        ),
        missed=series.missed,
        doubled=series.doubled,
        yearly_cost=exact(series.yearly_cost),
        decision=SeriesDecision(),
    )
    return FoundPayment(payment, series.payments)


def _in_period(
    payment: RecurringPayment, payments: Iterable[Payment], first: date, last: date
) -> RecurringInPeriod:
    places, due = decimal_places(payment.currency), payment.next_date
    paid = [paid for paid in payments if first <= paid.date <= last]
    return RecurringInPeriod(
        payment,
        tuple((one.date, Decimal(one.amount).scaleb(-places)) for one in paid),
        due if due and first <= due <= last else None,
        tuple(day for day in payment.missed if first <= day <= last),
    )


def _category(series: Series, of_merchant: MerchantPayments) -> str | None:
    newest = {payment.id for payment in series.payments[-_NEWEST:]}
    categories = [
        category
        for payment, category in zip(of_merchant.payments, of_merchant.categories, strict=True)
        if payment.id in newest
    ]
    return Counter(reversed(categories)).most_common(1)[0][0]


def _by_next_date(payment: RecurringPayment) -> tuple[bool, date, str, str]:
    """Ended ones last, the latest of them first."""
    if payment.next_date is None:
        return (
            True,
            date.fromordinal(date.max.toordinal() - payment.last_date.toordinal()),
            payment.name,
            payment.id,
        )
    return False, payment.next_date, payment.name, payment.id
