"""gunicorn.conf.py, as gunicorn reads it."""

import runpy
from types import SimpleNamespace

from tests.conftest import TESTS


def test_a_worker_that_failed_to_start_ends_without_another_error(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # no `.env`
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("MONGO_URI", "mongodb://127.0.0.1:1")
    hooks = runpy.run_path(str(TESTS.parent / "gunicorn.conf.py"))
    hooks["worker_exit"](None, SimpleNamespace())
    stopped = []
    container = SimpleNamespace(stop=lambda: stopped.append(True))
    application = SimpleNamespace(extensions={"ledgerloop": container})
    hooks["worker_exit"](None, SimpleNamespace(wsgi=application))
    assert stopped == [True]
