"""Recurring payments are found with their price, next date and state; other purchases are not."""

from datetime import date, timedelta

import pytest

from src.components.insight.recurring import find_series
from src.domain.recurring import Interval, Payment, PriceChange, SeriesStatus
from tests.components.insight.ledgers import HarderLedger, Ledger, score

ACTIVE, MISSED, ENDED = SeriesStatus.ACTIVE, SeriesStatus.MISSED, SeriesStatus.ENDED


def payments(*rows):
    return [Payment(str(number), day, amount) for number, (day, amount) in enumerate(rows)]


def monthly(*amounts, day=5, year=2025):
    """From January on; None for a month without a payment."""
    days = [date(year + month // 12, month % 12 + 1, day) for month in range(len(amounts))]
    return payments(*[(day, amount) for day, amount in zip(days, amounts, strict=True) if amount])


def every(days, count, amount, begins=date(2025, 1, 1)):
    return payments(*[(begins + timedelta(days=days * number), amount) for number in range(count)])


def the_one(rows, today):
    [series] = find_series(rows, today)
    return series


@pytest.mark.parametrize(("kind", "least"), [(Ledger, 200), (HarderLedger, 80)])
def test_of_many_ledgers_almost_every_recurring_payment_is_found_and_hardly_anything_else(kind, least):
    result = score(range(6), kind)
    assert result.right > least
    assert result.precision >= 0.95
    assert result.recall >= 0.95
    assert result.same_state >= 0.95 * result.right


@pytest.mark.parametrize(
    ("rows", "interval", "next_date", "yearly"),
    [
        (every(7, 10, 1500), Interval.WEEKLY, date(2025, 3, 12), 52 * 1500),
        (every(14, 6, 5000), Interval.BIWEEKLY, date(2025, 3, 26), 26 * 5000),
        (monthly(999, 999, 999), Interval.MONTHLY, date(2025, 4, 5), 12 * 999),
        (
            payments((date(2025, 1, 9), 80), (date(2025, 4, 9), 80), (date(2025, 7, 9), 80)),
            Interval.QUARTERLY,
            date(2025, 10, 9),
            320,
        ),
        (
            payments((date(2024, 2, 29), 700), (date(2025, 2, 28), 735)),
            Interval.YEARLY,
            date(2026, 2, 28),
            735,
        ),
    ],
)
def test_each_interval_has_its_next_date_and_its_yearly_cost(rows, interval, next_date, yearly):
    series = the_one(rows, rows[-1].date)
    assert (series.interval, series.next_date, series.yearly_cost) == (interval, next_date, yearly)
    assert series.status is ACTIVE


def test_the_last_day_of_the_month_stays_the_last_day():
    days = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)]
    series = the_one(payments(*[(day, 90000) for day in days]), days[-1])
    assert series.next_date == date(2025, 5, 31)


def test_a_weekend_moves_one_payment_and_not_the_next_date():
    days = [date(2025, 1, 3), date(2025, 2, 3), date(2025, 3, 3), date(2025, 4, 3), date(2025, 5, 5)]
    assert the_one(payments(*[(day, 1200) for day in days]), days[-1]).next_date == date(2025, 6, 3)


def test_every_28_days_stays_every_28_days():
    rows = every(28, 8, 2990)
    assert the_one(rows, rows[-1].date).next_date == rows[-1].date + timedelta(days=28)


def test_a_price_change_has_old_new_and_date():
    rows = monthly(1299, 1299, 1299, 1299, 1549, 1549, 1549, 1799)
    series = the_one(rows, date(2025, 8, 6))
    assert not series.varies
    assert series.amount == 1799
    assert series.price_changes == (
        PriceChange(1299, 1549, date(2025, 5, 5)),
        PriceChange(1549, 1799, date(2025, 8, 5)),
    )


def test_one_other_amount_is_no_price_change():
    assert the_one(monthly(3999, 3999, 4520, 3999, 3999), date(2025, 5, 6)).price_changes == ()


def test_amounts_that_vary_have_a_typical_one_and_no_price_changes():
    series = the_one(monthly(8000, 9500, 7200, 8800, 10100, 7900), date(2025, 6, 6))
    assert (series.varies, series.price_changes) == (True, ())
    assert series.amount == round((8000 + 9500 + 7200 + 8800 + 10100 + 7900) / 6)


@pytest.mark.parametrize(
    ("today", "status", "next_date", "missed"),
    [
        (date(2025, 7, 10), ACTIVE, date(2025, 7, 5), ()),
        (date(2025, 7, 12), MISSED, date(2025, 8, 5), (date(2025, 7, 5),)),
        (date(2025, 8, 20), ENDED, None, ()),
    ],
)
def test_a_series_whose_payment_does_not_come_is_missed_and_then_ended(today, status, next_date, missed):
    series = the_one(monthly(*[999] * 6), today)
    assert (series.status, series.next_date, series.missed) == (status, next_date, missed)


