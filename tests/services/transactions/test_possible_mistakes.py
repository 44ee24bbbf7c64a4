"""Marks of a possible mistake, while answers are added, undone and added again."""

from datetime import timedelta

import pytest

from src.domain.transactions import PossibleMistake
from src.errors import NotFound
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.possible_mistakes import PossibleMistakes
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, answer, keep, new

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def events(database):
    return FeedbackEvents(database)


@pytest.fixture
def mistakes(database):
    return PossibleMistakes(database)


@pytest.fixture
def row(database, events):
    [kept] = keep(Transactions(database), new())
    events.add([(kept.id, answer("dining", "first"))])
    return kept


@pytest.fixture
def mistake(row):
    return PossibleMistake(row.id, "dining", "groceries", 9, NOW)


def open_ids(mistakes):
    return [mistake.id for mistake in mistakes.open(10)]


def test_a_mark_is_open_until_the_next_training_finds_none(mistakes, row, mistake):
    mistakes.replace([mistake], at=NOW)
    mistakes.replace([mistake], at=LATER)
    assert open_ids(mistakes) == [row.id]
    assert mistakes.get(row.id).id == row.id
    mistakes.replace([], at=LATER)
    assert open_ids(mistakes) == []


def test_an_answer_given_meanwhile_is_not_marked(mistakes, events, row, mistake):
    events.add([(row.id, answer("travel", "second", at=LATER))])
    mistakes.replace([mistake], at=LATER)
    assert open_ids(mistakes) == []


def test_vouching_resolves_it_for_good(mistakes, row, mistake):
    mistakes.replace([mistake], at=NOW)
    mistakes.confirm([row.id], at=LATER)
    assert (open_ids(mistakes), mistakes.confirmed()) == ([], {row.id})
    mistakes.replace([], at=LATER)
    assert mistakes.confirmed() == {row.id}


def test_the_same_answer_given_again_is_vouching(mistakes, events, row, mistake):
    mistakes.replace([mistake], at=NOW)
    events.add([(row.id, answer("dining", "second", at=LATER))])
    assert (open_ids(mistakes), mistakes.confirmed()) == ([], {row.id})


def test_another_answer_resolves_it_and_its_undo_opens_it_again(mistakes, events, row, mistake):
    mistakes.replace([mistake], at=NOW)
    events.add([(row.id, answer("groceries", "second", at=LATER))])
    assert (open_ids(mistakes), mistakes.confirmed()) == ([], set())
    events.undo("second", at=LATER)
    assert open_ids(mistakes) == [row.id]
    events.undo("first", at=LATER)
    assert open_ids(mistakes) == []


def test_there_is_nothing_to_vouch_for_where_nothing_is_asked(mistakes, row):
    for act in (
        lambda: mistakes.confirm([row.id], at=NOW),
        lambda: mistakes.get(row.id),
        lambda: mistakes.get("x"),
    ):
        with pytest.raises(NotFound):
            act()


def test_alike_are_the_labelled_rows_that_may_train(database, mistakes, events, row):
    transactions = Transactions(database)
    held, unanswered, other = keep(transactions, new(holdout=True), new(), new("city cab"))
    events.add([(row.id, answer("dining", "some")) for row in (held, other)])
    assert [label.id for label in mistakes.labelled({"blue door"})] == [row.id]
    assert unanswered.id not in {label.id for label in mistakes.labelled({"blue door", "city cab"})}


def test_a_labelled_row_has_the_answer_that_the_newest_replaced(database, events):
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
