"""How a budget does in a month, with figures computed by hand."""

from datetime import date
from decimal import Decimal

import pytest

from src.components.budgets.pace import MonthDays, judge, recurring_in
from src.domain.budgets import Budget, Pace
from src.domain.categories import Group
from src.domain.recurring import Interval, RecurringInPeriod, RecurringPayment, SeriesDecision, SeriesStatus
from src.domain.sums import Cell
from src.domain.transactions import Direction


def days(day, month="2026-06"):
    return MonthDays(month, date.fromisoformat(f"{month}-01"), date(2026, 6, 30), date(2026, 6, day))


def spent(amount, month="2026-06", category="dining", **fields):
    return Cell(
        currency="EUR",
        category=category,
        direction=fields.get("direction", Direction.EXPENSE),
        group=Group.DISCRETIONARY,
        amount=Decimal(amount),
        count=1,
        rows=1,
        paired=False,
        again=False,
        refund=False,
        month=month,
    )


def budget(amount="300", since="2026-06", **fields):
    return Budget("EUR", ((since, Decimal(amount)),), category="dining", **fields)


def period(amount, following, interval=Interval.MONTHLY, *, paid=()):
    payment = RecurringPayment(
        id="1",
        merchant="m",
        name="m",
        category="dining",
        currency="EUR",
        direction=Direction.EXPENSE,
        interval=interval,
        amount=Decimal(amount),
        varies=False,
        status=SeriesStatus.ACTIVE,
        last_date=date(2026, 6, 1),
        next_date=date.fromisoformat(following),
        price_changes=(),
        missed=(),
        doubled=(),
        yearly_cost=Decimal(0),
        decision=SeriesDecision(),
    )
    return RecurringInPeriod(payment, tuple((date(2026, *day), Decimal(of)) for day, of in paid), None, ())


@pytest.mark.parametrize(
    ("amount", "pace"),
    [("149.99", Pace.ON_TRACK), ("150", Pace.ON_TRACK), ("150.01", Pace.AHEAD), ("300.01", Pace.OVER)],
)
def test_half_of_the_month_allows_half_of_the_budget(amount, pace):
    state = judge(budget(), days(15), [spent(amount)], {})
    assert (state.gone, state.expected, state.pace) == (0.5, Decimal(150), pace)
    assert state.left == 300 - Decimal(amount)


def test_what_recurs_is_set_aside_first():
    # 100 recur and are paid, 50 are due: the other 150 may be spent evenly.
    on_track = judge(budget(), days(10), [spent("150")], {}, paid=Decimal(100), committed=Decimal(50))
    assert (on_track.expected, on_track.pace) == (Decimal(150), Pace.ON_TRACK)
    ahead = judge(budget(), days(10), [spent("151")], {}, paid=Decimal(100), committed=Decimal(50))
    assert ahead.pace is Pace.AHEAD
    exceeding = judge(budget(), days(10), [spent("251")], {}, paid=Decimal(100), committed=Decimal(50))
    assert exceeding.pace is Pace.WILL_EXCEED


def test_refunds_lower_what_is_spent_even_below_zero():
    refund = spent("80", direction=Direction.INCOME)
    state = judge(budget(), days(15), [spent("50"), refund], {})
    assert (state.spent, state.left, state.pace) == (Decimal(-30), Decimal(330), Pace.ON_TRACK)


def test_what_is_left_and_overspent_carries_over():
    cells = [spent("250", "2026-04"), spent("420", "2026-05"), spent("200")]
    plain = judge(budget(since="2026-04"), days(30), cells, {})
    assert (plain.carried, plain.available) == (0, Decimal(300))
    carrying = budget(since="2026-04", carry_over=True)
    state = judge(carrying, days(30), cells, {})
    assert (state.carried, state.left, state.pace) == (Decimal(-70), Decimal(30), Pace.ON_TRACK)
    raised = carrying.with_amount(Decimal(400), "2026-06")
    assert judge(raised, days(30), cells, {}).available == Decimal(330)
    assert raised.amount_in("2026-05") == 300


def test_what_was_paid_and_is_still_due_is_counted_in_the_month_alone():
    weekly = period("20", "2026-06-19", Interval.WEEKLY, paid=[((5, 29), 18), ((6, 5), 18), ((6, 12), 20)])
    rent = period("900", "2026-07-01", paid=[((6, 1), 890)])
    assert recurring_in([weekly, rent], days(15)) == (Decimal(38 + 890), Decimal(40))
    late = period("15", "2026-05-28")
    assert recurring_in([late], days(2)) == (0, Decimal(15))


def test_nothing_is_due_in_a_month_that_is_over():
    last = period("15", "2026-06-29", paid=[((6, 28), 15)])
    assert recurring_in([last], days(30)) == (Decimal(15), 0)
