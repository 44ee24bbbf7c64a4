"""A new champion under load: every worker serves it soon, and no request is dropped."""

import json
import threading
import time
from datetime import UTC, datetime

import pytest

from src.services.database import Database
from src.services.models import Models
from src.services.mongod import EmbeddedMongo
from tests.launch.running_site import wait_until
from tests.small_model import small_bundle

QUESTION = {"description": "BLUE DOOR COFFEE", "amount": "4.20", "save": False}


@pytest.fixture
def served(site):
    """A running site whose versions 1 and 2 are kept, of which 1 serves."""
    site.start().wait_for_page()
    database = Database(lambda: EmbeddedMongo(site.data).uri, "ledgerloop")
    models, file = Models(database), small_bundle()
    for version in ("1", "2"):
        models.keep(
            file, version=version, run_id=f"run-{version}", mlflow_run_id="", metrics={}, at=datetime.now(UTC)
        )
    models.promote("1", by="person", reason="a test", at=datetime.now(UTC))
    wait_until(lambda: site.get("readyz")[0] == 200)
    yield site
    database.close()


def ask_on(site, answers, stop):
    while not stop.is_set():
        status, body = site.post("api/v1/predict", QUESTION)
        version = json.loads(body)["model"]["version"] if status == 200 else None
        answers.append((time.monotonic(), status, version))


def test_workers_take_a_new_champion_within_two_seconds_without_dropping_a_request(served):
    answers, stop, moments = [], threading.Event(), []
    callers = [threading.Thread(target=ask_on, args=(served, answers, stop)) for _ in range(4)]
    [each.start() for each in callers]
    for version in ("2", "1", "2"):
        time.sleep(2.5)
        assert served.post(f"api/v1/models/{version}/promote", {"reason": "a test"})[0] == 200
        moments.append((time.monotonic(), version))
    time.sleep(2.5)
    stop.set()
    [each.join() for each in callers]
    assert {status for _, status, _ in answers} == {200}
    for moment, version in moments:
        later = {said for at, _, said in answers if moment + 2 < at < moment + 2.4}
        assert later == {version}
