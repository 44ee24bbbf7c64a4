"""When an analysis is due, and who may do it."""

from datetime import timedelta

import pytest

from src.errors import LeaseLost
from src.services.analysis.state import AnalysisState
from tests.services.rows import NOW


class Ledger:
    def __init__(self):
        self.revision, self.now = "1", NOW


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def state(database, ledger):
    return AnalysisState(database, lambda: ledger.revision, lambda: ledger.now, lease_s=600)


def analyse(state, *parts, ok=True):
    claimed = state.begin(state.claim(holder="me", even_if_not_due=True))
    for part in parts:
        state.record(claimed, part, ok=ok, holder="me")
    state.finish(claimed, holder="me")


def rest(database):
    database.states.update_one({"_id": "analysis"}, {"$unset": {"rests_until": ""}})


def test_it_is_due_at_first_after_a_change_and_on_another_day(state, ledger):
    assert state.is_due()
    analyse(state)
    assert not state.is_due()
    ledger.revision = "2"
    assert state.is_due()
    analyse_at_once(state)
    assert not state.is_due()
    ledger.now += timedelta(days=1)
    assert state.is_due()


def analyse_at_once(state, *parts, ok=True):
    state.hurry()
    analyse(state, *parts, ok=ok)


def test_a_change_waits_a_minute_after_the_last_one_unless_somebody_waits(state, ledger, database):
    analyse(state)
    ledger.revision = "2"
    assert state.claim(holder="me") is None
    state.hurry()
    assert state.claim(holder="me") == 2
    assert state.claim(holder="other") is None


def test_after_its_time_it_is_claimed_by_one_process(state, ledger, database):
    analyse(state)
    ledger.revision = "2"
    rest(database)
    attempts = [state.claim(holder=holder) for holder in ("me", "other")]
    assert attempts == [2, None]


def test_one_that_ended_early_is_tried_again_later_and_writes_no_more(state, database):
    attempt = state.claim(holder="me")
    claimed = state.begin(attempt)
    assert state.release("me", attempt)
    assert state.claim(holder="other") is None  # so that what always fails is not tried all the time
    rest(database)
    assert state.claim(holder="other") == attempt + 1
    with pytest.raises(LeaseLost):
        state.finish(claimed, holder="me")


def test_after_a_training_the_next_one_learns_anew_once(state):
    analyse(state)
    state.request_training()
    assert state.is_due()
    state.hurry()
    claimed = state.begin(state.claim(holder="me"))
    assert claimed.train
    state.finish(claimed, holder="me")
    assert not state.is_due()
    assert not state.begin(state.claim(holder="me", even_if_not_due=True)).train


def test_a_request_while_one_runs_is_for_the_next_one(state):
    analyse(state)
    state.request()
    assert state.is_due()
    claimed = state.begin(state.claim(holder="me"))
    state.request()
    state.finish(claimed, holder="me")
    assert state.is_due()
    analyse(state)
    assert not state.is_due()


def test_a_part_is_current_until_the_ledger_changes_and_not_if_it_failed(state, ledger):
    assert not state.status().is_current("anomalies")
    analyse(state, "anomalies")
    assert state.status().is_current("anomalies")
    assert not state.status().is_current("forecast")
    ledger.revision = "2"
    assert not state.status().is_current("anomalies")
    state.hurry()
    analyse(state, "anomalies", ok=False)
    status = state.status()
    assert (status.is_current("anomalies"), status.has_ended("anomalies")) == (False, True)


def test_who_waits_gets_the_status_when_the_analysis_has_ended(state, ledger):
    analyse(state)
    ledger.revision = "2"
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            analyse(state, "anomalies")

    assert state.wait_until_analysed("anomalies", at_most_s=10, sleep=sleep).is_current("anomalies")
    assert len(waits) == 3
    ledger.revision = "3"
    late = state.wait_until_analysed("anomalies", at_most_s=0.3, sleep=waits.append, clock=lambda: sum(waits))
    assert not late.is_current("anomalies")
    assert waits[3:] == pytest.approx([0.25, 0.05])


def test_reading_the_status_counts_as_waiting(state, ledger, monkeypatch):
    seconds, status = [0.0], state.status

    def slow():
        seconds[0] += 4
        return status()

    monkeypatch.setattr(state, "status", slow)
    waits = []
    state.wait_until_analysed("anomalies", at_most_s=10, sleep=waits.append, clock=lambda: seconds[0])
    assert len(waits) == 2


def test_a_part_that_no_analysis_has_had_is_due_at_once(database, ledger, state):
    analyse(state, "anomalies")
    assert not state.is_due()
    newer = AnalysisState(
        database,
        lambda: ledger.revision,
        lambda: ledger.now,
        lease_s=600,
        parts=["anomalies", "forecast"],
    )
    assert newer.is_due()
    analyse_at_once(newer, "anomalies", "forecast", ok=False)
    assert not newer.is_due()


def test_a_hurry_for_a_change_that_comes_just_after_the_look_stays(state, ledger, monkeypatch):
    analyse(state)
    state.hurry()

    def is_due():
        state.hurry()
        ledger.revision = "2"
        return False

    with monkeypatch.context() as patch:
        patch.setattr(state, "is_due", is_due)
        assert state.claim(holder="me") is None
    assert state.claim(holder="me") == 2


def test_nobody_who_waits_in_vain_keeps_the_scheduler_busy(state, database):
    analyse(state)
    state.hurry()
    assert state.claim(holder="me") is None
    assert "hurry" not in database.states.find_one({"_id": "analysis"})
