from datetime import UTC, datetime, timedelta

import pytest

from src.components.model.merchant_memory import MemoryDecision, MemoryHint, MerchantMemory
from src.domain.feedback import LabelSource, PastAnswer, one_per_act

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def past_answers(*categories, amount=5.0):
    """The newest first."""
    return [PastAnswer(category, NOW, amount) for category in categories]


def consult(*categories, amount=7.0):
    return MerchantMemory().consult(past_answers(*categories), (), amount)


def test_without_an_answer_the_memory_returns_nothing():
    assert consult() is None


def test_one_answer_decides_and_more_of_the_same_make_it_surer():
    one, five = consult("dining"), consult(*["dining"] * 5)
    assert (one.category, five.category) == ("dining", "dining")
    assert 0.9 < one.confidence < five.confidence < 1


@pytest.mark.parametrize(
    "answers",
    [("dining", "groceries"), ("dining", "dining", "groceries"), ("groceries", *["dining"] * 9)],
)
def test_conflicting_answers_leave_the_decision_to_the_model_with_their_shares(answers):
    hint = consult(*answers)
    assert isinstance(hint, MemoryHint)
    assert sum(hint.shares.values()) == pytest.approx(1)
    assert set(hint.shares) == {"dining", "groceries"}


def test_one_different_answer_does_not_outweigh_many():
    hint = consult("groceries", *["dining"] * 9)
    assert hint.shares["dining"] > 2 * hint.shares["groceries"]


def test_an_odd_answer_that_many_have_followed_only_lowers_the_confidence():
    mixed = consult("dining", "dining", "dining", "dining", "groceries", "dining")
    assert mixed.category == "dining"
    assert mixed.confidence < consult(*["dining"] * 6).confidence


def test_who_changes_their_mind_is_followed_after_a_few_answers():
    after = [consult(*["new"] * times, *["old"] * (10 - times)) for times in range(1, 7)]
    assert not isinstance(after[0], MemoryDecision)
    assert after[-1].category == "new"


def test_answers_about_the_same_amount_count_more():
    own = [*past_answers("coffee", amount=4.2), *past_answers("lunch", amount=18.0)]
    shares = [
        MerchantMemory(agreement=1.0).consult(own, (), amount).shares["lunch"] for amount in (4.2, 9.0, 18.1)
    ]
    assert shares == sorted(shares)
    assert shares[0] < 0.2 < 0.6 < shares[2]


def test_merchants_of_a_similar_name_count_only_without_an_answer_and_never_decide():
    memory = MerchantMemory()
    hint = memory.consult((), past_answers("dining"), 7.0)
    assert isinstance(hint, MemoryHint)
    assert (hint.similar, hint.shares) == (True, {"dining": 1.0})
    assert memory.consult(past_answers("groceries"), past_answers("dining"), 7.0).category == "groceries"


def by(source, category="dining", minutes=0):
    return PastAnswer(category, NOW - timedelta(minutes=minutes), 5.0, source)


@pytest.mark.parametrize(
    ("newest", "own_word"),
    [
        ([by(LabelSource.FEEDBACK)], True),
        ([by(LabelSource.SIMILAR)], True),
        ([by(LabelSource.IMPORT)], False),
        ([by(LabelSource.FEEDBACK), by(LabelSource.IMPORT)], True),
        ([by(LabelSource.IMPORT, "travel"), *[by(LabelSource.FEEDBACK)] * 9], False),
    ],
)
def test_an_answer_given_by_hand_that_nothing_contradicts_is_the_persons_own(newest, own_word):
    recollection = MerchantMemory(agreement=0.5).consult(newest, (), 7.0)
    assert (recollection.category, recollection.own_word) == ("dining", own_word)


def test_all_similar_is_one_answer_however_many_rows_it_set():
    of_one_act = [by(LabelSource.SIMILAR), by(LabelSource.FEEDBACK), *[by(LabelSource.SIMILAR)] * 20]
    earlier = [by(LabelSource.FEEDBACK, "travel", minutes=5), by(LabelSource.IMPORT, "travel", minutes=5)]
    assert [answer.category for answer in one_per_act([*of_one_act, *earlier], 10)] == [
        "dining",
        "travel",
        "travel",
    ]
    in_one_batch = [by(LabelSource.FEEDBACK)] * 3
    assert one_per_act(in_one_batch, 10) == in_one_batch
    assert len(one_per_act(in_one_batch, 2)) == 2
