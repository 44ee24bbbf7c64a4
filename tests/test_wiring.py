"""What the composition root puts together, on the real MongoDB."""

from datetime import UTC, datetime

import pytest

from src.domain.imports import ImportStatus
from src.domain.training_runs import Trigger
from src.wiring import Wiring
from tests.small_model import small_bundle

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def wiring(settings):
    made = Wiring(settings)
    made.database.ensure_indexes()
    yield made
    made.database.close()


@pytest.fixture
def children(wiring, monkeypatch):
    """What the clock would start; a process each in earnest."""
    started = []
    monkeypatch.setattr(wiring.trainer, "follow_champion", lambda: bool(started.append(1)) or True)
    return started


def keep(wiring, *versions):
    for version in versions:
        wiring.models.keep(small_bundle(), version=version, run_id="r", mlflow_run_id="", metrics={}, at=NOW)


def test_the_clock_lets_a_child_look_at_the_alias_but_not_while_a_run_trains(wiring, children):
    wiring.chores.follow_champion()
    assert children == []  # nothing serves yet
    keep(wiring, "1")
    wiring.models.promote("1", by="person", reason="", at=NOW)
    wiring.runs.request(trigger=Trigger.MANUAL, reason="", at=NOW)
    wiring.chores.follow_champion()
    assert children == []
    wiring.database.collection("training_runs").delete_many({})
    wiring.chores.follow_champion()
    wiring.chores.follow_champion()
    assert children == [1]  # a second look so soon is nobody's turn


def test_a_model_started_in_the_shadow_is_loaded_beside_the_champion_and_dropped_as_it_ends(wiring):
    keep(wiring, "1", "2")
    wiring.by_hand.promote("1", reason="", at=NOW)
    wiring.by_hand.shadow("2", at=NOW)
    for follower in (wiring.champion, wiring.shadow_model):
        follower.look()
    assert (wiring.champion.version, wiring.shadow_model.version) == ("1", "2")
    wiring.by_hand.promote("2", reason="", at=NOW)
    for follower in (wiring.champion, wiring.shadow_model):
        follower.look()
    assert (wiring.champion.version, wiring.shadow_model.version) == ("2", None)


def test_a_file_brought_in_before_the_first_model_waits_for_it_without_a_failed_try(wiring):
    begun = wiring.intake.demo()
    wiring.chores.bring_in()
    waiting = wiring.imports.get(begun.id)
    assert (waiting.status, waiting.attempt) == (ImportStatus.QUEUED, 0)
