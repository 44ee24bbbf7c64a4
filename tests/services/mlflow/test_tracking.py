import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from src.components.dataset.schema import MODEL_FIELDS
from src.components.features.vectorizer import TransactionFeatures
from src.components.model.classifier import LinearCategorizer
from src.components.model.smoke_transactions import EXAMPLES, model_fields
from src.domain.models import MODEL_NAME
from src.domain.training_runs import RunStatus, TrainingRun, Trigger
from src.domain.transactions import Transaction
from src.errors import LeaseLost, Unavailable
from src.services.mlflow.tracking import Tracking
from src.services.models.bundle import TRUSTED

RUN = TrainingRun(
    id="slot-20260304T120000Z",
    status=RunStatus.RUNNING,
    trigger=Trigger.SCHEDULE,
    reason="The slot of 2026-03-04 12:00 UTC",
    stage="starting",
    progress=0.0,
    attempt=1,
    requested_at=datetime(2026, 3, 4, 12, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def tracking(new_tracking):
    return new_tracking()


@pytest.fixture
def client(tracking):
    return mlflow.MlflowClient()


def run_of(client, run_id):
    return client.get_run(run_id)


def artifact(client, run_id, path, folder):
    return Path(client.download_artifacts(run_id, path, str(folder))).read_bytes()


def test_making_the_store_again_changes_nothing(tracking, client):
    before = client.get_experiment_by_name(MODEL_NAME)
    tracking.initialise()
    assert client.get_experiment_by_name(MODEL_NAME).experiment_id == before.experiment_id
    assert "categor" in client.get_registered_model(MODEL_NAME).description


def test_a_run_keeps_what_was_logged_and_where_it_came_from(tracking, client):
    rows = pd.DataFrame({"description": ["corner bakery"], "category": ["dining"]})
    with tracking.start(RUN) as log:
        log.params({"weights.balance": 0.5})
        log.metrics({"accuracy": 0.9, "macro_f1": float("nan"), "f1/dining": 0.8})
        log.candidate("linear, C=1", {"C": 1}, {"macro_f1": 0.7})
        log.data(rows, b"id,description\n1,corner bakery\n", "ab" * 32)
        log.confusion(["dining", "travel"], np.array([[3, 1], [0, 2]]), of="holdout")
        log.reliability([(0.5, 0.4, 10), (0.9, 0.95, 40)], of="holdout")
        log.document({"promoted": True}, "verdict.json")
    run = run_of(client, log.run_id)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "2026-03-04 12:00 schedule"
    assert run.data.tags["ledgerloop.run"] == RUN.id
    assert run.data.metrics == {"accuracy": 0.9, "f1/dining": 0.8}
    assert run.data.params == {"weights.balance": "0.5"}
    assert run.data.tags["trigger"] == "schedule"
    assert run.data.tags["data.sha256"] == "ab" * 32
    assert run.data.tags["version.scikit-learn"]
    assert [one.dataset.name for one in run.inputs.dataset_inputs] == ["transactions"]
    children = client.search_runs([run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{log.run_id}'")
    assert [child.data.metrics for child in children] == [{"macro_f1": 0.7}]


def test_the_pictures_open_and_the_snapshot_is_the_same_bytes_again(tracking, client, tmp_path):
    rows = pd.DataFrame({"description": ["corner bakery"], "category": ["dining"]})
    kept = []
    for _ in range(2):
        with tracking.start(RUN) as log:
            log.data(rows, b"id,description\n", "ab" * 32)
            log.confusion(["dining"], np.array([[3]]), of="out_of_fold")
        kept.append(artifact(client, log.run_id, "data/snapshot.csv.gz", tmp_path))
    assert kept[0] == kept[1]
    assert gzip.decompress(kept[0]) == b"id,description\n"
    picture = artifact(client, log.run_id, "plots/confusion_out_of_fold.png", tmp_path)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("raised", "status"),
    [(ValueError("wrong"), "FAILED"), (LeaseLost("taken"), "KILLED"), (KeyboardInterrupt(), "KILLED")],
)
def test_a_run_that_does_not_reach_its_end_has_the_status_of_its_end(tracking, client, raised, status):
    with pytest.raises(type(raised)), tracking.start(RUN) as log:
        raise raised
    assert run_of(client, log.run_id).info.status == status
    assert mlflow.active_run() is None


def test_what_a_killed_process_left_running_is_closed_by_the_next_attempt(tracking, client):
    experiment = client.get_experiment_by_name(MODEL_NAME).experiment_id
    left = client.create_run(experiment, run_name=RUN.id)
    with tracking.start(replace(RUN, attempt=2)) as log:
        assert run_of(client, left.info.run_id).info.status == "KILLED"
    assert run_of(client, log.run_id).data.tags["attempt"] == "2"


def test_a_store_that_does_not_answer_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("no folder")
    uri = mlflow.get_tracking_uri()
    lost = Tracking(f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}", None)
    try:
        with pytest.raises(Unavailable, match="MLflow did not answer"):
            lost.initialise()
    finally:
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)


def test_the_registered_champion_is_served_by_mlflow_alone_from_any_folder(tracking, tmp_path):
    transactions = [
        Transaction(f"{name} {number}", Decimal(5 + number), "USD", date(2026, 3, 1))
        for number in range(6)
        for name in ("corner bakery", "metro office")
    ]
    parts = [("features", TransactionFeatures()), ("classifier", LinearCategorizer())]
    fitted = Pipeline(parts).fit(model_fields(transactions), np.array(["dining", "transport"] * 6))
    with tracking.start(RUN) as log:
        address = log.model(fitted, model_fields(EXAMPLES), TRUSTED)
        version = tracking.register(
            address, after=6, mlflow_run_id=log.run_id, description="A test.", tags={}
        )
    tracking.set_alias("champion", version)
    assert tracking.alias("champion") == version == "7"
    with served(f"models:/{MODEL_NAME}@champion", tmp_path) as ask:
        row = ["METRO OFFICE 77", "", 4.5, "USD", "", "expense", "2026-03-01"]
        assert ask([row]) == {"predictions": ["transport"]}
        by_counterparty = ["", *row[1:], "Checking", "Metro Office", ""]
        assert ask([by_counterparty]) == {"predictions": ["transport"]}


@contextmanager
def served(model, folder):
    """`mlflow models serve`, with none of this project on its path."""
    port = free_port()
    bin = Path(sys.executable).parent
    environment = {
        "PATH": f"{bin}:/usr/bin:/bin",
        "HOME": str(folder),
        "MLFLOW_TRACKING_URI": mlflow.get_tracking_uri(),
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    command = [bin / "mlflow", "models", "serve", "-m", model, "--env-manager", "local"]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        cwd=folder,
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/ping", process)
        yield lambda rows: invoke(f"http://127.0.0.1:{port}/invocations", rows)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(180)


def invoke(url, rows):
    body = json.dumps({"dataframe_split": {"columns": MODEL_FIELDS[: len(rows[0])], "data": rows}}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait_until_it_answers(url, process):
    for _ in range(240):
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    raise AssertionError("the server did not answer")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
