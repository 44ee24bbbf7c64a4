"""Months in which a category cost more than usual."""

from dataclasses import replace
from datetime import date

from src.components.anomalies.category_months import find_category_months, without_explained
from src.domain.anomalies import AnomalyKind
from src.domain.months import last_day

MONTHS = [f"2025-{month:02}" for month in range(1, 13)]


def unusual(months=MONTHS, expected=None, **sums):
    by_month = {category: dict(zip(months, amounts, strict=False)) for category, amounts in sums.items()}
    days = {month: last_day(month) for month in months}
    return find_category_months(by_month, expected or {}, months, currency="USD", last_days=days)


def test_a_month_far_above_the_others_is_found():
    dining = [300, 310, 290, 305, 320, 295, 300, 900, 310, 300, 290, 305]
    [anomaly] = unusual(dining=dining, rent=[1000] * 12)
    assert (anomaly.category, anomaly.values["month"]) == ("dining", "2025-08")
    assert (anomaly.values["times"], anomaly.amount) == (3.0, 900)


def test_what_varies_is_small_or_seldom_is_not_unusual():
    shopping = [100, 900, 50, 1200, 700, 80, 950, 60, 1000, 300, 20, 850]
    assert unusual(shopping=shopping, rent=[1000] * 12) == []
    assert unusual(fees=[3, 3, 3, 3, 3, 9, 3, 3, 3, 3, 3, 3], rent=[1000] * 12) == []
    assert unusual(travel=[0, 0, 0, 0, 0, 3000, 0, 0, 0, 0, 0, 0], rent=[1000] * 12) == []


def test_a_short_history_says_nothing():
    assert unusual(MONTHS[:5], dining=[300, 310, 290, 305, 1500]) == []


def test_a_payment_of_every_year_makes_no_month_unusual_but_what_comes_with_it_does():
    expected = {"insurance": {"2025-01": 400}}
    assert unusual(expected=expected, insurance=[420, *[20] * 11], rent=[1000] * 12) == []
    [anomaly] = unusual(expected=expected, insurance=[920, *[20] * 11], rent=[1000] * 12)
    assert (anomaly.amount, anomaly.values["usual"]) == (920, 420)


def test_a_month_that_a_listed_payment_explains_is_not_listed_too():
    [month] = unusual(dining=[300] * 7 + [900] + [300] * 4, rent=[1000] * 12)
    payment = replace(month, kind=AnomalyKind.AMOUNT, date=date(2025, 8, 9), amount=550)
    assert without_explained([month], [payment], 1) == []
    for other in (
        replace(payment, amount=200),
        replace(payment, date=date(2025, 7, 9)),
        replace(payment, category="rent"),
    ):
        assert without_explained([month], [other], 1) == [month]
