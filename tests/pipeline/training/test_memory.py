"""Trainings that may take little memory: they learn from less, or end with a sentence."""

# ruff: noqa: F401, F811 - the fixtures of test_run.py are used here too

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from src.components.dataset.row_limit import RowLimit
from src.components.model.model_selection import Search
from src.config import ROOT
from src.container import Container
from src.domain.training_runs import RunStatus, SetAside, Trigger
from src.pipeline.training.reproduce import Reproduction
from src.pipeline.training.stages import Steps
from src.services.host.process import LEAN, ONE_THREAD
from src.services.mlflow.past_runs import PastRuns
from src.services.mlflow.provenance import provenance
from src.services.scheduler.child_process import TRAIN_CLAIMED
from src.web.models.verdict_sentences import SET_ASIDE, note_sentences
from tests.pipeline.training.test_run import (
    NOW,
    Lexicon,
    claim,
    labels,
    pipeline,
    record,
    runs,
    say_a_lot,
    shipped,
    store,
)


def set_aside(verdict):
    """How many rows were set aside, by reason."""
    notes = [note for note in note_sentences(verdict.notes) if note.startswith("Set aside")]
    return {
        why: int(note.split()[2].replace(",", ""))
        for note in notes
        for why, text in SET_ASIDE.items()
        if text in note
    }


UNLIMITED_ESTIMATE = """
import sys
import mlflow.store.tracking.sqlalchemy_store
import src.pipeline.training.run
from src.config import load_settings
from src.container import Container
from src.services.host.memory import limit_memory
from src.training_commands import train
container = Container(load_settings())
limit_memory(120_000_000)
train(container, container.runs.get(sys.argv[1]), holder="a test")
"""
"""A training that knows nothing of the limit of its process."""


@pytest.fixture
def installation(settings, monkeypatch, new_tracking, tmp_path):
    """A container whose child processes find the same MongoDB and MLflow store, and a run that is claimed."""
    container = Container(settings)
    container.database.ensure_indexes()
    new_tracking(tmp_path / "mlruns")
    environment = {
        "MONGO_URI": settings.mongo_uri.get_secret_value(),
        "MONGO_DB_NAME": settings.mongo_db_name,
        "DATA_DIR": settings.data_dir,
        "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlruns' / 'mlflow.db'}",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, str(value))
    container.runs.request(trigger=Trigger.MANUAL, reason="a test", at=container.now())
    yield container, container.runs.claim(holder="a test", at=container.now())
    container.stop()
    container.database.close()


@pytest.fixture
def train_in_a_process(installation, monkeypatch):
    """Train as the process of a scheduler, with a limit in megabytes; gives the ended run."""
    container, run = installation

    def train(megabytes):
        monkeypatch.setenv("TRAIN_MEMORY_MB", str(megabytes))
        command = [sys.executable, "-m", "src", TRAIN_CLAIMED, run.id, "a test", str(run.attempt)]
        subprocess.run(command, cwd=ROOT, env=os.environ | ONE_THREAD | LEAN)
        return container.runs.get(run.id)

    return train


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limit is Linux's")
def test_a_process_that_may_take_little_memory_learns_from_a_part_of_the_lexicon(train_in_a_process):
    run = train_in_a_process(600)
    assert (run.status, run.error) == (RunStatus.SUCCEEDED, None)
    assert set_aside(run.decision)[SetAside.LEXICON] > run.data["rows"]


def test_a_training_that_cannot_fit_fails_with_a_sentence(train_in_a_process):
    run = train_in_a_process(200)
    assert run.status is RunStatus.FAILED
    assert run.error.startswith(
        "This training needs about 300 MB more of memory and may take 0 MB more; free"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's limit is Linux's")
def test_a_process_whose_memory_ends_on_the_way_fails_with_a_sentence(installation):
    container, run = installation
    subprocess.run([sys.executable, "-c", UNLIMITED_ESTIMATE, run.id], cwd=ROOT, env=os.environ | LEAN)
    ended = container.runs.get(run.id)
    assert ended.status is RunStatus.FAILED
    assert ended.error == "The training ran out of memory; free some, or change TRAIN_MEMORY_MB."


def test_the_oldest_labels_are_left_out_and_the_run_repeats(pipeline, claim, labels, runs, record):
    say_a_lot(labels, per_shop=6, at=NOW - timedelta(days=9))
    old = len(labels.rows)
    say_a_lot(labels, per_shop=12)
    limit = RowLimit(fixed_bytes=0, row_bytes=1, shares=(1.0, 0.5), least_labels=10)
    steps = Steps(search=Search(trials=Search().trials[:1]), row_limit=limit)
    memory = shipped() // 2 + len(labels.rows) - old
    claimed = claim()
    verdict = pipeline(steps=steps, memory=memory).run(claimed)
    left_out = set_aside(verdict)
    assert abs(left_out[SetAside.OLDEST] - old) <= 1
    assert 0 < left_out[SetAside.LEXICON] < shipped()
    run = runs.get(claimed.run.id)
    assert run.data["feedback_rows"] == len(labels.rows) - left_out[SetAside.OLDEST]
    past = PastRuns(record).get(run.mlflow_run_id)
    again = Reproduction(steps, Lexicon(), provenance()).run(past, lambda stage, share: None)
    assert (again.same, again.circumstances) == (True, [])
