from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from src.domain.predictions import Band
from src.domain.transactions import Status
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from src.services.transactions.repredictions import Repredictions
from tests.services.rows import NOW, answer, keep, new


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def repredictions(database):
    return Repredictions(database)


@pytest.fixture
def answered(database):
    events = FeedbackEvents(database)
    return lambda row, category: events.add([(row.id, answer(category))])


def anew(row, category="travel", *, version="2", act="act-1"):
    prediction = replace(
        row.prediction, category=category, model_version=version, act=act, at=NOW + timedelta(1)
    )
    return {row.id: (row.transaction, prediction)}


def test_the_unanswered_that_another_model_spoke_of_last_are_left(repredictions, transactions, answered):
    older, said, newer = keep(
        transactions, new("a", day=date(2026, 1, 1)), new("b"), new("c", day=date(2026, 1, 2))
    )
    answered(said, "travel")
    assert list(repredictions.outdated("2", 10)) == [newer.id, older.id]
    assert repredictions.outdated("2", 1) == {newer.id: newer.transaction}
    assert (repredictions.outdated("1", 10), repredictions.count_outdated("1")) == ({}, 0)
    repredictions.append(anew(newer))
    assert list(repredictions.outdated("2", 10)) == [older.id]
    assert repredictions.count_outdated("2") == 1


def test_a_new_prediction_is_appended_and_holds(repredictions, transactions):
    [row] = keep(transactions, new())
    repredictions.append(anew(row, None) | {"0" * 24: anew(row)[row.id]})
    after = transactions.get(row.id)
    assert (after.category, after.status) == (None, Status.PREDICTED)
    assert [each.model_version for each in after.predictions] == ["1", "2"]
    assert after.prediction.act == "act-1"
    assert after.predictions[0] == row.prediction


def test_to_append_again_adds_nothing_twice(repredictions, transactions):
    [row] = keep(transactions, new())
    for _ in range(2):
        repredictions.append(anew(row))
    assert len(transactions.get(row.id).predictions) == 2


def test_a_row_that_was_answered_or_edited_meanwhile_stays(repredictions, transactions, answered):
    said, edited = keep(transactions, new("a"), new("b"))
    answered(said, "groceries")
    changed = replace(edited.transaction, amount=Decimal(9))
    transactions.amend(edited.id, lambda now: (changed, now.prediction, now.edits))
    before = [transactions.get(row.id) for row in (said, edited)]
    repredictions.append(anew(said) | anew(edited))
    assert [transactions.get(row.id) for row in (said, edited)] == before


def test_an_act_is_told_with_what_it_changed(repredictions, transactions):
    rows = keep(transactions, *(new(f"m{number}") for number in range(4)))
    repredictions.append(anew(rows[0], "travel") | anew(rows[1], "dining") | anew(rows[2], None))
    repredictions.append(anew(rows[3], "travel", act="act-2"))
    assert repredictions.count_repredicted("act-1") == (3, 2)
    assert repredictions.count_repredicted("none") == (0, 0)


def test_an_act_taken_back_leaves_every_row_as_it_was_but_the_answered(repredictions, transactions, answered):
    rows = keep(transactions, new("a"), new("b"), new("c"))
    repredictions.append(anew(rows[0]) | anew(rows[1], version="3"))
    repredictions.append(anew(rows[2], act="act-2"))
    answered(rows[1], "travel")
    assert repredictions.undo("act-1") == 1
    assert transactions.get(rows[0].id) == rows[0]
    said = transactions.get(rows[1].id)
    assert (said.status, said.prediction.model_version) == (Status.CONFIRMED, "3")
    assert transactions.get(rows[2].id).prediction.act == "act-2"
    assert repredictions.undo("act-1") == 0


def test_acts_are_taken_back_one_after_the_other(repredictions, transactions):
    [row] = keep(transactions, new())
    repredictions.append(anew(row, "travel", version="2", act="act-1"))
    repredictions.append(anew(row, "groceries", version="3", act="act-1"))  # promoted in between
    repredictions.append(anew(row, None, version="4", act="act-2"))
    assert repredictions.undo("act-1") == 0
    assert repredictions.undo("act-2") == 1
    assert transactions.get(row.id).category == "groceries"
    assert repredictions.undo("act-1") == 1
    assert transactions.get(row.id) == row


def test_the_band_of_the_new_prediction_decides_who_waits_for_an_answer(repredictions, transactions):
    [row] = keep(transactions, new(category=None))
    assert transactions.count_waiting() == 1
    sure = replace(row.prediction, category="dining", band=Band.AUTO, model_version="2", act="act-1")
    repredictions.append({row.id: (row.transaction, sure)})
    assert transactions.count_waiting() == 0
    repredictions.undo("act-1")
    assert transactions.count_waiting() == 1
