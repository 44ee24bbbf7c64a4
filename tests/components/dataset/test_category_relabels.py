from dataclasses import replace
from datetime import timedelta

import pytest

from src.components.dataset.possible_mistakes import CategoryRelabels
from src.domain.feedback import Feedback
from tests.components.labelled_rows import NOW, labelled

MERCHANTS = ("noodle bar", "taco garden", "corner bakery", "pizza orbit")


def answers(category, count, *, merchants=MERCHANTS, first=0):
    made = []
    for position, merchant in enumerate(merchants):
        for number in range(first, first + count):
            one = labelled(f"{position}-{number:02}", merchant, category, at=NOW + timedelta(days=number))
            made.append(replace(one, transaction=replace(one.transaction, merchant=merchant)))
    return made


def relabelled(rows, category):
    earlier = [Feedback(one.category, one.labelled_at, "then") for one in rows]
    return [
        replace(one, category=category, labelled_at=NOW + timedelta(days=90), replaced=before)
        for one, before in zip(rows, earlier, strict=True)
    ]


def doubted(*rows, vouched=()):
    return CategoryRelabels().find(rows, vouched)


def test_old_answers_of_a_whole_category_that_are_changed_at_once_are_in_doubt():
    rows = relabelled(answers("dining", 6), "groceries")
    mistakes = doubted(*rows, *answers("groceries", 9, merchants=("fresh lane", "mill street")))
    assert {doubt.transaction_id for doubt in mistakes} == {one.id for one in rows}
    assert {
        (mistake.category, mistake.others, mistake.agreeing, mistake.whole_category) for mistake in mistakes
    } == {("groceries", "dining", 24, True)}


def test_new_answers_that_call_a_whole_category_otherwise_are_in_doubt_and_the_old_ones_are_not():
    newer = answers("groceries", 3, first=6)
    assert [doubt.transaction_id for doubt in doubted(*answers("dining", 6), *newer)] == [
        one.id for one in newer
    ]


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_merchants_called_otherwise_are_a_change_of_mind(count):
    newer = answers("groceries", 12, first=6, merchants=MERCHANTS[:count])
    assert doubted(*answers("dining", 6), *newer) == []


def test_some_of_many_merchants_may_be_given_a_name_of_their_own():
    others = [f"place {number}" for number in range(8)]
    newer = answers("coffee", 6, first=6, merchants=MERCHANTS[:3])
    assert doubted(*answers("dining", 6), *answers("dining", 6, merchants=others), *newer) == []


def test_a_handful_of_answers_is_no_move():
    assert doubted(*answers("dining", 1), *answers("groceries", 2, first=1)) == []


def test_a_move_that_was_confirmed_is_asked_about_no_more():
    first, later = answers("groceries", 3, first=6), answers("groceries", 3, first=9)
    vouched = {one.id for one in first}
    assert doubted(*answers("dining", 6), *first, *later, vouched=vouched) == []


def test_a_category_that_was_never_called_otherwise_is_in_no_doubt():
    assert doubted(*answers("dining", 12)) == []
