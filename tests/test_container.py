"""What the composition root puts together, on the real MongoDB."""

import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread

import pytest

from src.container import Container
from src.domain.imports import ImportStatus
from src.domain.training_runs import Trigger
from src.services.scheduler import child_process
from src.services.scheduler.child_process import SYNC_ALIAS, TRAIN_CLAIMED
from tests.small_model import small_bundle

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def container(settings):
    made = Container(settings)
    made.database.ensure_indexes()
    yield made
    made.database.close()


@pytest.fixture
def children(container, monkeypatch):
    """The subprocesses that would be started, as their arguments."""
    started = []
    monkeypatch.setattr(container.trainer, "run", lambda *child: bool(started.append(child)) or True)
    return started


def keep(container, *versions):
    for version in versions:
        container.models.keep(
            small_bundle(), version=version, run_id="r", mlflow_run_id="", metrics={}, at=NOW
        )


def test_the_scheduler_checks_the_alias_in_a_subprocess_but_not_while_a_run_trains(container, children):
    container.jobs.sync_alias()
    assert children == []  # nothing serves yet
    keep(container, "1")
    container.models.promote("1", by="person", reason="", at=NOW)
    container.runs.request(trigger=Trigger.MANUAL, reason="", at=NOW)
    container.jobs.sync_alias()
    assert children == []
    container.database.collection("training_runs").delete_many({})
    container.jobs.sync_alias()
    container.jobs.sync_alias()
    assert children == [(SYNC_ALIAS,)]  # not again so soon


def test_the_clock_gives_a_training_its_claim(container, children):
    run = container.runs.request(trigger=Trigger.MANUAL, reason="", at=NOW)
    container.jobs.train()
    assert children == [(TRAIN_CLAIMED, run.id, container.holder, 1)]


def test_a_shadow_tested_model_is_loaded_with_the_champion_and_dropped_as_the_test_ends(container):
    keep(container, "1", "2")
    container.model_actions.promote("1", reason="", at=NOW)
    container.model_actions.shadow("2", at=NOW)
    for follower in (container.champion, container.shadow_model):
        follower.refresh()
    assert (container.champion.version, container.shadow_model.version) == ("1", "2")
    container.model_actions.promote("2", reason="", at=NOW)
    for follower in (container.champion, container.shadow_model):
        follower.refresh()
    assert (container.champion.version, container.shadow_model.version) == ("2", None)


def test_a_file_imported_before_the_first_model_waits_for_it_without_a_failed_attempt(container):
    begun = container.import_preview.demo()
    container.jobs.run_import()
    waiting = container.imports.get(begun.id)
    assert (waiting.status, waiting.attempt) == (ImportStatus.QUEUED, 0)


BANK = b"Date,Details,Amount\n2026-03-04,PIZZA CORNER,-12.50\n2026-03-05,CITY CAB,-8.00\n"


@pytest.fixture
def with_champion(container, settings, monkeypatch):
    """A model serves, and the subprocesses find the same data directory."""
    monkeypatch.setenv("DATA_DIR", str(settings.data_path))
    keep(container, "1")
    container.models.promote("1", by="person", reason="", at=NOW)
    return container


def begun(container):
    answers = {"default_currency": "USD", "sign": "negative-is-expense"}
    return container.import_preview.start(
        container.import_preview.upload(BANK, name="bank.csv", changes=answers).id
    )


def test_an_import_whose_id_looks_like_an_option_is_processed(with_champion, monkeypatch):
    monkeypatch.setattr("src.services.imports.repository.secrets.token_hex", lambda _: "-7Gk-h")
    waiting = begun(with_champion)
    with_champion.jobs.run_import()
    done = with_champion.imports.get(waiting.id)
    assert (done.id, done.status, done.counts.added) == ("-7Gk-h", ImportStatus.DONE, 2)


def interrupted(container, signals, *, stop):
    """Work off what waits, in a child that gets each of `signals`; the clock is then stopped, or not."""
    container.__dict__.pop("importer", None)
    container.__dict__.pop("jobs", None)
    working = Thread(target=container.jobs.run_import)
    working.start()
    while container.importer._child is None and working.is_alive():
        pass
    for signal_number in signals:
        with suppress(AttributeError, ProcessLookupError):
            os.kill(container.importer._child.pid, signal_number)
    if stop:
        container.importer.stop()
    working.join()


@pytest.mark.parametrize("signals", [(), (signal.SIGTERM,), (signal.SIGINT,)])
def test_an_import_outlives_any_number_of_restarts_of_the_service(with_champion, signals):
    waiting = begun(with_champion)
    for _ in range(12):
        interrupted(with_champion, signals, stop=True)
    claimed = with_champion.imports.claim(holder="me")
    assert (claimed.id, claimed.attempt) == (waiting.id, 13)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_one_whose_subprocess_ends_again_and_again_while_the_service_runs_fails(
    with_champion, monkeypatch, sign
):
    monkeypatch.setattr(child_process, "_HANDLED_WITHIN_S", 0.0)
    waiting = begun(with_champion)
    for _ in range(11):
        interrupted(with_champion, (sign,), stop=False)
    failed = with_champion.imports.get(waiting.id)
    assert (failed.status, failed.attempt) == (ImportStatus.FAILED, 10)
    assert failed.retry_until is not None


def test_a_training_stopped_with_the_service_is_taken_up_as_often_as_that_happens(with_champion):
    with_champion.runs.request(trigger=Trigger.MANUAL, reason="", at=NOW)
    for _ in range(5):
        with_champion.__dict__.pop("trainer", None)
        with_champion.__dict__.pop("jobs", None)
        with_champion.trainer.stop()  # between the claim and the start of the child
        with_champion.jobs.train()
    assert with_champion.runs.claim(holder="me", at=NOW).attempt == 6
