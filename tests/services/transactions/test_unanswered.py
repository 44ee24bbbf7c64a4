from datetime import date
from decimal import Decimal

import pytest

from src.services.transactions.deleted import DeletedTransactions
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from src.services.transactions.unanswered import Unanswered
from tests.services.rows import answer, keep, new


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


@pytest.fixture
def unanswered(database):
    return Unanswered(database)


def test_the_newest_come_first_as_they_were_given_and_the_answered_not_at_all(unanswered, rows):
    assert list(unanswered.newest(10)) == [(row.id, row.transaction) for row in (rows[2], rows[0])]
    assert [row_id for row_id, _ in unanswered.newest(1)] == [rows[2].id]
    assert unanswered.count() == 2


def test_an_answer_taken_back_makes_a_transaction_unanswered_again(unanswered, rows, database):
    FeedbackEvents(database).undo("one", at=rows[0].created_at)
    assert unanswered.count() == 3


def test_examples_are_found_by_id_whatever_became_of_them(unanswered, rows, database):
    DeletedTransactions(database).delete(rows[0].id, act="another", at=rows[0].created_at)
    found = unanswered.by_id([row.id for row in rows] + ["x", "0" * 24])
    assert found == {row.id: row.transaction for row in rows[1:]}
    assert found[rows[2].id].amount == Decimal(900)
