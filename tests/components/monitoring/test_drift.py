from dataclasses import replace

import numpy as np
import pytest

from src.components.monitoring.drift import DriftCheck
from src.domain.quality import DriftMeasure, DriftPeriod, DriftRow, DriftVerdict

CATEGORIES = ["groceries", "dining", "transport", "utilities", "shopping", "travel", "health", None]
SHARES = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05])


def period(rng, rows, *, amounts=30.0, shares=SHARES, merchants=80, answers=0, right=0.9, fresh=0.0):
    """Made-up rows; the share `fresh` of them is of new merchants."""

    def shops(count):
        return [f"shop {number}" for number in np.minimum(rng.zipf(1.4, count), merchants)]

    drift_rows = tuple(
        DriftRow(
            shop if rng.random() >= fresh else rng.bytes(6).hex(), float(amount), "USD", CATEGORIES[category]
        )
        for shop, amount, category in zip(
            shops(rows),
            np.round(amounts * rng.lognormal(0, 1, rows), 2),
            rng.choice(len(CATEGORIES), rows, p=shares),
            strict=True,
        )
    )
    return DriftPeriod(drift_rows, tuple(shops(300)), answers, int(rng.binomial(answers, right)))


def verdicts(then, now):
    return {result.measure: result.verdict for result in DriftCheck().compare(then, now)}


@pytest.mark.parametrize("rows", [100, 50])
def test_equal_periods_raise_an_alarm_in_under_one_of_a_hundred_checks(rows):
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(1000):
        outcomes = verdicts(period(rng, rows, answers=rows), period(rng, rows, answers=rows)).values()
        assert DriftVerdict.TOO_FEW not in outcomes
        alarms += DriftVerdict.SHIFTED in outcomes
    assert alarms < 10


def test_a_long_period_then_and_a_short_one_now_alarm_as_seldom():
    rng = np.random.default_rng(5)
    alarms = sum(
        DriftVerdict.SHIFTED in verdicts(period(rng, 1000, answers=300), period(rng, 60, answers=40)).values()
        for _ in range(300)
    )
    assert alarms <= 2


@pytest.mark.parametrize(
    ("measure", "change"),
    [
        (DriftMeasure.AMOUNTS, {"amounts": 60.0}),
        (DriftMeasure.CATEGORIES, {"shares": SHARES[::-1]}),
        (DriftMeasure.MERCHANTS, {"fresh": 0.4}),
        (DriftMeasure.ACCURACY, {"right": 0.7}),
    ],
    ids=str,
)
def test_a_real_shift_is_found_at_500_rows_and_nothing_else_is_blamed(measure, change):
    rng = np.random.default_rng(6)
    for _ in range(20):
        then = period(rng, 500, answers=500)
        now = period(rng, 500, answers=500, **change)
        outcomes = verdicts(then, now)
        assert outcomes.pop(measure) is DriftVerdict.SHIFTED
        assert set(outcomes.values()) == {DriftVerdict.STEADY}


def test_a_sure_but_small_difference_is_no_alarm():
    rng = np.random.default_rng(7)
    then, now = (
        period(rng, 20_000, answers=20_000),
        period(rng, 20_000, answers=20_000, right=0.85, amounts=33.0),
    )
    results = {result.measure: result for result in DriftCheck().compare(then, now)}
    for measure in (DriftMeasure.AMOUNTS, DriftMeasure.ACCURACY):
        assert results[measure].p < 1e-6
        assert results[measure].verdict is DriftVerdict.STEADY


def test_better_than_before_is_no_alarm():
    rng = np.random.default_rng(8)
    assert verdicts(period(rng, 300, answers=300, right=0.6), period(rng, 300, answers=300, right=0.95))[
        DriftMeasure.ACCURACY
    ] is (DriftVerdict.STEADY)


def test_too_few_rows_have_a_verdict_of_their_own():
    rng = np.random.default_rng(9)
    results = DriftCheck().compare(period(rng, 500, answers=200), period(rng, 12, answers=4))
    assert {result.verdict for result in results} == {DriftVerdict.TOO_FEW}
    assert (results[1].rows_now, results[1].needed) == (12, 50)
    assert (results[3].rows_now, results[3].needed) == (4, 30)


def test_no_rows_at_all_are_too_few():
    nothing = DriftPeriod((), (), 0, 0)
    assert set(verdicts(nothing, nothing).values()) == {DriftVerdict.TOO_FEW}


def test_new_merchants_are_compared_only_with_enough_earlier_rows():
    rng = np.random.default_rng(10)
    then, now = period(rng, 400), period(rng, 200)
    short = replace(now, before=now.before[:40])
    assert verdicts(then, short)[DriftMeasure.MERCHANTS] is DriftVerdict.TOO_FEW


def test_another_currency_is_a_shift_of_amounts():
    rng = np.random.default_rng(11)
    now = period(rng, 500)
    abroad = [
        replace(row, currency="EUR") if position % 3 == 0 else row for position, row in enumerate(now.rows)
    ]
    assert verdicts(period(rng, 500), replace(now, rows=tuple(abroad)))[DriftMeasure.AMOUNTS] is (
        DriftVerdict.SHIFTED
    )
    all_abroad = tuple(replace(row, currency="EUR") for row in now.rows)
    assert verdicts(period(rng, 500), replace(now, rows=all_abroad))[DriftMeasure.AMOUNTS] is (
        DriftVerdict.SHIFTED
    )


def test_a_shift_has_the_numbers():
    rng = np.random.default_rng(12)
    then = replace(period(rng, 500), answers=200, right=180)
    now = replace(period(rng, 500, amounts=90.0), answers=100, right=70)
    shifts = [result for result in DriftCheck().compare(then, now) if result.verdict is DriftVerdict.SHIFTED]
    assert [shift.measure for shift in shifts] == [DriftMeasure.AMOUNTS, DriftMeasure.ACCURACY]
    assert (shifts[1].then, shifts[1].now, shifts[1].rows_now) == (0.9, 0.7, 100)
