"""From a slip to the question about it, and from the answer to what trains."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from src.components.dataset.possible_mistakes import CategoryRelabels, LabelConflicts
from src.domain.feedback import Feedback
from src.domain.training_runs import SetAside
from src.errors import NotFound
from src.pipeline.feedback.label_review import LabelReview, to_learn_from
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.possible_mistakes import PossibleMistakes
from src.services.transactions.repository import Transactions
from tests.pipeline.answers import loop_of
from tests.services.rows import keep, new

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def events(database):
    return FeedbackEvents(database)


@pytest.fixture
def mistakes(database):
    return PossibleMistakes(database)


@pytest.fixture
def review(database, mistakes):
    return LabelReview(mistakes, loop_of(database, {"dining", "groceries"}))


@pytest.fixture
def rows(transactions, events):
    """Ten purchases at one merchant, one of them called otherwise."""
    made = [
        replace(new("fresh lane", day=date(2026, 1, day)), fingerprint=f"print-{day}") for day in range(1, 11)
    ]
    kept = keep(transactions, *made)
    names = ["groceries"] * 6 + ["dining"] + ["groceries"] * 3
    events.add(
        [
            (row.id, Feedback(name, NOW + timedelta(hours=number), f"act-{number}"))
            for number, (row, name) in enumerate(zip(kept, names, strict=True))
        ]
    )
    return kept


@pytest.fixture
def train(transactions, mistakes):
    """What a training would learn from."""

    def learned():
        labels, set_aside = to_learn_from(
            transactions, LabelConflicts(), CategoryRelabels(), mistakes, at=NOW
        )
        return {one.id for one in labels}, set_aside

    return learned


def test_a_slip_is_set_aside_and_asked_about(rows, train, review):
    learned, set_aside = train()
    assert learned == {row.id for row in rows} - {rows[6].id}
    assert set_aside == {SetAside.CONTRADICTING: 1}
    [(row, mistake)] = review.open()
    assert (row.id, mistake.category) == (rows[6].id, "dining")
    assert (mistake.others, mistake.agreeing) == ("groceries", 9)
    assert row.category == "dining"  # the person's answer is kept meanwhile


def test_it_is_right_lets_it_train_and_nothing_is_asked_again(rows, train, review):
    train()
    review.confirm(rows[6].id, at=NOW)
    assert review.open() == []
    for _ in range(2):
        learned, set_aside = train()
        assert (len(learned), set_aside) == (10, {})
    assert review.open() == []


def test_change_makes_it_what_the_others_are(rows, train, review, transactions):
    train()
    outcome = review.correct(rows[6].id, at=NOW + timedelta(days=1))
    assert (outcome.previous, outcome.category) == ("dining", "groceries")
    assert transactions.get(rows[6].id).category == "groceries"
    assert review.open() == []
    assert train()[1] == {}


def test_an_answer_on_any_other_page_resolves_it_too(rows, train, review, events):
    train()
    events.add([(rows[6].id, Feedback("dining", NOW + timedelta(days=1), "again"))])
    assert review.open() == []
    assert len(train()[0]) == 10


def test_what_no_longer_contradicts_drops_out_before_the_next_training(rows, train, review, events):
    train()
    events.add([(row.id, Feedback("dining", NOW + timedelta(days=1), "all")) for row in rows[:5]])
    assert review.open() == []
    with pytest.raises(NotFound):
        review.confirm(rows[6].id, at=NOW)
    with pytest.raises(NotFound):
        review.correct(rows[6].id, at=NOW)


def test_rows_that_judge_stay_and_have_no_voice(database, rows, train):
    held = database.collection("transactions")
    held.update_one({"fingerprint": "print-7"}, {"$set": {"holdout": True}})
    assert len(train()[0]) == 10
    held.update_one({"fingerprint": "print-7"}, {"$set": {"holdout": False}})
    held.update_many({"fingerprint": {"$nin": ["print-7", "print-1"]}}, {"$set": {"holdout": True}})
    assert len(train()[0]) == 10


def test_where_nobody_can_be_asked_nothing_is_set_aside(rows, transactions):
    labels, set_aside = to_learn_from(transactions, LabelConflicts(), CategoryRelabels(), None, at=NOW)
    assert (len(labels), set_aside) == (10, {})
