from datetime import UTC, datetime

import pytest

from src.components.memory import MerchantMemory
from src.domain import Recollection

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def recall(*categories):
    return MerchantMemory().recall([Recollection(each, NOW) for each in categories])


def test_without_an_answer_the_memory_is_silent():
    assert recall() is None


def test_one_answer_decides_and_more_of_the_same_make_it_surer():
    one, five = recall("dining"), recall(*["dining"] * 5)
    assert (one.category, five.category) == ("dining", "dining")
    assert 0.9 < one.confidence < five.confidence < 1


@pytest.mark.parametrize("answers", [("dining", "groceries"), ("dining", "dining", "groceries")])
def test_conflicting_answers_hand_the_decision_back(answers):
    assert recall(*answers) is None


def test_one_odd_answer_among_many_is_outvoted_but_lowers_the_confidence():
    mixed = recall("groceries", *["dining"] * 9)
    assert mixed.category == "dining"
    assert mixed.confidence < recall("dining").confidence
