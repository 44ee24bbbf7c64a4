"""A new champion under load: every worker serves it soon, and no request is dropped."""

import json
import threading
from datetime import UTC, datetime

import pytest

from src.services.models.repository import Models
from src.services.mongo.client import Database
from src.services.mongo.embedded_mongo import EmbeddedMongo
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
        answers.append((status, json.loads(body)["model"]["version"] if status == 200 else None))


def test_workers_take_a_new_champion_without_dropping_a_request(served):
    answers, stop = [], threading.Event()
    callers = [threading.Thread(target=ask_on, args=(served, answers, stop)) for _ in range(4)]
    [thread.start() for thread in callers]
    try:
        for version in ("2", "1", "2"):
            assert served.post(f"api/v1/models/{version}/promote", {"reason": "a test"})[0] == 200
            wait_until(lambda: {version_used for _, version_used in answers[-100:]} == {version})  # noqa: B023, now
    finally:
        stop.set()
        [thread.join() for thread in callers]
    assert {status for status, _ in answers} == {200}
