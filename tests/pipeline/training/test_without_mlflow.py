"""A training whose MLflow is away, or goes away: it trains, judges and promotes all the same."""

# ruff: noqa: F401, F811 - the fixtures of test_training.py are used here too

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import mlflow
import pytest

from src import command_text
from src.domain.training_runs import RunStatus
from src.domain.verdicts import Outcome
from src.errors import TrackingUnavailable
from src.pipeline.registry.retention import RetentionRun
from src.services.mlflow.availability import TrackingState
from src.services.mlflow.run_deletion import TrackingRetention
from src.services.mlflow.tracking import Tracking
from src.services.models.version_deletion import Retention
from src.web.models.verdict_sentences import sentence
from tests.pipeline.training.test_run import (
    NOW,
    QuickCheck,
    claim,
    labels,
    pipeline,
    record,
    runs,
    say_a_lot,
    store,
)

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def ask_again_at_once(monkeypatch):
    """As often as ever, without the seconds in between."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A real tracking server in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{tmp_path / 'mlflow.db'}"]
    command += ["--artifacts-destination", str(tmp_path / "artifacts")]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    made = subprocess.Popen(command, env={**os.environ, **quiet}, start_new_session=True)
    made.address = f"http://127.0.0.1:{port}"
    patience = time.monotonic() + 240
    try:
        while not answers(made.address):
            assert time.monotonic() < patience, "it did not start"
            time.sleep(0.2)
        yield made
    finally:
        kill(made)


def answers(address):
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=30) as answer:
            return answer.status == 200
    except OSError:
        return False


def kill(server):
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        server.wait()


def test_a_training_without_mlflow_promotes_and_notes_that_it_was_not_logged(pipeline, claim, store, runs):
    claimed, training = claim(), pipeline(tracking=Tracking(NOWHERE, None))
    assert training.run(claimed).promoted
    run = runs.get(claimed.run.id)
    assert (run.status, run.mlflow_run_id, run.error) == (RunStatus.SUCCEEDED, None, None)
    assert sentence(run.decision.notes[0]) == "MLflow did not answer; this run was not logged."
    assert not training.logged
    assert (store.champion().version, store.get("1").mlflow_run_id) == ("1", "")
    assert store.load("1")


def test_the_next_version_is_registered_above_those_that_were_not_logged(
    pipeline, claim, labels, store, runs, new_tracking
):
    pipeline(tracking=Tracking(NOWHERE, None)).run(claim())
    record = new_tracking()
    say_a_lot(labels)
    claimed, training = claim(), pipeline(tracking=record)
    training.run(claimed)
    assert training.logged
    assert {version.version for version in store.versions()} == {"1", "2"}
    assert record.run_of("2") == claimed.run.id
    assert record.run_of("1") is None
    assert runs.get(claimed.run.id).mlflow_run_id


@pytest.mark.timeout(600)
def test_a_training_whose_mlflow_is_killed_on_the_way_goes_on(pipeline, claim, store, runs, server):
    class KillsTheServer(QuickCheck):
        def run(self, *arguments):
            kill(server)
            return super().run(*arguments)

    claimed = claim()
    verdict = pipeline(KillsTheServer(), tracking=Tracking(server.address, None)).run(claimed)
    assert (verdict.promoted, verdict.outcome) == (True, Outcome.FIRST)
    run = runs.get(claimed.run.id)
    assert run.status is RunStatus.SUCCEEDED
    assert run.mlflow_run_id  # what it wrote until then is there
    assert sentence(run.decision.notes[0]) == "MLflow stopped answering; this run was only partly logged."
    assert store.champion().version == "1"
    assert mlflow.active_run() is None


def test_retention_clears_what_needs_no_mlflow(database, pipeline, claim):
    pipeline(tracking=Tracking(NOWHERE, None)).run(claim())
    away = Tracking(NOWHERE, None)
    report = RetentionRun(Retention(database), TrackingRetention(away, NOWHERE), 1, 1, keep_skipped=0).run(
        NOW
    )
    assert report.tracking_away
    assert "MLflow did not answer" in command_text.retention(report)
    assert list(Retention(database).versions()) == ["1"]


def test_it_is_noted_since_when_mlflow_is_away(database):
    state = TrackingState(database)
    assert state.away_since() is None
    for _ in range(2):
        with pytest.raises(TrackingUnavailable), state.noted(NOW):
            Tracking(NOWHERE, None).alias("champion")
        assert state.away_since() == NOW
    with state.noted(NOW):
        pass
    assert state.away_since() is None
