"""A data folder that was moved: what it holds is found, and what is new goes where it is now."""

# ruff: noqa: F401, F811 - the fixtures of test_training.py are used here too

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlparse

import mlflow
import pytest

from src.domain.models import MODEL_NAME
from src.services.mlflow.past_runs import PastRuns
from src.services.mlflow.tracking import Tracking
from tests.pipeline.training.test_run import claim, labels, pipeline, record, runs, say_a_lot, store


def tracking(folder):
    return Tracking(f"sqlite:///{folder / 'mlflow.db'}", folder)


def dump(folder):
    with closing(sqlite3.connect(folder / "mlflow.db")) as database:
        return "\n".join(database.iterdump())


def test_a_moved_folder_is_read_and_written_where_it_is_now(pipeline, claim, labels, runs, tmp_path):
    old, new = tmp_path / "before", tmp_path / "a place with spaces & more"
    say_a_lot(labels)
    first = claim()
    pipeline(tracking=tracking(old)).run(first)
    logged = runs.get(first.run.id).mlflow_run_id
    assert str(old) in dump(old)
    shutil.copytree(old, new)
    shutil.rmtree(old)

    moved = tracking(new)
    past = PastRuns(moved).get(logged)  # what `reproduce` begins with
    assert b"tulip noodle bar" in past.snapshot
    assert past.settings
    assert mlflow.sklearn.load_model(f"models:/{MODEL_NAME}@champion")
    labels.add(["another noodle place"], "dining")
    second = claim()
    pipeline(tracking=moved).run(second)
    kept = moved.client.get_run(runs.get(second.run.id).mlflow_run_id).info.artifact_uri
    assert kept.startswith(new.as_uri())
    assert PastRuns(moved).get(runs.get(second.run.id).mlflow_run_id).snapshot
    assert not old.exists()
    assert str(old) not in dump(new)


def test_a_folder_that_was_not_moved_and_files_kept_elsewhere_stay_as_they_are(tmp_path):
    tracking(tmp_path).initialise()
    before = dump(tmp_path)
    tracking(tmp_path).initialise()
    assert dump(tmp_path) == before
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database, database:
        database.execute(
            "UPDATE experiments SET artifact_location = 's3://bucket/files' WHERE experiment_id <> 0"
        )
    elsewhere = dump(tmp_path)
    tracking(tmp_path).initialise()
    assert dump(tmp_path) == elsewhere
