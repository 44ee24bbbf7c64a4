"""What an idle installation asks of MongoDB: counted by the driver, with an injected time."""

import threading
from datetime import timedelta

import pytest

from src.container import Container
from src.domain.training_runs import Trigger
from src.jobs import Jobs
from src.services.firefly.outbox import FireflyOutbox
from src.services.models.hot_swap import HotSwap, ShadowModel
from src.services.runs.due_runs import slot_of
from src.services.runs.worker_lease import ClaimedRun
from src.services.scheduler.scheduler import (
    ALIAS_EVERY_S,
    DELIVERY,
    IMPORT,
    INTERVAL_EVERY_S,
    MAINTENANCE_EVERY_S,
    POLL_EVERY_S,
    RUN,
)
from tests.mongo_operations import OPERATIONS
from tests.services.rows import NOW
from tests.small_model import small_bundle

WORKERS = 2


@pytest.fixture
def container(settings, monkeypatch):
    """A model serves, and the present slot has had its run."""
    container = Container(settings, now=lambda: NOW)
    container.database.ensure_indexes()
    container.models.keep(small_bundle(), version="1", run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    container.models.promote("1", by="training", reason="", at=NOW)
    container.models.alias.record_moved("1")
    slot = slot_of(NOW, settings.retrain_every_hours)
    container.runs.request_slot(slot, trigger=Trigger.FIRST_START, at=NOW)
    run = container.runs.claim(holder="me", at=NOW)
    ClaimedRun(container.runs, run, holder="me").succeed(at=NOW)
    for child in (container.trainer, container.analyser):
        monkeypatch.setattr(child, "run", lambda *_: True)
    yield container
    container.database.close()


@pytest.fixture
def operations(container):
    OPERATIONS.database = container.settings.mongo_db_name
    yield OPERATIONS
    OPERATIONS.database = None


class Seconds:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def followers(container, seconds, monkeypatch):
    """What each web worker has; the test itself is their thread."""
    monkeypatch.setattr(HotSwap, "watch", lambda self: None)
    monkeypatch.setattr(container.preferences, "_clock", seconds)
    models, fresh = container.models, {"variant": container.preferences.current, "clock": seconds}
    return [
        follower
        for _ in range(WORKERS)
        for follower in (
            HotSwap(models.champion, lambda _: "model", **fresh),
            ShadowModel(models.shadows.current, lambda _: "model", every_s=2, **fresh),
        )
    ]


def test_an_idle_installation_costs_less_than_one_operation_a_second(container, operations, monkeypatch):
    seconds = Seconds()
    workers, jobs = followers(container, seconds, monkeypatch), container.jobs
    scheduler = container.scheduler
    scheduler.open_slot()
    scheduler.run_pending()
    jobs.sync_alias()
    operations.names.clear()
    for half in range(1, 2 * 600 + 1):
        seconds.now = half / 2
        for worker in workers:
            worker.refresh_if_due()
        if seconds.now % POLL_EVERY_S == 0:
            scheduler.run_pending()
        if seconds.now % ALIAS_EVERY_S == 0:
            jobs.sync_alias()
        if seconds.now % INTERVAL_EVERY_S == 0:
            scheduler.follow_interval()
        if seconds.now % MAINTENANCE_EVERY_S == 0:
            jobs.maintain()
    assert 0 < len(operations.names) < 600
    assert POLL_EVERY_S <= 2  # so that what is asked for is begun within two seconds


def test_a_look_while_nothing_waits_is_one_operation(container, operations):
    container.scheduler.open_slot()
    container.scheduler.run_pending()
    operations.names.clear()
    container.scheduler.run_pending()
    assert operations.names == ["aggregate"]


def test_a_look_finds_what_waits(container):
    assert container.pending_work.kinds() == set()
    FireflyOutbox(container.database).add("firefly-iii", "1", ["k"], again=False)
    assert container.pending_work.kinds() == {DELIVERY}
    container.runs.request(trigger=Trigger.MANUAL, reason="", at=NOW)
    container.import_preview.demo()
    assert container.pending_work.kinds() == {DELIVERY, RUN, IMPORT}


def test_a_slot_is_asked_about_until_it_has_its_run_and_then_no_more(container, operations):
    later = container.runs.request(trigger=Trigger.MANUAL, reason="", at=NOW)
    slot = slot_of(NOW.replace(day=NOW.day + 1), 6)
    assert not container.slots.open(slot)  # another run is under way
    claimed = container.runs.claim(holder="me", at=NOW)
    ClaimedRun(container.runs, claimed, holder="me").succeed(at=NOW)
    assert later.id == claimed.id
    assert container.slots.open(slot)
    assert container.slots.open(slot)


def test_a_promotion_is_seen_by_the_next_request_after_a_pause_and_by_the_thread_while_many_ask(
    container, operations, monkeypatch
):
    seconds = Seconds()
    monkeypatch.setattr(HotSwap, "watch", lambda self: None)
    champion = HotSwap(container.models.champion, lambda pointer: pointer.version, clock=seconds)
    assert champion.current() == "1"
    container.models.keep(small_bundle(), version="2", run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    container.models.promote("2", by="person", reason="", at=NOW)
    seconds.now += 0.5
    assert champion.current() == "1"  # it was looked at half a second ago, and no request waits for it
    champion.refresh_if_due()
    assert champion.current() == "2"
    container.models.promote("1", by="person", reason="", at=NOW)
    seconds.now += 10
    assert champion.current() == "1"


def test_the_version_that_a_page_names_is_looked_at_after_a_pause_too(container, monkeypatch):
    """A worker that was not asked for a prediction yet names the model all the same."""
    seconds = Seconds()
    monkeypatch.setattr(HotSwap, "watch", lambda self: None)
    champion = HotSwap(container.models.champion, lambda pointer: pointer.version, clock=seconds)
    assert champion.version == "1"
    container.models.keep(small_bundle(), version="2", run_id="r", mlflow_run_id="", metrics={}, at=NOW)
    container.models.promote("2", by="person", reason="", at=NOW)
    seconds.now += 10
    assert champion.version == "2"


def test_without_requests_the_pointer_is_looked_at_every_half_minute(container, operations, monkeypatch):
    seconds = Seconds()
    monkeypatch.setattr(HotSwap, "watch", lambda self: None)
    champion = HotSwap(container.models.champion, lambda pointer: pointer.version, clock=seconds)
    champion.refresh()
    operations.names.clear()
    for _ in range(120):
        seconds.now += 0.5
        champion.refresh_if_due()
    assert operations.names == ["find", "find"]


def test_files_and_deliveries_do_not_wait_for_a_training_to_end(container, monkeypatch):
    """The scheduler starts each kind of work in a thread of its own, and none twice at once."""
    goes_on, began = threading.Event(), {kind: threading.Event() for kind in (RUN, IMPORT)}
    trainings = []

    def train():
        trainings.append(1)
        began[RUN].set()
        goes_on.wait(20)

    scheduler = container.scheduler
    monkeypatch.setattr(Jobs, "by_kind", {RUN: train, IMPORT: began[IMPORT].set})
    monkeypatch.setattr(Jobs, "pending", lambda _: {RUN, IMPORT})
    scheduler.start()
    try:
        assert all(event.wait(10) for event in began.values())
        scheduler._poll()
        assert trainings == [1]
    finally:
        goes_on.set()
        scheduler.stop()


def test_another_time_between_trainings_moves_the_slots_without_a_restart(container):
    scheduler = container.scheduler
    scheduler.start()
    try:
        container.settings_editor.change({"retrain_every_hours": 1}, at=NOW)
        scheduler.follow_interval()
        slot = scheduler._scheduler.get_job("slot")
        assert slot.trigger.interval == timedelta(hours=1)
        assert slot.next_run_time.minute == 0
    finally:
        scheduler.stop()


def test_a_model_that_is_promoted_after_everything_was_erased_is_loaded(container, monkeypatch):
    """Revisions begin anew then, and a worker may have seen nothing of the time in between."""
    seconds = Seconds()
    monkeypatch.setattr(HotSwap, "watch", lambda self: None)
    champion = HotSwap(container.models.champion, lambda pointer: pointer.version, clock=seconds)
    assert champion.current() == "1"
    container.erasure.erase(at=NOW)
    container.models.keep(
        small_bundle() + b"2", version="2", run_id="r", mlflow_run_id="", metrics={}, at=NOW
    )
    container.models.promote("2", by="training", reason="", at=NOW)
    seconds.now += 10
    assert champion.current() == "2"
