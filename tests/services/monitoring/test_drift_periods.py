from datetime import timedelta

import pytest

from src.services.monitoring.drift_periods import DriftPeriods
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.services.rows import NOW, answer, new

DAY = timedelta(days=1)


@pytest.fixture
def transactions(database):
    return Transactions(database)


@pytest.fixture
def store(database, transactions):
    """Keep rows of a merchant, stored `days` after NOW; answer them as they were predicted, or not."""
    feedback = FeedbackEvents(database)

    def stored(merchant, count, days, *, right=None, category="dining"):
        at = NOW + days * DAY
        rows = transactions.add([new(merchant, category=category) for _ in range(count)], source="api", at=at)
        if right is not None:
            events = [
                (row.id, answer("dining" if position < right else "travel", f"{merchant}{position}", at=at))
                for position, row in enumerate(rows)
            ]
            feedback.add(events)
        return rows

    return stored


def test_then_is_what_was_there_for_the_champion_to_learn_from_and_now_what_came_since(database, store):
    store("old", 100, 0, right=90)
    store("new", 7, 3, right=2)
    then, now = DriftPeriods(database).periods(NOW + 2 * DAY, NOW + 4 * DAY)
    assert {row.merchant for row in then.rows} == {"old"}
    assert (len(then.rows), then.answers, then.right, then.before) == (100, 100, 90, ())
    assert (len(now.rows), now.answers, now.right) == (7, 7, 2)
    assert now.before == ("old",) * 100
    assert (now.rows[0].merchant, now.rows[0].amount, now.rows[0].currency) == ("new", 4.2, "USD")


def test_now_goes_back_thirty_days_at_most(database, store):
    learned_at = NOW + DAY
    store("old", 100, 0, right=100)
    store("since", 5, 10, right=5)
    store("new", 3, 60, right=3)
    periods = DriftPeriods(database)
    then, now = periods.periods(learned_at, NOW + 70 * DAY)
    assert periods.since(learned_at, NOW + 70 * DAY) == NOW + 40 * DAY
    assert {row.merchant for row in now.rows} == {"new"}
    assert (now.answers, len(then.rows)) == (3, 100)


def test_a_first_champion_that_learned_from_nobody_is_compared_with_its_first_time(database, store):
    store("first", 100, 5, right=80)
    store("new", 4, 60, right=1)
    then, now = DriftPeriods(database).periods(NOW, NOW + 61 * DAY)
    assert ({row.merchant for row in then.rows}, then.answers, then.right) == ({"first"}, 100, 80)
    assert ({row.merchant for row in now.rows}, now.answers, now.right) == ({"new"}, 4, 1)


def test_only_the_newest_rows_are_compared_and_earlier_ones_give_the_known_merchants(database, store):
    store("older", 10, 0)
    store("old", 6, 1)
    store("new", 5, 4)
    periods = DriftPeriods(database, rows=4, before=3)
    _, now = periods.periods(NOW + 3 * DAY, NOW + 5 * DAY)
    assert [row.merchant for row in now.rows] == ["new"] * 4
    assert now.before == ("old", "old", "new")


def test_a_row_counts_with_what_was_predicted_first(database, store):
    store("unsure", 1, 1, category=None)
    store("corrected", 1, 2, right=0)
    _, now = DriftPeriods(database).periods(NOW, NOW + 3 * DAY)
    assert [row.category for row in now.rows] == [None, "dining"]


def test_answers_since_are_seen_and_an_undo_takes_them_back(database, store):
    periods = DriftPeriods(database)
    assert not periods.answered_since(NOW)
    store("shop", 1, 1, right=1)
    assert periods.answered_since(NOW)
    assert not periods.answered_since(NOW + DAY)
    FeedbackEvents(database).undo("shop0", at=NOW + DAY)
    assert not periods.answered_since(NOW)


def test_an_empty_history_is_two_empty_periods(database):
    then, now = DriftPeriods(database).periods(NOW, NOW + DAY)
    assert (then.rows, now.rows, then.answers, now.answers) == ((), (), 0, 0)


@pytest.mark.parametrize("field", ["created_at", "label.at"])
def test_an_index_finds_the_newest(database, store, field):
    store("shop", 3, 0, right=3)
    plan = (
        database.collection("transactions")
        .find({"owner": "local", field: {"$lt": NOW + DAY}})
        .sort(field, -1)
    )
    assert "IXSCAN" in str(plan.explain()["queryPlanner"]["winningPlan"])
