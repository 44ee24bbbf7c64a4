"""The model search on a real Dask cluster: a scheduler, and two workers in processes of their own."""

import subprocess
import sys

import numpy as np
import pytest

from src.components.model.candidates import Candidate, Fold
from src.components.model.model_selection import Search
from src.config import ROOT
from src.services.dask import cluster as dask_module
from src.services.dask.cluster import DaskCluster
from src.web.models.verdict_sentences import note_sentences
from tests.components.invented import rows

distributed = pytest.importorskip("distributed")

TRIALS = (
    Candidate("svc", "linear_svc", {"C": 0.3}),
    Candidate("bayes", "complement_nb", {"alpha": 0.1}),
    Candidate("sgd", "sgd", {"alpha": 1e-4}),
)


@pytest.fixture(scope="module")
def address():
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with distributed.LocalCluster(**settings) as workers:
        yield workers.scheduler_address


@pytest.fixture
def connect():
    made = []

    def connected(address, **options):
        made.append(DaskCluster(address, **options))
        return made[-1]

    yield connected
    for cluster in made:
        cluster.close()


def search(evaluate=None):
    training, ids = rows(150), np.arange(150).astype(str)
    return Search(trials=TRIALS, kept=1.0, **({"evaluate": evaluate} if evaluate else {})).run(
        training.assign(id=ids, source="feedback", group=ids),
        np.ones(150),
        np.arange(150) % 3,
        np.ones(150, bool),
        lambda share: None,
        subjects=ids,
        excluded=ids,
    )


def assert_same(result, expected):
    assert [(one.name, one.scores) for one in result.candidates] == [
        (one.name, one.scores) for one in expected.candidates
    ]
    assert (result.out_of_fold == expected.out_of_fold).all()
    assert (result.model["classifier"].coef_ == expected.model["classifier"].coef_).all()


def test_two_workers_find_what_one_process_finds(address, connect, monkeypatch):
    alone, cluster = search(), connect(address)

    def not_here(*_):
        raise AssertionError("it is evaluated in this process")

    monkeypatch.setattr(Fold, "scores", not_here)
    assert_same(search(cluster), alone)
    assert (cluster.at_once, cluster.notes) == (2, ())


def test_a_cluster_that_does_not_answer_is_noted_and_the_search_is_done_here(connect):
    cluster = connect("tcp://127.0.0.1:1", timeout_s=0.5)
    assert_same(search(cluster), search())
    assert note_sentences(cluster.notes) == [
        "Trained on this machine alone: the Dask cluster of DASK_SCHEDULER did not answer."
    ]


def test_workers_with_other_code_or_libraries_are_not_used(address, connect, monkeypatch):
    monkeypatch.setattr(dask_module, "provenance", lambda: dict.fromkeys(dask_module.DECISIVE, "other"))
    cluster = connect(address)
    assert_same(search(cluster), search())
    assert "another version of Ledgerloop, Python or its libraries" in note_sentences(cluster.notes)[0]


def test_a_cluster_that_goes_away_during_a_search_changes_nothing(connect):
    settings = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "dashboard_address": ":0"}
    with distributed.LocalCluster(**settings) as workers:
        cluster = connect(workers.scheduler_address)
        assert cluster.at_once == 2
    assert_same(search(cluster), search())
    assert "stopped answering" in note_sentences(cluster.notes)[0]


def test_without_dask_the_search_is_done_here(connect, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    cluster = connect("tcp://127.0.0.1:1")
    assert_same(search(cluster), search())
    assert "ledgerloop[dask] is not installed" in note_sentences(cluster.notes)[0]


def test_a_training_without_a_cluster_imports_nothing_of_dask():
    program = """
import sys
import src.pipeline.training.run, src.services.mlflow.tracking
from src.config import load_settings
from src.container import Container
from src.training_commands import steps_of
steps = steps_of(Container(load_settings(_env_file=None)))
print(*[name for name in sys.modules if name.split(".")[0] in ("dask", "distributed")])
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (ended.stdout.strip(), ended.stderr) == ("", "")
