import numpy as np
import pytest
from scipy import stats

from src.components.monitoring.drift import (
    fisher_greater,
    named_cells,
    quantile_cells,
    same_distribution,
    stability_index,
)


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
