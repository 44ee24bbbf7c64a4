"""Which parts of a split purchase its refunds lower."""

from decimal import Decimal

import pytest

from src.domain.refunds import lowered_parts


@pytest.mark.parametrize(
    ("left", "amount", "chosen", "lowered"),
    [
        ([60, 40], 40, None, {1: 40}),  # the part of this amount
        ([60, 70], 40, None, {1: 40}),  # the largest
        ([60, 40], 30, 1, {1: 30}),  # the chosen one
        ([60, 40], 100, None, {0: 60, 1: 40}),  # all of it
        ([20, 30, 50], 60, None, {2: 50, 1: 10}),  # no part is as large
        ([60, 10], 30, 1, {1: 10, 0: 20}),  # the chosen part has become too small
        ([60, 40], 30, 7, {0: 30}),  # the chosen part is gone
        ([0, 40], 40, 0, {1: 40}),  # it is refunded already
    ],
)
def test_the_parts_that_a_refund_lowers(left, amount, chosen, lowered):
    left = [Decimal(of_part) for of_part in left]
    before = sum(left)
    parts = lowered_parts(left, Decimal(amount), chosen)
    assert {part.part: part.amount for part in parts} == lowered
    assert min(left) >= 0
    assert before - sum(left) == amount
