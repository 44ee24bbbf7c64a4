"""What counts as spent, earned, saved or moved."""

import pytest

from src.domain.categories import Flow, Group, flow_of
from src.domain.transactions import Direction

OUT, IN, MOVED = Direction.EXPENSE, Direction.INCOME, Direction.TRANSFER


@pytest.mark.parametrize("group", [Group.ESSENTIAL, Group.DISCRETIONARY])
def test_a_refund_lowers_what_was_spent(group):
    assert flow_of(group, OUT) == (Flow.SPENT, 1)
    assert flow_of(group, IN) == (Flow.SPENT, -1)


def test_income_that_is_paid_back_lowers_what_was_earned():
    assert flow_of(Group.INCOME, IN) == (Flow.EARNED, 1)
    assert flow_of(Group.INCOME, OUT) == (Flow.EARNED, -1)


def test_money_taken_out_of_savings_lowers_what_was_saved():
    assert flow_of(Group.SAVING, OUT) == (Flow.SAVED, 1)
    assert flow_of(Group.SAVING, MOVED) == (Flow.SAVED, 1)
    assert flow_of(Group.SAVING, IN) == (Flow.SAVED, -1)


@pytest.mark.parametrize("direction", Direction)
def test_both_ends_of_a_transfer_are_neither_spent_nor_earned(direction):
    assert flow_of(Group.TRANSFER, direction) == (Flow.TRANSFERRED, 1)


@pytest.mark.parametrize("group", [None, Group.ESSENTIAL, Group.DISCRETIONARY, Group.INCOME])
def test_what_is_called_a_transfer_is_one(group):
    assert flow_of(group, MOVED) == (Flow.TRANSFERRED, 1)


def test_without_a_category_the_direction_decides():
    assert flow_of(None, OUT) == (Flow.SPENT, 1)
    assert flow_of(None, IN) == (Flow.EARNED, 1)


@pytest.mark.parametrize("group", [None, *Group])
@pytest.mark.parametrize("direction", Direction)
def test_a_paired_end_of_an_own_transfer_is_one_whatever_its_category(group, direction):
    assert flow_of(group, direction, paired=True) == (Flow.TRANSFERRED, 1)


def test_a_linked_refund_lowers_spending_even_without_a_category():
    assert flow_of(None, IN, refund=True) == (Flow.SPENT, -1)
    assert flow_of(Group.ESSENTIAL, IN, refund=True) == (Flow.SPENT, -1)