def test_a_month_without_and_a_month_with_two_payments_are_named():
    rows = monthly(999, 999, 999, None, 999, 999, 999, 999)
    rows.append(Payment("twice", date(2025, 6, 6), 999))
    series = the_one(rows, date(2025, 8, 6))
    assert [(day.month, day.year) for day in series.missed] == [(4, 2025)]
    assert series.doubled == (date(2025, 6, 6),)
    assert len(series.payments) == 7


def test_another_day_of_the_month_is_the_same_series():
    rows = payments(*[(date(2025, month, 3 if month < 7 else 15), 1199) for month in range(1, 13)])
    series = the_one(rows, date(2025, 12, 20))
    assert (len(series.payments), series.missed, series.next_date) == (12, (), date(2026, 1, 15))


def test_a_pause_of_some_months_is_part_of_the_series():
    series = the_one(monthly(*[999] * 12, None, None, None, *[999] * 6), date(2026, 9, 6))
    assert (len(series.payments), len(series.missed)) == (18, 3)


def test_a_salary_that_varies_a_little_is_one_series_beside_expenses_paid_back():
    amounts = [780000, 782000, 776500, 790000, 790000, 790000, 790000, 812000, 815500, 815500, 815500, 815500]
    expenses = [(date(2025, month, 12 + month % 5), 150000 + 9000 * month) for month in (2, 3, 6, 8, 10)]
    rows = [(payment.date, payment.amount) for payment in monthly(*amounts, day=28)]
    series = the_one(payments(*rows, *expenses), date(2025, 12, 30))
    assert len(series.payments) == 12


def test_bills_that_come_three_days_early_or_late_are_monthly():
    days = [(1, 19), (2, 18), (3, 14), (4, 20), (5, 16), (6, 17)]
    amounts = [11229, 10949, 10335, 10323, 11342, 11610]
    rows = [(date(2026, month, day), amount) for (month, day), amount in zip(days, amounts, strict=True)]
    series = the_one(payments(*rows), date(2026, 6, 20))
    assert (series.interval, series.varies) == (Interval.MONTHLY, True)


def test_prices_that_last_three_months_are_price_changes():
    prices = [amount for amount in (900, 990, 1090, 1190) for _ in range(3)]
    series = the_one(monthly(*prices), date(2025, 12, 20))
    assert (series.varies, series.amount, len(series.price_changes)) == (False, 1190, 3)


def test_the_first_payment_of_a_new_price_continues_one_of_several_plans():
    plans = [(payment.date, payment.amount) for payment in monthly(*[1299] * 9, 1455, day=16)]
    others = [(payment.date, payment.amount) for payment in monthly(*[199] * 10, day=28)]
    small, large = sorted(
        find_series(payments(*plans, *others), date(2025, 10, 30)), key=lambda one: one.amount
    )
    assert (small.amount, large.amount, large.status) == (199, 1455, ACTIVE)
    assert large.price_changes == (PriceChange(1299, 1455, date(2025, 10, 16)),)


def test_equal_amounts_among_many_that_repeat_are_chance():
    prices = (320, 350, 390, 410, 450, 480, 520)
    coffees = [
        (date(2025, 1, 2) + timedelta(days=3 * number), prices[number * number % 7]) for number in range(60)
    ]
    quarterly = [(date(2025, month, 9), 777) for month in (1, 4, 7)]
    assert not [
        one for one in find_series(payments(*coffees, *quarterly), date(2025, 7, 20)) if one.amount == 777
    ]


def test_two_plans_of_one_merchant_are_two_series_beside_purchases():
    plans = [*monthly(*[299] * 10, day=5), *monthly(*[999] * 10, day=20)]
    shopping = [(date(2025, 1, 2) + timedelta(days=9 * n + n * n % 7), 1100 + 137 * n) for n in range(30)]
    rows = payments(*[(payment.date, payment.amount) for payment in plans], *shopping)
    assert sorted(series.amount for series in find_series(rows, date(2025, 10, 21))) == [299, 999]


def test_a_wage_of_twice_a_month_is_two_monthly_series():
    days = [date(2025, month, day) for month in range(1, 9) for day in (15, 28)]
    series = find_series(payments(*[(day, 150000) for day in days]), date(2025, 8, 30))
    assert [(one.interval, one.next_date) for one in series] == [
        (Interval.MONTHLY, date(2025, 9, 15)),
        (Interval.MONTHLY, date(2025, 9, 28)),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        monthly(999),
        monthly(999, 999),
        monthly(2000, 300, 9000, 1200, 700),
        every(1, 60, 350),
        every(3, 60, 350),
        payments((date(2024, 3, 1), 500), (date(2024, 12, 1), 500)),
        payments(*[(date(2025, 1, 4) + timedelta(days=7 * n), 2000 + 700 * (n * 5 % 7)) for n in range(20)]),
    ],
    ids=["nothing", "once", "twice", "any amount", "daily", "often", "months apart", "weekly shopping"],
)
def test_other_payments_are_no_series(rows):
    assert find_series(rows, date(2026, 1, 1)) == []


def test_planned_payments_do_not_count():
    rows = monthly(*[999] * 12)
    assert the_one(rows, date(2025, 6, 20)).last_date == date(2025, 6, 5)
