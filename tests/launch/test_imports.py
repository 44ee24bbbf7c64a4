"""A long file and kill -9: every row is there once, and the pages answer all the while."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from datetime import date, timedelta

import pytest
import requests

from src.config import ROOT
from src.pipeline.imports.run import CHUNK
from src.services.mongo.client import Database
from src.services.mongo.embedded_mongo import EmbeddedMongo
from tests.launch.running_site import PATIENCE_S, PYTHON, Site, give_small_model, wait_until

ROWS = 10_000
PAGES = ("", "history", "import", "healthz")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Pages, database, and the clocks of two hosts; a model serves, and nothing is due to be trained."""
    site = Site(tmp_path_factory.mktemp("imports"), CLOCK="on", LEASE_S="3")
    give_small_model(site)
    site.start().wait_for_page()
    other = subprocess.Popen([PYTHON, "-m", "src", "clock"], cwd=ROOT, env=site.environment())
    wait_until(lambda: site.get("readyz")[0] == 200)
    yield site
    other.terminate()
    other.wait(PATIENCE_S)
    site.ctrl_c()
    site.sweep()


def statement(name):
    first = date(2020, 1, 1)
    lines = (
        f"{first + timedelta(days=number % 900)},{name} {number % 700} MARKET,-{number % 97 + 1}.25"
        for number in range(ROWS)
    )
    return "\n".join(["Date,Details,Amount", *lines]).encode()


def upload(site, content):
    mapping = json.dumps({"sign": "negative-is-expense", "default_currency": "USD"})
    files, fields = {"file": ("a.csv", content)}, {"mapping": mapping}
    answer = requests.post(site.address + "api/v1/imports", fields, files=files, timeout=PATIENCE_S)
    answer.raise_for_status()
    return answer.json()["id"]


def state_of(site, import_id):
    """The import from the API; empty while the API is unavailable."""
    status, body = site.get(f"api/v1/imports/{import_id}")
    return json.loads(body) if status == 200 else {"status": "", "rows_read": 0, "progress": 0}


@contextlib.contextmanager
def pages_asked(site):
    """Request pages continuously; yields (page, status, whether it has Retry-After) of each response."""
    responses, ended = [], threading.Event()

    def ask_on():
        while not ended.is_set():
            for page in PAGES:
                try:
                    with urllib.request.urlopen(site.address + page, timeout=PATIENCE_S) as answer:
                        responses.append((page, answer.status, False))
                except urllib.error.HTTPError as error:
                    responses.append((page, error.code, "Retry-After" in error.headers))
                time.sleep(0.02)

    asking = threading.Thread(target=ask_on)
    asking.start()
    try:
        yield responses
    finally:
        ended.set()
        asking.join()


def rows_of(site, import_id):
    """How many there are, and how many different ones."""
    database = Database(lambda: EmbeddedMongo(site.data).uri, "ledgerloop")
    keys = [row["key"] for row in database.collection("transactions").find({"import": import_id})]
    database.close()
    return len(keys), len(set(keys))


def paused_in_the_middle(site, imports, name, rows):
    """The subprocess of an import is stopped after it has read so many rows, and has chunks to read.

    imports: the ids so far. The last of them goes on, or another is uploaded where it was over too soon; so
    no speed of the machine matters.
    """
    while True:
        if not imports or state_of(site, imports[-1])["status"] == "done":
            imports.append(upload(site, statement(f"{name} {'ABCDEFGHIJ'[len(imports)]}")))
        wait_until(lambda: state_of(site, imports[-1])["rows_read"] >= rows)
        children = site.pids("src run-import")
        send(children, signal.SIGSTOP)
        state = state_of(site, imports[-1])
        if children and state["status"] == "running" and rows <= state["rows_read"] <= ROWS - 2 * CHUNK:
            return children
        send(children, signal.SIGCONT)


def send(pids, sign):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)


def kill_in_the_middle(site, imports, rows, words):
    """kill -9 every process of `words` while an import is in its middle."""
    paused = paused_in_the_middle(site, imports, "GREEN", rows)
    site.kill(*site.pids(words))
    send(paused, signal.SIGCONT)  # a signal that its parent is gone waits for that


def test_an_import_survives_kill_9_of_its_subprocess_of_the_schedulers_and_of_mongod(site):
    imports = []
    with pages_asked(site) as answers:
        kill_in_the_middle(site, imports, 1_000, "src run-import")
        kill_in_the_middle(site, imports, 2_000, "src clock")
        wait_until(lambda: not site.pids("src run-import"))
        kill_in_the_middle(site, imports, 4_000, "bin/mongod")
        wait_until(lambda: state_of(site, imports[-1])["status"] not in ("", "running"))
    for import_id in imports:
        done = state_of(site, import_id)
        assert (done["status"], done["progress"]) == ("done", 1)
        counts = [done[f"rows_{name}"] for name in ("read", "added", "duplicate", "rejected")]
        assert counts == [ROWS, ROWS, 0, 0]
        assert rows_of(site, import_id) == (ROWS, ROWS)
    assert len(answers) > 100
    assert [answer for answer in answers if answer[1:] not in ((200, False), (503, True))] == []


def test_a_stopped_import_keeps_its_rows_and_is_undone_although_the_undo_is_killed(site):
    imports = []
    paused = paused_in_the_middle(site, imports, "BLUE", 2_000)
    import_id = imports[-1]
    urllib.request.urlopen(f"{site.address}import/{import_id}/stop", data=b"").close()
    send(paused, signal.SIGCONT)
    wait_until(lambda: state_of(site, import_id)["status"] != "running")
    stopped = state_of(site, import_id)
    assert stopped["status"] == "stopped"
    assert 2_000 <= stopped["rows_added"] < ROWS
    assert rows_of(site, import_id) == (stopped["rows_added"], stopped["rows_added"])

    undo = urllib.request.Request(f"{site.address}api/v1/imports/{import_id}", method="DELETE")
    with urllib.request.urlopen(undo) as answer:
        assert answer.status == 202
    wait_until(lambda: site.pids("src run-import") or state_of(site, import_id)["status"] == "undone")
    site.kill(*site.pids("src run-import"))
    wait_until(lambda: state_of(site, import_id)["status"] == "undone")
    assert rows_of(site, import_id) == (0, 0)
