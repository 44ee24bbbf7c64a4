"""How far two models differ on the same rows."""

import numpy as np
import pytest
from scipy.stats import binomtest

from src.components.evaluation.significance import differing_merchants, discordance
from src.components.promotion.paired_bootstrap import ModelPredictions, PairedBootstrap, PairedPredictions
from src.domain.verdicts import Scores

TRUTH = np.array(["dining", "travel"] * 30, dtype=object)


def model(right, losses=None):
    """Answers to TRUTH that are right where `right` is true."""
    answers = np.where(right, TRUTH, "pets")
    scores = Scores("1", len(TRUTH), float(np.mean(right)), 0.0, 0.0, 0.0)
    return ModelPredictions(scores, answers, np.where(right, 0.1, 3.0) if losses is None else losses)


def compared(old, new, money=None, merchants=None):
    money = np.ones(len(TRUTH)) if money is None else money
    merchants = np.arange(len(TRUTH)).astype(str) if merchants is None else merchants
    return PairedBootstrap(draws=400).compare(PairedPredictions(TRUTH, merchants, money, old, new))


def first(count):
    return np.arange(len(TRUTH)) < count


def test_accuracy_by_rows_and_by_money_may_move_in_opposite_ways():
    money = np.where(first(10), 50.0, 1.0)
    differences = compared(model(first(10)), model(~first(10)), money)
    assert differences.accuracy.value == pytest.approx(40 / 60)
    assert differences.money_weighted_accuracy.value == pytest.approx((50 - 500) / 550)
    assert differences.money_weighted_accuracy.ci95[1] < 0 < differences.accuracy.ci95[0]


def test_rows_without_amounts_have_no_accuracy_by_money():
    assert compared(model(first(10)), model(first(20)), np.zeros(len(TRUTH))).money_weighted_accuracy is None


def test_log_loss_distinguishes_two_models_that_answer_alike():
    right = first(40)
    differences = compared(model(right, np.full(60, 0.5)), model(right, np.full(60, 0.2)))
    assert differences.accuracy.value == 0
    assert differences.log_loss.value == pytest.approx(-0.3)
    assert differences.log_loss.ci95 == pytest.approx((-0.3, -0.3))


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (1, 0), (5, 5), (3, 9), (25, 12), (400, 300)])
def test_mcnemars_p_is_that_of_the_exact_binomial_test(won, lost):
    rows = np.arange(won + lost + 5)
    counts = discordance((rows >= won) & (rows < won + lost), rows < won)
    assert (counts.rows, counts.challenger_right) == (won + lost, won)
    assert counts.p == pytest.approx(binomtest(won, won + lost).pvalue if won + lost else 1.0)


def test_a_merchant_that_both_models_get_right_equally_often_does_not_differ():
    merchants = np.array(["a", "a", "b", "b", "c"])
    old = np.array([True, False, True, True, False])
    new = np.array([False, True, True, False, True])
    assert differing_merchants(old, new, merchants) == 2
