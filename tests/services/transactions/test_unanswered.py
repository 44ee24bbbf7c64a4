from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from src.domain.predictions import Band
from src.domain.transactions import HistoryFilter, Status
from src.services.transactions.deleted import DeletedTransactions
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from src.services.transactions.unanswered import Unanswered
from tests.services.rows import NOW, answer, keep, new


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def unanswered(database):
    return Unanswered(database)


@pytest.fixture
def answered(database):
    events = FeedbackEvents(database)
    return lambda row, category: events.add([(row.id, answer(category))])


def predicted_again(row, category="travel", *, version="2", act="act-1"):
    at = NOW + timedelta(days=int(version))
    prediction = replace(row.prediction, category=category, model_version=version, act=act, at=at)
    return {row.id: (row.transaction, prediction)}


def test_the_unanswered_that_another_model_predicted_last_are_left(unanswered, transactions, answered):
    older, answered_row, newer = keep(
        transactions, new("a", day=date(2026, 1, 1)), new("b"), new("c", day=date(2026, 1, 2))
    )
    answered(answered_row, "travel")
    assert list(unanswered.outdated("2", 10)) == [newer.id, older.id]
    assert unanswered.outdated("2", 1) == {newer.id: newer.transaction}
    assert (unanswered.outdated("1", 10), unanswered.count_outdated("1")) == ({}, 0)
    unanswered.append(predicted_again(newer))
    assert list(unanswered.outdated("2", 10)) == [older.id]
    assert unanswered.count_outdated("2") == 1


def test_a_new_prediction_is_appended_and_holds(unanswered, transactions):
    [row] = keep(transactions, new())
    unanswered.append(predicted_again(row, None) | {"0" * 24: predicted_again(row)[row.id]})
    after = transactions.get(row.id)
    assert (after.category, after.status) == (None, Status.PREDICTED)
    assert [prediction.model_version for prediction in after.predictions] == ["1", "2"]
    assert after.prediction.act == "act-1"
    assert after.predictions[0] == row.prediction


def test_to_append_again_adds_nothing_twice(unanswered, transactions):
    [row] = keep(transactions, new())
    for _ in range(2):
        unanswered.append(predicted_again(row))
    assert len(transactions.get(row.id).predictions) == 2


def test_a_row_that_was_answered_or_edited_meanwhile_stays(unanswered, transactions, answered):
    answered_row, edited = keep(transactions, new("a"), new("b"))
    answered(answered_row, "groceries")
    changed = replace(edited.transaction, amount=Decimal(9))
    transactions.amend(edited.id, lambda now: (changed, now.prediction, now.edits))
    before = [transactions.get(row.id) for row in (answered_row, edited)]
    unanswered.append(predicted_again(answered_row) | predicted_again(edited))
    assert [transactions.get(row.id) for row in (answered_row, edited)] == before


def test_an_act_has_what_it_changed(unanswered, transactions):
    rows = keep(transactions, *(new(f"m{number}") for number in range(4)))
    unanswered.append(
        predicted_again(rows[0], "travel")
        | predicted_again(rows[1], "dining")
        | predicted_again(rows[2], None)
    )
    unanswered.append(predicted_again(rows[3], "travel", act="act-2"))
    assert unanswered.count_repredicted("act-1") == (3, 2)
    assert unanswered.count_repredicted("none") == (0, 0)


def test_an_undone_act_leaves_every_row_as_it_was_but_the_answered(unanswered, transactions, answered):
    rows = keep(transactions, new("a"), new("b"), new("c"))
    unanswered.append(predicted_again(rows[0]) | predicted_again(rows[1], version="3"))
    unanswered.append(predicted_again(rows[2], act="act-2"))
    answered(rows[1], "travel")
    assert unanswered.undo("act-1") == 1
    assert transactions.get(rows[0].id) == rows[0]
    answered_row = transactions.get(rows[1].id)
    assert (answered_row.status, answered_row.prediction.model_version) == (Status.CONFIRMED, "3")
    assert transactions.get(rows[2].id).prediction.act == "act-2"
    assert unanswered.undo("act-1") == 0


def test_acts_are_undone_one_after_the_other(unanswered, transactions):
    [row] = keep(transactions, new())
    unanswered.append(predicted_again(row, "travel", version="2", act="act-1"))
    unanswered.append(predicted_again(row, "groceries", version="3", act="act-1"))  # promoted in between
    unanswered.append(predicted_again(row, None, version="4", act="act-2"))
    assert unanswered.undo("act-1") == 0
    assert unanswered.undo("act-2") == 1
    assert transactions.get(row.id).category == "groceries"
    assert unanswered.undo("act-1") == 1
    assert transactions.get(row.id) == row


def test_the_band_of_the_new_prediction_decides_who_waits_for_an_answer(unanswered, transactions):
    [row] = keep(transactions, new(category=None))
    assert transactions.history(HistoryFilter(status="needs_review")).total == 1
    sure = replace(row.prediction, category="dining", band=Band.AUTO, model_version="2", act="act-1")
    unanswered.append({row.id: (row.transaction, sure)})
    assert transactions.history(HistoryFilter(status="needs_review")).total == 0
    unanswered.undo("act-1")
    assert transactions.history(HistoryFilter(status="needs_review")).total == 1


@pytest.fixture
def rows(database):
    """Three of them, of which a person has answered one."""
    kept = keep(
        Transactions(database),
        new("blue door", "4.20", day=date(2026, 1, 1)),
        new("answered", "5", day=date(2026, 1, 2)),
        new("taco garden", "900", currency="JPY", mode="card", day=date(2026, 1, 3)),
    )
    FeedbackEvents(database).add([(kept[1].id, answer("travel"))])
    return kept


def test_the_newest_come_first_as_they_were_given_and_the_answered_not_at_all(unanswered, rows):
    assert list(unanswered.newest(10)) == [(row.id, row.transaction) for row in (rows[2], rows[0])]
    assert [row_id for row_id, _ in unanswered.newest(1)] == [rows[2].id]
    assert unanswered.count() == 2


def test_an_undone_answer_makes_a_transaction_unanswered_again(unanswered, rows, database):
    FeedbackEvents(database).undo("one", at=rows[0].created_at)
    assert unanswered.count() == 3


def test_examples_are_found_by_id_whatever_became_of_them(unanswered, rows, database):
    DeletedTransactions(database).delete(rows[0].id, act="another", at=rows[0].created_at)
    transactions = unanswered.by_id([row.id for row in rows] + ["x", "0" * 24])
    assert transactions == {row.id: row.transaction for row in rows[1:]}
    assert transactions[rows[2].id].amount == Decimal(900)
