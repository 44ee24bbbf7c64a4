from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from pydantic import ValidationError

from src.domain.training_runs import RunStatus, Trigger
from src.domain.verdicts import JudgedOn, Outcome, Verdict
from src.errors import Conflict, LeaseLost
from src.services.runs.due_runs import slot_of
from src.services.runs.repository import TrainingRuns
from src.services.runs.worker_lease import ClaimedRun
from tests.services.lease_time import Heartbeat, let_the_lease_run_out
from tests.whole_verdict import WHOLE

NOW = datetime(2026, 3, 4, 7, 30, tzinfo=UTC)


@pytest.fixture
def heartbeat():
    return Heartbeat()


@pytest.fixture
def runs(database, heartbeat):
    return TrainingRuns(database, lease_s=600, wait=heartbeat.wait)


def ask(runs):
    return runs.request(trigger=Trigger.MANUAL, reason="a test", at=NOW)


def test_the_rows_asked_for_are_the_fewest_that_a_verdict_on_this_champion_named(runs):
    def decide(needed, against="1", judged_on=JudgedOn.HOLDOUT, outcome=Outcome.TOO_FEW):
        runs.request(trigger=Trigger.MANUAL, reason="", at=NOW)
        with ClaimedRun(runs, runs.claim(holder="me", at=NOW), holder="me") as claimed:
            claimed.record_verdict(
                Verdict(False, outcome, "", rows_needed=needed, judged_on=judged_on, against=against)
            )
            claimed.succeed(at=NOW)
            return claimed.rows_asked_for("1", JudgedOn.HOLDOUT)

    assert decide(90, judged_on=JudgedOn.CROSSVAL) is None
    assert decide(80, against="2") is None
    assert decide(170) == 170
    assert decide(110) == 110
    assert decide(140) == 110
    assert decide(None, outcome=Outcome.BETTER) == 110


def test_the_slots_of_six_hours_begin_at_midnight_utc():
    assert slot_of(NOW, 6) == datetime(2026, 3, 4, 6, tzinfo=UTC)
    assert slot_of(NOW, 0.5) == NOW
    assert slot_of(NOW - timedelta(seconds=1), 0.5) == datetime(2026, 3, 4, 7, tzinfo=UTC)


def test_a_second_run_cannot_be_asked_for_while_one_waits_or_runs(runs):
    ask(runs)
    with pytest.raises(Conflict):
        ask(runs)
    runs.claim(holder="a", at=NOW)
    with pytest.raises(Conflict):
        ask(runs)


def test_a_slot_has_one_run_however_many_clocks_ask_for_it(runs):
    slot = slot_of(NOW, 6)
    results = []

    def one_clock():
        results.append(runs.request_slot(slot, trigger=Trigger.SCHEDULE, at=NOW))
        results.append(runs.claim(holder=str(id(results)), at=NOW))

    clocks = [Thread(target=one_clock) for _ in range(8)]
    [thread.start() for thread in clocks]
    [thread.join() for thread in clocks]
    assert sum(result is not None for result in results) == 2  # one queued it, one claimed it
    assert len(runs.newest()) == 1


def test_a_slot_that_has_ended_is_not_run_again(runs):
    slot = slot_of(NOW, 6)
    runs.request_slot(slot, trigger=Trigger.SCHEDULE, at=NOW)
    run = runs.claim(holder="a", at=NOW)
    ClaimedRun(runs, run, holder="a").succeed(at=NOW)
    assert runs.request_slot(slot, trigger=Trigger.SCHEDULE, at=NOW) is None
    assert runs.claim(holder="b", at=NOW) is None


def test_a_run_whose_holder_stops_renewing_is_claimed_again_and_the_old_holder_is_fenced_off(runs, database):
    ask(runs)
    first = ClaimedRun(runs, runs.claim(holder="a", at=NOW), holder="a")
    assert runs.claim(holder="b", at=NOW) is None
    let_the_lease_run_out(database, "training_runs")
    taken = runs.claim(holder="b", at=NOW)
    assert taken.attempt == 2
    with pytest.raises(LeaseLost):
        first.progress("model_trainer", 0.5)
    with pytest.raises(LeaseLost):
        first.succeed(at=NOW)


