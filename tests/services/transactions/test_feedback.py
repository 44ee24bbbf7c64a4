from threading import Thread

import pytest

from src.domain.acts import UndoResult
from src.domain.feedback import LabelSource
from src.domain.transactions import Status
from src.errors import NotFound
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, answer, keep, new


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def events(database):
    return FeedbackEvents(database)


def test_an_answer_holds_and_an_undo_restores_the_earlier_state(transactions, events):
    [row] = keep(transactions, new(category="dining"))
    events.add([(row.id, answer("groceries", "first"))])
    [before] = events.add([(row.id, answer("travel", "second"))])
    assert (before.category, before.status) == ("groceries", Status.CORRECTED)
    assert transactions.get(row.id).category == "travel"
    assert events.undo("second", at=NOW) == UndoResult(rows=1)
    assert transactions.get(row.id).category == "groceries"
    assert events.undo("first", at=NOW) == UndoResult(rows=1)
    undone = transactions.get(row.id)
    assert (undone.category, undone.status, len(undone.feedback)) == ("dining", Status.PREDICTED, 4)
    assert events.undo("first", at=NOW) == UndoResult(rows=0)
    assert transactions.recollections(["blue door"]) == {}


def test_all_similar_touches_only_rows_without_an_answer_and_is_undone_as_one(transactions, events):
    rows = keep(transactions, *(new(category="dining") for _ in range(3)), new("other"))
    events.add([(rows[1].id, answer("travel", "mine"))])
    events.add([(rows[0].id, answer("groceries", "all"))])
    assert events.count_similar("blue door", but=rows[0].id) == 1
    similar = answer("groceries", "all", LabelSource.SIMILAR)
    assert events.answer_unanswered(events.similar("blue door", but=rows[0].id), similar) == 1
    held = [transactions.get(row.id).category for row in rows]
    assert held == ["groceries", "travel", "groceries", "dining"]
    assert events.undo("all", at=NOW) == UndoResult(rows=2)
    assert [transactions.get(row.id).category for row in rows] == ["dining", "travel", "dining", "dining"]


def test_answers_given_at_the_same_time_are_all_kept(transactions, events):
    [row] = keep(transactions, new())
    people = [
        Thread(target=events.add, args=([(row.id, answer(f"c{number}", f"act{number}"))],))
        for number in range(12)
    ]
    [thread.start() for thread in people]
    [thread.join() for thread in people]
    assert {event.category for event in transactions.get(row.id).feedback} == {
        f"c{number}" for number in range(12)
    }


def test_many_answers_at_once_are_what_they_would_be_one_by_one(transactions, events):
    rows = keep(transactions, *(new() for _ in range(3)))
    batch = [
        (rows[0].id, answer("groceries")),
        ("0" * 24, answer("groceries")),
        (rows[1].id, answer("dining")),
        (rows[0].id, answer("travel")),
    ]
    first, missing, second, again = events.add(batch)
    assert isinstance(missing, NotFound)
    assert (first.category, second.category, again.category) == ("dining", "dining", "groceries")
    assert [transactions.get(row.id).category for row in rows] == ["travel", "dining", "dining"]
    assert [transactions.get(row.id).status for row in rows] == [
        Status.CORRECTED,
        Status.CONFIRMED,
        Status.PREDICTED,
    ]


def test_many_answers_among_other_writers_lose_none(transactions, events):
    rows = keep(transactions, *(new() for _ in range(30)))
    people = [
        Thread(
            target=events.add,
            args=([(row.id, answer(f"c{number}", f"act{number}")) for row in rows],),
        )
        for number in range(4)
    ]
    [thread.start() for thread in people]
    [thread.join() for thread in people]
    for row in rows:
        assert {event.act for event in transactions.get(row.id).feedback} == {f"act{n}" for n in range(4)}
