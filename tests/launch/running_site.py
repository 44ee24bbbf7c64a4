"""A real start of Ledgerloop: its command, its address and every process that came of it."""

import contextlib
import csv
import gzip
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from src.config import ROOT
from src.knowledge.lexicon_files import FOLDER
from src.services.models.repository import Models
from src.services.mongo.client import Database
from src.services.mongo.embedded_mongo import EmbeddedMongo
from src.services.runs.due_runs import slot_of
from src.services.runs.repository import TrainingRuns
from tests.small_model import small_bundle

# Tests that were started in the background of a shell inherit that Ctrl-C is ignored, and so would the sites.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

PYTHON = sys.executable
APP = [PYTHON, "app.py"]
GUNICORN = [PYTHON, "-m", "gunicorn", "app:app"]
PATIENCE_S = 180
"""How long a test waits for what comes about in a second or two: it passes on a slow, busy machine too."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(true, within_s=PATIENCE_S):
    patience = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < patience, "it did not come about"
        time.sleep(0.05)


class Site:
    """One data directory and its ports. Every process that starts here carries a mark in its environment."""

    def __init__(self, folder, *, checkout=ROOT, **settings):
        self.checkout = checkout
        self.port, self.mlflow_port = free_port(), free_port()
        self.folder = folder
        self.data = folder / "data"
        self.address = f"http://127.0.0.1:{self.port}/"
        self.output = folder / "output.txt"
        self._mark = f"LAUNCH_TEST={secrets.token_hex(8)}"
        self.settings = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "MLFLOW_PORT": str(self.mlflow_port),
            "DATA_DIR": str(self.data),
            "CLOCK": "off",
            "MLFLOW_UI": "off",
            "TRAIN_BUDGET_S": "5",
            **settings,
        }
        self.process = None

    def environment(self):
        """Of every process of this site."""
        unset = ("MONGO_URI", "MLFLOW_TRACKING_URI", "SECRET_KEY", "PROMETHEUS_MULTIPROC_DIR")
        inherited = {name: value for name, value in os.environ.items() if name not in unset}
        name, mark = self._mark.split("=")
        return {**inherited, **self.settings, name: mark}

    def start(self, command=APP, cwd=None):
        with self.output.open("a") as output:
            # In a group of its own, as a shell would have it: Ctrl-C is a signal to the group.
            self.process = subprocess.Popen(
                command,
                cwd=cwd or self.checkout,
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def wait_for_page(self, within_s=PATIENCE_S):
        wait_until(lambda: self.process.poll() is not None or self.get("healthz")[0] == 200, within_s)
        assert self.process.poll() is None, self.printed()
        return self

    def printed(self):
        return self.output.read_text()

    def get(self, path):
        return self._ask(urllib.request.Request(self.address + path))

    def post(self, path, body):
        request = urllib.request.Request(
            self.address + path, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
        )
        return self._ask(request)

    @staticmethod
    def _ask(request):
        """(status, body); status 0 where nobody answers, or whoever did was killed before the last byte."""
        try:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as error:
                return error.code, error.read()
        except (OSError, http.client.HTTPException):
            return 0, b""

    def processes(self):
        """{pid: command line} of all that came of this site and still run."""
        by_pid = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    if self._mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                        by_pid[int(folder.name)] = (
                            (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                        )
        return by_pid

    def pids(self, words):
        return {
            pid for pid, command in self.processes().items() if words in command and pid != self.process.pid
        }

    def master(self):
        """gunicorn's: the one whose parent is not a gunicorn."""
        pids = self.pids("gunicorn")
        return next(pid for pid in pids if parent_of(pid) not in pids)

    def kill(self, *pids):
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def ctrl_c(self, within_s=PATIENCE_S):
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(within_s)

    def sweep(self):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait(PATIENCE_S)


def small_checkout(folder):
    """The checkout with every 50th phrase of the lexicon, so that a training takes seconds."""
    for name in ("src", "templates", "static"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("app.py", "gunicorn.conf.py", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder)
    with gzip.open(FOLDER / "lexicon.csv.gz", "rt", newline="") as file:
        header, *rows = csv.reader(file)
    with gzip.open(folder / FOLDER.relative_to(ROOT) / "lexicon.csv.gz", "wt", newline="") as file:
        csv.writer(file).writerows([header, *rows[::50]])
    return folder


@contextlib.contextmanager
def database_before_start(site):
    """The database of a site that does not run; no training is due for a week."""
    week = 168
    site.settings["RETRAIN_EVERY_HOURS"] = str(week)
    server, now = EmbeddedMongo(site.data), datetime.now(UTC)
    server.ensure()
    database = Database(lambda: server.uri, "ledgerloop")
    try:
        database.ensure_indexes()
        yield database
        TrainingRuns(database).skip_slot(slot_of(now, week), fingerprint="", at=now)
    finally:
        database.close()
        server.stop()


def give_small_model(site):
    """Before its start: a model that knows a few words serves, and no training is due for a week."""
    with database_before_start(site) as database:
        models, now = Models(database), datetime.now(UTC)
        models.keep(small_bundle(), version="1", run_id="run-1", mlflow_run_id="m", metrics={}, at=now)
        models.promote("1", by="training", reason="first", at=now)


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
