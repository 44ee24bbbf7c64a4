"""gunicorn.conf.py, as gunicorn reads it."""

import runpy
import subprocess
import sys
from types import SimpleNamespace

import pytest
from prometheus_client import values

from tests.conftest import TESTS

SETTINGS = TESTS.parent / "gunicorn.conf.py"


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Without the `.env` of this folder, and with a database that is never asked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MONGO_URI", "mongodb://127.0.0.1:1")
    return tmp_path


@pytest.fixture
def hooks(elsewhere):
    return runpy.run_path(str(SETTINGS))


def test_a_worker_that_failed_to_start_ends_without_another_error(hooks):
    hooks["worker_exit"](None, SimpleNamespace())
    stopped = []
    container = SimpleNamespace(stop=lambda: stopped.append(True))
    application = SimpleNamespace(extensions={"ledgerloop": container})
    hooks["worker_exit"](None, SimpleNamespace(wsgi=application))
    assert stopped == [True]


def test_a_worker_without_space_for_its_metrics_counts_in_its_own_memory(hooks, monkeypatch, elsewhere):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(elsewhere / "absent"))
    monkeypatch.setattr(values, "ValueClass", None)
    hooks["post_fork"](None, SimpleNamespace(pid=1))
    assert values.ValueClass is values.MutexValue


def test_the_master_prepares_memory_for_the_workers_but_starts_no_threads_and_no_metrics(elsewhere):
    code = f"""
import os, runpy, sys, threading
os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.curdir
sys.path.insert(0, {str(TESTS.parent)!r})
hooks = runpy.run_path({str(SETTINGS)!r})
hooks["when_ready"](None)
from src.components.lexicon.matcher import matcher_for
print("src.web.app" in sys.modules, matcher_for.cache_info().currsize, threading.active_count())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "True 1 1"
    assert not list(elsewhere.glob("*.db"))
