"""Whether a new model categorizes fewer transactions automatically."""

import numpy as np
import pytest

from src.components.promotion.automatic_share import AutomaticRows, AutomationShare


def rows(before, after, merchants=None):
    """before, after: how many of 613 rows are automatic, the first ones of each."""
    number = np.arange(613)
    merchants = number if merchants is None else merchants
    return AutomaticRows(0.95, number < before, number < after, merchants.astype(str))


def right(share, counted, merchants=None):
    answers = np.arange(counted) < share * counted
    return answers, np.arange(counted) if merchants is None else merchants


def test_both_shares_are_of_the_same_rows_with_an_interval_and_a_paired_test():
    automation = AutomationShare().compare(rows(462, 78), *right(1.0, 80))
    assert (automation.rows, automation.precision) == (613, 0.95)
    assert (automation.champion, automation.challenger) == (462 / 613, 78 / 613)
    assert automation.difference.value == pytest.approx(-384 / 613)
    low, high = automation.difference.ci95
    assert -0.68 < low < -384 / 613 < high < -0.58
    assert (automation.champion_only, automation.challenger_only, automation.merchants) == (384, 0, 384)
    assert automation.p < 1e-9


def test_rows_of_one_merchant_do_not_count_as_independent():
    by_merchant = np.arange(613) // 100
    together = AutomationShare().compare(rows(462, 300, by_merchant), *right(1.0, 80))
    alone = AutomationShare().compare(rows(462, 300), *right(1.0, 80))
    width = [one.difference.ci95[1] - one.difference.ci95[0] for one in (together, alone)]
    assert width[0] > 2 * width[1]
    assert together.merchants == 2


@pytest.mark.parametrize(
    ("share", "counted", "merchants", "imprecise"),
    [
        (0.80, 100, None, True),
        (0.95, 100, None, False),
        (0.90, 20, None, False),  # too few to show it
        (1.00, 100, None, False),
        (0.80, 100, np.arange(100) // 50, False),  # of two merchants, one of which it mostly gets wrong
        (1.00, 0, None, False),
    ],
)
def test_a_champion_misses_the_stated_precision_only_where_that_is_shown(
    share, counted, merchants, imprecise
):
    automation = AutomationShare().compare(rows(462, 78), *right(share, counted, merchants))
    assert automation.imprecise is imprecise
    assert (automation.judged, automation.right) == (counted, round(share * counted))


def test_without_an_unanswered_transaction_there_is_nothing_to_compare():
    nothing = np.empty(0, bool)
    assert AutomationShare().compare(AutomaticRows(0.95, nothing, nothing, nothing), *right(1.0, 8)) is None
