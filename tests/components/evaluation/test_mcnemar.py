from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.components.evaluation.significance import mcnemar_p


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 5, 1.0), (0, 8, 2 / 2**8), (1, 9, 2 * (1 + 10) / 2**10)],
)
def test_the_p_is_that_of_the_two_sided_binomial_by_hand(first, second, p):
    assert mcnemar_p(first, second) == pytest.approx(p)


@given(st.integers(0, 300), st.integers(0, 300))
def test_it_is_the_sum_over_all_splits_as_uneven_and_knows_no_side(first, second):
    rows, fewer = first + second, min(first, second)
    as_uneven = [count for count in range(rows + 1) if min(count, rows - count) <= fewer]
    assert mcnemar_p(first, second) == pytest.approx(sum(comb(rows, count) for count in as_uneven) / 2**rows)
    assert mcnemar_p(first, second) == mcnemar_p(second, first)


def test_many_rows_are_no_trouble():
    assert mcnemar_p(5000, 5400) < 0.0001 < mcnemar_p(5000, 5100) < 1
