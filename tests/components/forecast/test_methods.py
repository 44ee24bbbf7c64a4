"""Methods, their choice and the intervals, on series whose next months are known."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from src.components.forecast import simple_methods
from src.components.forecast.backtest import QUICK, backtest
from src.components.forecast.intervals import intervals
from src.components.forecast.measures import naive_errors
from src.components.forecast.origins import History, origins, share_left
from src.components.forecast.regressions import linear_regression, random_forest
from src.components.forecast.selection import choose
from src.domain.forecasts import Method
from src.domain.months import last_day, months_between
from src.domain.recurring import MerchantPayments, Payment
from src.domain.transactions import Direction

HORIZON = 6


def history_of(*series, begins="2023-01"):
    count = len(series[0])
    ends = int(begins[:4]) * 12 + int(begins[5:]) - 1 + count - 1
    months = months_between([begins, f"{ends // 12}-{ends % 12 + 1:02}"])
    return History(tuple(months), np.array(series, dtype=float))


def backtested(history, methods=QUICK, merchants=(), targets=lambda category, direction: (0,)):
    until = last_day(history.months[-1])
    made = origins(history, merchants, targets, until=until, first=3, horizon=HORIZON)
    return made, backtest(history, made, methods)


def noise(count, seed=0):
    return np.random.default_rng(seed).normal(0, 30, count)


@pytest.mark.parametrize("method", ["mean", "median", "exponential_smoothing", "combination", "last_value"])
def test_what_never_changes_goes_on(method):
    made = getattr(simple_methods, method)(np.full(14, 900.0), HORIZON)
    assert made == pytest.approx(np.full(HORIZON, 900.0))


def test_the_same_month_of_last_year_is_the_seasonal_forecast():
    year = np.arange(24.0)
    assert simple_methods.seasonal_naive(year, 3).tolist() == [12, 13, 14]


def test_a_one_off_is_limited_and_what_is_usual_is_not():
    usual = 300 + noise(23)
    damped = simple_methods.damp(np.append(usual, 9000.0))
    assert damped[-1] < 600
    assert damped[:-1].tolist() == usual.tolist()


def test_months_before_a_lasting_change_count_as_those_since():
    usual = 300 + noise(14)
    moved = np.append(usual, [900.0, 940.0, 920.0])
    assert simple_methods.level(moved).tolist() == [920.0] * 14 + [900.0, 940.0, 920.0]
    assert simple_methods.level(np.append(usual, [900.0, 300.0, 920.0]))[0] == usual[0]
    assert simple_methods.level(np.append(np.full(12, 80.0), [0.0] * 3)).tolist() == [0.0] * 15


def test_a_level_is_seldom_a_matter_of_chance():
    unchanged = sum(
        np.array_equal(simple_methods.level(row), row) for row in (noise(24, n) for n in range(300))
    )
    assert unchanged >= 290


def test_the_linear_regression_follows_a_trend_and_the_forest_a_level():
    trend = 100 + 10 * np.arange(30.0)
    assert linear_regression(trend, 3)[0] > 340
    levels = np.array([np.full(24, level) + noise(24, int(level)) for level in (200, 500, 900, 1500)])
    forecast = random_forest().forecast(levels, 3)
    assert forecast[:, 0] == pytest.approx([200, 500, 900, 1500], rel=0.2)
    assert random_forest().forecast(levels[:1, :8], 3) is None


def test_a_seasonal_series_gets_another_method_than_noise():
    wave = 1000 + 900 * np.sin(2 * np.pi * np.arange(36) / 12)
    history = history_of(wave, *(500 + noise(36, seed) for seed in range(8)))
    _, results = backtested(history)
    choice = choose(results, 36, np.zeros(9, dtype=bool))
    chosen = [results.methods[method] for method in choice]
    assert chosen[0] in (Method.SEASONAL_NAIVE, Method.LINEAR_REGRESSION)
    assert chosen[1:].count(Method.MEDIAN) + chosen[1:].count(Method.MEAN) >= 6


def test_no_forecast_of_a_past_month_knows_what_came_later():
    series = 500 + noise(24)
    changed = np.append(series[:20], [9000.0] * 4)
    before, after = (backtested(history_of(values))[1] for values in (series, changed))
    early = before.counts <= 20
    assert np.array_equal(before.forecasts[:, early], after.forecasts[:, early])


def test_a_payment_recurs_in_a_past_month_whatever_became_of_it():
    months = months_between(["2023-01", "2024-02"])
    before, once, after = rent_of(months[:10]), rent_of(months[10:11], 99000), rent_of(months[11:], 108000)
    payments = (*before.payments, *once.payments, *after.payments)
    merchant = replace(before, payments=payments, categories=("housing",) * len(payments))
    made, _ = backtested(history_of(np.abs(noise(14)) * 100 + 90000), merchants=[merchant])
    due = {origin.count: origin.due[0].tolist() for origin in made}
    assert due[14] == [0] * HORIZON  # two changes in a row: the amount varies
    assert due[10] == [90000] * HORIZON


def test_intervals_cover_about_four_of_five_of_the_months_after():
    inside = []
    for seed in range(6):
        whole = np.array([700 + noise(42, 100 * seed + number) for number in range(10)])
        history = history_of(*whole[:, :36])
        _, results = backtested(history)
        bounds = intervals(results, np.zeros(10, dtype=int), np.ones(10, dtype=bool))
        later = whole[:, 36:]
        inside.append(((later >= bounds.low) & (later <= bounds.high)).mean())
    assert 0.7 < np.mean(inside) < 0.9


def test_the_interval_of_a_sum_comes_from_its_own_errors():
    inside = []
    for seed in range(8):
        jumping = 2000 + 900 * np.random.default_rng(seed).choice([-1, 0, 0, 1], 30) + noise(30, seed)
        categories = [700 + noise(30, 100 * seed + number) for number in range(1, 10)]
        history = history_of(*(row[:24] for row in (jumping, *categories)))
        _, results = backtested(history)
        bounds = intervals(results, np.zeros(10, dtype=int), np.arange(10) > 0)
        inside.append((jumping[24:] >= bounds.low[0]) & (jumping[24:] <= bounds.high[0]))
    assert 0.8 < np.mean(inside) < 0.95


def rent_of(months, amount=90000, day=3):
    payments = tuple(
        Payment(f"rent {month}", date.fromisoformat(f"{month}-{day:02}"), amount) for month in months
    )
    return MerchantPayments("landlord", "USD", Direction.EXPENSE, payments, ("housing",) * len(payments))


def test_recurring_payments_are_taken_out_of_the_past_and_put_into_each_month_ahead():
    rest = np.abs(noise(14)) * 100
    history = history_of(rest + 90000)
    made, results = backtested(history, merchants=[rent_of(history.months)])
    assert made[-1].past[0] == pytest.approx(rest)
    assert made[-1].due[0].tolist() == [90000] * HORIZON
    assert (results.forecasts[:, -1, 0] >= 90000).all()


def test_what_is_left_of_a_month_is_learned_from_the_months_before():
    history = history_of([400.0] * 12, [400.0] * 12)
    made, _ = backtested(history)
    later = np.array([[400.0] * 6, [0.0] * 6])
    left = share_left(history, later, made[-1], lambda category, direction: (0,), date(2024, 1, 15))
    assert left.middle.tolist() == [1, 0]
    assert left.mean[0] > 0.85
    assert 0 < left.mean[1] < 0.15


def test_the_naive_error_is_unknown_for_a_series_that_never_changed():
    errors = naive_errors(np.array([[5.0] * 8, [1, 3, 1, 3, 1, 3, 1, 3], [0] * 7 + [4]]), 8)
    assert np.isnan(errors[[0, 2]]).all()
    assert errors[1] == 2
