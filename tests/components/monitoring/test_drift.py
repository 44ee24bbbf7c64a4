from dataclasses import replace

import numpy as np
import pytest

from src.components.monitoring.drift import DriftCheck, reason_of
from src.domain.quality import DriftMeasure, DriftPeriod, DriftRow, DriftVerdict

CATEGORIES = ["groceries", "dining", "transport", "utilities", "shopping", "travel", "health", None]
SHARES = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05])


def period(rng, rows, *, amounts=30.0, shares=SHARES, merchants=80, answers=0, right=0.9, fresh=0.0):
    """A stretch of invented life; `fresh` of its rows are of merchants that nobody has met."""

    def shops(count):
        return [f"shop {number}" for number in np.minimum(rng.zipf(1.4, count), merchants)]

    glimpses = tuple(
        DriftRow(
            shop if rng.random() >= fresh else rng.bytes(6).hex(), float(amount), "USD", CATEGORIES[place]
        )
        for shop, amount, place in zip(
            shops(rows),
            np.round(amounts * rng.lognormal(0, 1, rows), 2),
            rng.choice(len(CATEGORIES), rows, p=shares),
            strict=True,
        )
    )
    return DriftPeriod(glimpses, tuple(shops(300)), answers, int(rng.binomial(answers, right)))


def verdicts(then, now):
    return {sign.measure: sign.verdict for sign in DriftCheck().look(then, now)}


@pytest.mark.parametrize("rows", [100, 50])
def test_equal_times_alarm_in_under_one_of_a_hundred_looks(rows):
    rng = np.random.default_rng(4)
    alarms = 0
    for _ in range(1000):
        signs = DriftCheck().look(period(rng, rows, answers=rows), period(rng, rows, answers=rows))
        assert all(sign.verdict is not DriftVerdict.TOO_FEW for sign in signs)
        alarms += any(sign.verdict is DriftVerdict.SHIFTED for sign in signs)
    assert alarms < 10


def test_a_long_time_before_and_a_short_one_now_alarm_as_seldom():
    rng = np.random.default_rng(5)
    alarms = sum(
        bool(reason_of(DriftCheck().look(period(rng, 1000, answers=300), period(rng, 60, answers=40))))
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
        found = verdicts(then, now)
        assert found.pop(measure) is DriftVerdict.SHIFTED
        assert set(found.values()) == {DriftVerdict.STEADY}


def test_a_sure_but_small_difference_is_no_alarm():
    rng = np.random.default_rng(7)
    then, now = (
        period(rng, 20_000, answers=20_000),
        period(rng, 20_000, answers=20_000, right=0.85, amounts=33.0),
    )
    signs = {sign.measure: sign for sign in DriftCheck().look(then, now)}
    for measure in (DriftMeasure.AMOUNTS, DriftMeasure.ACCURACY):
        assert signs[measure].p < 1e-6
        assert signs[measure].verdict is DriftVerdict.STEADY


def test_better_than_before_is_no_alarm():
    rng = np.random.default_rng(8)
    assert verdicts(period(rng, 300, answers=300, right=0.6), period(rng, 300, answers=300, right=0.95))[
        DriftMeasure.ACCURACY
    ] is (DriftVerdict.STEADY)


def test_too_few_rows_are_said_to_be_too_few():
    rng = np.random.default_rng(9)
    signs = DriftCheck().look(period(rng, 500, answers=200), period(rng, 12, answers=4))
    assert {sign.verdict for sign in signs} == {DriftVerdict.TOO_FEW}
    assert signs[1].told == "too few to tell (n = 12; 50 are needed)"
    assert signs[3].told == "too few to tell (n = 4; 30 are needed)"
    assert reason_of(signs) == ""


def test_no_rows_at_all_are_too_few():
    nothing = DriftPeriod((), (), 0, 0)
    assert set(verdicts(nothing, nothing).values()) == {DriftVerdict.TOO_FEW}


def test_merchants_tell_only_where_enough_rows_came_before_to_know_a_new_one():
    rng = np.random.default_rng(10)
    then, now = period(rng, 400), period(rng, 200)
    short = replace(now, before=now.before[:40])
    assert verdicts(then, short)[DriftMeasure.MERCHANTS] is DriftVerdict.TOO_FEW


def test_another_currency_is_a_shift_of_amounts():
    rng = np.random.default_rng(11)
    now = period(rng, 500)
    abroad = [replace(row, currency="EUR") if place % 3 == 0 else row for place, row in enumerate(now.rows)]
    assert verdicts(period(rng, 500), replace(now, rows=tuple(abroad)))[DriftMeasure.AMOUNTS] is (
        DriftVerdict.SHIFTED
    )
    all_abroad = tuple(replace(row, currency="EUR") for row in now.rows)
    assert verdicts(period(rng, 500), replace(now, rows=all_abroad))[DriftMeasure.AMOUNTS] is (
        DriftVerdict.SHIFTED
    )


def test_the_reason_has_the_numbers():
    rng = np.random.default_rng(12)
    then = replace(period(rng, 500), answers=200, right=180)
    now = replace(period(rng, 500, amounts=90.0), answers=100, right=70)
    reason = reason_of(DriftCheck().look(then, now))
    assert reason.startswith("Drift: amounts have shifted, from a median of ")
    assert reason.endswith("; answers that agree with the prediction fell from 90 % to 70 % (n = 100).")
