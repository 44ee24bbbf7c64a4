from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from src.components.monitoring.drift import (
    DriftCheck,
    fisher_greater,
    named_cells,
    quantile_cells,
    same_distribution,
    stability_index,
)
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


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ([40, 30, 20, 10], [22, 25, 31, 22]),
        ([40, 30], [22, 55]),
        ([5, 5, 5], [5, 5, 5]),
        ([9] * 25, [*range(3, 28)]),
        ([90, 10, 0], [10, 90, 40]),
    ],
)
def test_the_test_of_counts_is_that_of_scipy(then, now):
    expected = stats.chi2_contingency([then, now], correction=False).pvalue
    assert same_distribution(then, now) == pytest.approx(expected, rel=1e-9)
    assert same_distribution([*then, 0], [*now, 0]) == pytest.approx(expected, rel=1e-9)


def test_one_cell_or_no_rows_have_a_p_of_1():
    assert same_distribution([5], [9]) == 1
    assert same_distribution([5, 5], [0, 0]) == 1


@pytest.mark.parametrize("hits", [0, 3, 12, 40])
def test_the_exact_test_of_shares_is_that_of_scipy(hits):
    expected = stats.fisher_exact([[hits, 40 - hits], [10, 190]], alternative="greater").pvalue
    assert fisher_greater(hits, 40, 10, 200) == pytest.approx(expected, rel=1e-9)


def test_equal_shares_are_perfectly_stable_and_moved_ones_are_not():
    assert stability_index([50, 30, 20], [50, 30, 20]) == 0
    assert stability_index([500, 300, 200], [200, 300, 500]) == pytest.approx(0.55, abs=0.01)
    assert np.isfinite(stability_index([50, 0], [0, 50]))
    assert stability_index([50, 50, 0], [5, 5, 0]) == 0


def test_amounts_are_counted_between_common_quantiles_and_ties_stay_together():
    then, now = quantile_cells([1, 2, 3, 4], [5, 6, 7, 8], 4)
    assert (sum(then), sum(now)) == (4, 4)
    assert (then[0], now[0]) == (2, 0)
    then, now = quantile_cells([9.99] * 50, [9.99] * 20, 10)
    assert (sum(then), sum(now)) == (50, 20)
    assert sum(count > 0 for count in then) == 1


def test_rare_names_share_one_cell_that_is_large_enough_for_the_test():
    then, now = {"a": 60, "b": 30, "c": 3, "d": 2}, {"a": 55, "b": 40, "e": 6}
    before, after = named_cells(then, now)
    assert (before, after) == ([60, 30, 5], [55, 40, 6])
    assert named_cells({"a": 90, "b": 10}, {"a": 99, "c": 1})[0] == [90, 10]
    assert named_cells({"a": 90, "b": 6, "c": 1}, {"a": 95, "b": 5})[0] == [90, 7]
