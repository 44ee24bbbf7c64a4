"""How many rows a verdict needs."""

import pytest

from src.components.evaluation.significance import (
    between,
    fewest_merchants,
    fewest_to_convince,
    rows_at_first,
    rows_needed,
    rows_to_convince,
)
from src.domain.verdicts import Difference


def test_an_interval_four_times_as_wide_as_it_may_be_needs_sixteen_times_the_rows():
    assert rows_needed(Difference(0.0, (-0.2, 0.2)), 0.05, rows=100, merchants=100) == 1600


def test_what_seems_better_needs_fewer_rows_and_what_seems_a_little_worse_more():
    wide = {
        value: rows_needed(Difference(value, (value - 0.15, value + 0.15)), 0.05, 100, 100)
        for value in (-0.01, 0.0, 0.05)
    }
    assert wide[0.05] < wide[0.0] < wide[-0.01]


def test_what_seems_much_worse_is_soon_known_to_be():
    assert rows_needed(Difference(-0.2, (-0.42, 0.02)), 0.05, rows=40, merchants=40) == 49


def test_few_merchants_need_more_of_them_though_none_of_them_differs():
    assert rows_needed(Difference(0.0, (0.0, 0.0)), 0.1, rows=40, merchants=10) == 120


def test_more_rows_are_needed_than_there_are():
    assert rows_needed(Difference(-0.1, (-0.2, 0.0)), 0.05, rows=50, merchants=100) > 50


def test_the_fewer_merchants_an_estimate_is_based_on_the_wider_its_interval():
    ends = {counted: between(200, 100, counted) for counted in (3, 20, 400)}
    assert ends[3][0] <= ends[20][0] < ends[400][0] < 200 < ends[400][1] < ends[20][1] < ends[3][1]
    # The exact limits of a Poisson count of 20 are 12.2 and 30.9.
    assert ends[20] == (pytest.approx(122, abs=9), pytest.approx(309, abs=12))


def test_an_interval_begins_above_the_rows_there_are():
    assert between(200, 190, 3)[0] > 190


def test_what_is_asked_for_at_first_suffices_for_models_that_differ_on_two_of_five_rows():
    rows = rows_at_first(0.1)
    assert rows == 160
    assert 1.96 * (0.4 / rows) ** 0.5 < 0.1


@pytest.mark.parametrize(("fall", "merchants"), [(0.05, 60), (0.1, 30)])
def test_the_rule_of_three(fall, merchants):
    assert fewest_merchants(fall) == merchants
    assert (1 - fall) ** merchants < 0.05


def test_the_fewest_merchants_that_convince_are_those_of_the_sign_test():
    least = fewest_to_convince()
    assert 2 * 0.5**least <= 0.05 < 2 * 0.5 ** (least - 1)
    assert rows_to_convince(40, differing=3) == 80
