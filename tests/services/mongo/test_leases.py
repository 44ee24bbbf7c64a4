"""Two processes and one document: who may write."""

import pytest

from src.errors import LeaseLost
from src.services.mongo.leases import Leases
from tests.services.lease_time import Heartbeat, let_the_lease_run_out


@pytest.fixture
def heartbeat():
    return Heartbeat()


@pytest.fixture
def leases(database, heartbeat):
    made = Leases(
        database, "works", lease_s=600, worked_on=["running"], lost="It was taken over.", wait=heartbeat.wait
    )
    database.collection("works").insert_one({"_id": "w", "status": "queued", "attempt": 0})
    return made


def claim(leases, holder):
    return leases.claim({}, {"status": "running"}, holder=holder)


def test_one_of_two_gets_it(leases):
    assert claim(leases, "a")["attempt"] == 1
    assert claim(leases, "b") is None


def test_a_holder_that_stops_renewing_loses_the_lease_and_can_write_no_more(leases, database):
    claim(leases, "a")
    leases.write("w", "a", 1, {"$set": {"done": 1}})
    let_the_lease_run_out(database, "works")
    assert claim(leases, "b")["attempt"] == 2
    with pytest.raises(LeaseLost, match="taken over"):
        leases.write("w", "a", 1, {"$set": {"done": 2}})
    leases.write("w", "b", 2, {"$set": {"done": 3}})


def test_the_same_holder_cannot_write_for_an_earlier_attempt(leases):
    claim(leases, "a")
    assert leases.release("w", "a", 1)
    assert claim(leases, "a")["attempt"] == 2
    with pytest.raises(LeaseLost):
        leases.renew("w", "a", 1)


def test_a_lease_is_kept_as_long_as_the_work_goes_on(leases, database, heartbeat):
    claim(leases, "a")
    with leases.renewing("w", "a", 1):
        let_the_lease_run_out(database, "works")
        heartbeat.beat()
        assert claim(leases, "b") is None
    assert set(heartbeat.pauses) == {leases.lease_s / 3}
    let_the_lease_run_out(database, "works")
    assert claim(leases, "b")


def test_what_was_stopped_too_often_is_not_taken_again(leases, database):
    for attempt in range(1, leases.attempts + 1):
        assert claim(leases, "a")["attempt"] == attempt
        leases.release("w", "a", attempt)
    assert claim(leases, "a") is None
    leases.give_up({}, {"$set": {"status": "failed"}})
    assert database.collection("works").find_one()["status"] == "failed"


def test_a_holder_is_a_name_and_nothing_that_mongodb_would_reckon(leases):
    assert claim(leases, "$status")["holder"] == "$status"


def test_an_attempt_that_ended_with_the_service_does_not_count(leases, database):
    for attempt in range(1, 3 * leases.attempts):
        assert claim(leases, "a")["attempt"] == attempt
        leases.release("w", "a", attempt, counts=False)
    leases.give_up({}, {"$set": {"status": "failed"}})
    assert database.collection("works").find_one()["status"] == "running"
    for _ in range(leases.attempts):  # but one that goes wrong again and again comes to its end
        leases.release("w", "a", claim(leases, "a")["attempt"])
    assert claim(leases, "a") is None
