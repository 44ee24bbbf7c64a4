from datetime import UTC, datetime, timedelta

import pytest

from src.errors import NotFound, Unavailable
from src.services.models.repository import Models

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def store(database):
    made = Models(database)
    made.keep(b"bundle", version="1", run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    made.promote("1", by="person", reason="", at=NOW)
    return made


def taken(store):
    try:
        with store.alias.lease():
            return True
    except Unavailable:
        return False


def test_a_lease_is_held_by_one_and_given_back_however_the_block_ends(store):
    with store.alias.lease():
        assert not taken(store)
    with pytest.raises(NotFound), store.alias.lease():
        store.get("9")
    assert taken(store)


@pytest.mark.parametrize(("left", "free"), [(timedelta(minutes=4), False), (-timedelta(seconds=1), True)])
def test_the_lease_of_a_process_that_was_killed_runs_out(store, database, left, free):
    lease = {"holder": "killed", "until": datetime.now(UTC) + left}
    database.collection("models").update_one({"_id": "champion"}, {"$set": {"alias_lease": lease}})
    assert taken(store) is free


def test_a_look_is_claimed_by_one_clock_of_all(store):
    assert store.alias.claim_check(20)
    assert not store.alias.claim_check(20)
    assert store.alias.claim_check(0)


def test_what_was_noted_of_the_alias_stays_through_a_promotion(store):
    store.alias.record_target("1", current=None)
    assert (store.champion().alias, store.champion().alias_next) == (None, "1")
    store.alias.record_moved("1")
    store.keep(b"bundle", version="2", run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    pointer = store.promote("2", by="person", reason="", at=NOW)
    assert (pointer.alias, pointer.alias_next) == ("1", None)