def test_a_heartbeat_keeps_the_lease(runs, database, heartbeat):
    ask(runs)
    with ClaimedRun(runs, runs.claim(holder="a", at=NOW), holder="a"):
        let_the_lease_run_out(database, "training_runs")
        heartbeat.beat()
        assert runs.claim(holder="b", at=NOW) is None


def test_a_run_known_to_be_dead_can_be_taken_up_at_once(runs):
    ask(runs)
    run = runs.claim(holder="a", at=NOW)
    assert runs.release(run.id, holder="a", attempt=1)
    assert runs.claim(holder="a", at=NOW).attempt == 2
    assert not runs.release(run.id, holder="a", attempt=1)


def test_a_run_stopped_three_times_ends_as_failed_and_frees_the_way(runs):
    run = ask(runs)
    for attempt in (1, 2, 3):
        assert runs.claim(holder="a", at=NOW).attempt == attempt
        runs.release(run.id, holder="a", attempt=attempt)
    assert runs.claim(holder="a", at=NOW) is None
    assert runs.get(run.id).status is RunStatus.FAILED
    assert "3 times" in runs.get(run.id).error
    ask(runs)


def test_a_verdict_and_the_figures_of_a_run_come_back_as_they_were_kept(runs):
    ask(runs)
    claimed = ClaimedRun(runs, runs.claim(holder="a", at=NOW), holder="a")
    verdict = Verdict(False, Outcome.TOO_FEW, "Too few rows to tell.", notes=("Nothing fell.",))
    claimed.record(data={"rows": 12, "sha256": "ab"}, metrics={"accuracy": 0.5}, mlflow_run_id="m1")
    claimed.record_verdict(verdict)
    claimed.succeed(at=NOW)
    run = runs.get(claimed.run.id)
    assert run.decision == verdict
    assert (run.status, run.progress, run.data["rows"], run.mlflow_run_id) == (
        RunStatus.SUCCEEDED,
        1.0,
        12,
        "m1",
    )
    assert runs.current() is None


def test_a_whole_verdict_comes_back_with_all_that_led_to_it(runs):
    ask(runs)
    claimed = ClaimedRun(runs, runs.claim(holder="a", at=NOW), holder="a")
    whole = replace(WHOLE, majority=None, lookup=None)  # their nan is no equal of itself
    claimed.record_verdict(whole)
    assert runs.get(claimed.run.id).decision == whole


def test_a_verdict_written_before_there_were_slices_still_reads(runs, database):
    run = ask(runs)
    scores = {"version": "1", "rows": 40, "accuracy": 0.8, "macro_f1": 0.7, "log_loss": 0.5, "ece": 0.03}
    old = {
        "promoted": False,
        "outcome": "not-better",
        "reason": "Not shown to be better.",
        "challenger": scores | {"version": "2"},
        "champion": scores,
        "macro_f1": {"value": 0.01, "ci95": [-0.1, 0.1]},
        "accuracy": None,
        "notes": ["A note."],
    }
    database.collection("training_runs").update_one({"_id": run.id}, {"$set": {"decision": old}})
    verdict = runs.get(run.id).decision
    assert (verdict.outcome, verdict.champion.accuracy, verdict.notes) == (
        Outcome.NOT_BETTER,
        0.8,
        ("A note.",),
    )
    assert (verdict.slices, verdict.footprint, verdict.discordance, verdict.rows_needed) == (
        (),
        None,
        None,
        None,
    )


def test_a_run_of_a_newer_release_is_no_bad_request(runs, database):
    run = ask(runs)
    database.collection("training_runs").update_one({"_id": run.id}, {"$set": {"trigger": "a newer trigger"}})
    with pytest.raises(ValueError, match="trigger") as error:
        runs.get(run.id)
    assert not isinstance(error.value, ValidationError)
    assert "a newer trigger" not in str(error.value)
