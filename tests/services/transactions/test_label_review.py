"""Marks of a second look, beside answers that come, go and come back."""

from datetime import timedelta

import pytest

from src.domain.transactions import DoubtfulLabel
from src.errors import NotFound
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.label_review import Doubts
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, answer, keep, new

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def events(database):
    return FeedbackEvents(database)


@pytest.fixture
def doubts(database):
    return Doubts(database)


@pytest.fixture
def row(database, events):
    [kept] = keep(Transactions(database), new())
    events.add([(kept.id, answer("dining", "first"))])
    return kept


@pytest.fixture
def doubt(row):
    return DoubtfulLabel(row.id, "dining", "groceries", 9, NOW)


def open_ids(doubts):
    return [each.id for each in doubts.open(10)]


def test_a_mark_is_open_until_the_next_training_finds_none(doubts, row, doubt):
    doubts.replace([doubt], at=NOW)
    doubts.replace([doubt], at=LATER)
    assert open_ids(doubts) == [row.id]
    assert doubts.get(row.id).id == row.id
    doubts.replace([], at=LATER)
    assert open_ids(doubts) == []


def test_an_answer_given_meanwhile_is_not_marked(doubts, events, row, doubt):
    events.add([(row.id, answer("travel", "second", at=LATER))])
    doubts.replace([doubt], at=LATER)
    assert open_ids(doubts) == []


def test_vouching_settles_it_for_good(doubts, row, doubt):
    doubts.replace([doubt], at=NOW)
    doubts.confirm(row.id, at=LATER)
    assert (open_ids(doubts), doubts.confirmed()) == ([], {row.id})
    doubts.replace([], at=LATER)
    assert doubts.confirmed() == {row.id}


def test_the_same_answer_given_again_is_vouching(doubts, events, row, doubt):
    doubts.replace([doubt], at=NOW)
    events.add([(row.id, answer("dining", "second", at=LATER))])
    assert (open_ids(doubts), doubts.confirmed()) == ([], {row.id})


def test_another_answer_settles_it_and_taking_it_back_opens_it_again(doubts, events, row, doubt):
    doubts.replace([doubt], at=NOW)
    events.add([(row.id, answer("groceries", "second", at=LATER))])
    assert (open_ids(doubts), doubts.confirmed()) == ([], set())
    events.undo("second", at=LATER)
    assert open_ids(doubts) == [row.id]
    events.undo("first", at=LATER)
    assert open_ids(doubts) == []


def test_there_is_nothing_to_vouch_for_where_nothing_is_asked(doubts, row):
    for act in (lambda: doubts.confirm(row.id, at=NOW), lambda: doubts.get(row.id), lambda: doubts.get("x")):
        with pytest.raises(NotFound):
            act()


def test_alike_are_the_labelled_rows_that_may_train(database, doubts, events, row):
    transactions = Transactions(database)
    held, unanswered, other = keep(transactions, new(holdout=True), new(), new("city cab"))
    events.add([(each.id, answer("dining", "some")) for each in (held, other)])
    assert [each.id for each in doubts.labelled({"blue door"})] == [row.id]
    assert unanswered.id not in {each.id for each in doubts.labelled({"blue door", "city cab"})}


def test_a_labelled_row_tells_which_answer_the_newest_took_the_place_of(database, events):
    transactions = Transactions(database)
    [row] = keep(transactions, new())

    def replaced():
        [one] = transactions.labelled()
        return one.replaced and one.replaced.category

    for number, (category, earlier) in enumerate(
        [("dining", None), ("groceries", "dining"), ("groceries", None), ("travel", "groceries")]
    ):
        events.add([(row.id, answer(category, f"act-{number}", at=NOW + timedelta(hours=number)))])
        assert replaced() == earlier
    events.undo("act-3", at=LATER)
    assert replaced() is None
    events.undo("act-2", at=LATER)
    assert replaced() == "dining"
