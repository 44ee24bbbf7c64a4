"""Payments that came twice, and those that only look like it."""

from datetime import date, timedelta

from src.components.anomalies.duplicates import find_duplicates
from tests.components.anomalies.spending import FIRST, payment, usual_year


def ids(payments):
    return [anomaly.transaction_ids for anomaly in find_duplicates(payments)]


def test_the_same_amount_within_days_is_a_possible_duplicate():
    payments = usual_year()
    first = payment(8000, date(2026, 3, 1), 45.5)
    again = payment(8001, date(2026, 3, 2), 45.5)
    assert ids([*payments, first, again]) == [("08000", "08001")]
    assert ids([*payments, first, payment(8001, date(2026, 3, 6), 45.5)]) == []
    assert ids([*payments, first, payment(8001, date(2026, 3, 2), 45.51)]) == []
    assert ids([*payments, first, payment(8001, date(2026, 3, 2), 45.5, account="Card")]) == []


def test_a_monthly_payment_that_came_twice_is_one():
    months = [payment(7000 + month, date(2025, month, 3), 80, "gym") for month in range(1, 13)]
    twice = payment(8000, date(2025, 7, 4), 80, "gym")
    assert ids([*usual_year(), *months, twice]) == [("07007", "08000")]


def test_tickets_coffees_and_usual_repeats_are_none():
    tickets = [payment(7000 + n, FIRST + timedelta(days=2 * n), 32, "railway") for n in range(30)]
    coffees = [payment(7100 + n, date(2026, 3, 1), 3, "coffee") for n in range(2)]
    pairs = [payment(7200 + n, FIRST + timedelta(days=n // 2 * 9), 30 + n // 2, "twins") for n in range(20)]
    assert ids([*usual_year(), *tickets, *coffees, *pairs]) == []


def test_a_precise_amount_twice_on_one_day_is_one_even_if_it_is_small():
    amounts = sorted(payment.amount for payment in usual_year())
    small = amounts[len(amounts) * 3 // 10] // 100 + 0.37
    day = date(2026, 3, 1)
    twice = [payment(8000 + n, day, small) for n in range(2)]
    assert ids([*usual_year(), *twice]) == [("08000", "08001")]
    assert ids([*usual_year(), twice[0], payment(8001, day + timedelta(days=1), small)]) == []


def test_of_very_many_the_largest_are_reported():
    pairs = [
        payment(2 * n + again, date(2026, 1, 1), 100 + n, f"merchant {n}")
        for n in range(600)
        for again in (0, 1)
    ]
    amounts = sorted(anomaly.amount for anomaly in find_duplicates(pairs))
    assert amounts == list(range(40_000, 70_000, 100))
