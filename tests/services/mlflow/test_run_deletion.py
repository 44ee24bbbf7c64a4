"""The MLflow store frees its space: a file of SQLite, and a server that only hides."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime

import mlflow
import pytest

from src.services.mlflow.run_deletion import TrackingRetention


@pytest.fixture
def uri(tmp_path):
    return f"sqlite:///{tmp_path / 'mlflow.db'}"


@pytest.fixture
def tracking(tmp_path, new_tracking):
    return new_tracking(tmp_path)


@pytest.fixture
def crowded(tracking, uri):
    """Many runs with large logs, deleted again."""
    client, retention = mlflow.MlflowClient(), TrackingRetention(tracking, uri)
    for _ in range(15):
        run = client.create_run(tracking.experiment)
        params = [mlflow.entities.Param(f"p{n}", "x" * 4000) for n in range(50)]
        client.log_batch(run.info.run_id, params=params)
        client.set_terminated(run.info.run_id)
    for run_id in retention.runs():
        retention.drop_run(run_id)
    return retention


def test_the_database_file_shrinks_once_that_is_worth_it(crowded, tmp_path, tracking):
    file = tmp_path / "mlflow.db"
    before = file.stat().st_size
    assert crowded.shrink(worth_bytes=10**9) == 0
    assert file.stat().st_size == before
    assert crowded.shrink() > 2_000_000
    assert file.stat().st_size < before - 2_000_000
    assert mlflow.MlflowClient().create_run(tracking.experiment)


def test_the_database_is_left_alone_while_somebody_writes(crowded, tmp_path):
    file = tmp_path / "mlflow.db"
    before = file.stat().st_size
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert crowded.shrink() == 0
        writer.execute("ROLLBACK")
    assert file.stat().st_size == before
    assert crowded.shrink() > 0


def test_a_run_that_is_still_written_is_not_among_those_that_ended(tracking, uri):
    client = mlflow.MlflowClient()
    under_way, ended = (client.create_run(tracking.experiment).info.run_id for _ in range(2))
    client.set_terminated(ended)
    assert TrackingRetention(tracking, uri).runs() == [ended]
    assert under_way not in TrackingRetention(tracking, uri).runs()


def test_what_is_gone_already_is_passed_over(tracking, uri):
    retention = TrackingRetention(tracking, uri)
    retention.drop_version("17", "0" * 32)
    retention.drop_run("0" * 32)


def test_what_was_logged_before_an_erasure_is_deleted_with_its_files(tracking, uri, tmp_path):
    client = mlflow.MlflowClient()
    before = client.create_run(tracking.experiment).info.run_id
    client.log_text(before, "QUIBBLY KIOSK", "data.csv")
    client.set_terminated(before)
    time.sleep(0.01)  # MLflow counts milliseconds
    erased_at = datetime.now(UTC)
    after = client.create_run(tracking.experiment).info.run_id
    client.set_terminated(after)
    TrackingRetention(tracking, uri).erase_before(erased_at)
    assert TrackingRetention(tracking, uri).runs() == [after]
    assert not list(tmp_path.rglob("data.csv"))
