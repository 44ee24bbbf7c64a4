"""What a person answers is in the next prediction: of every worker of the host, and soon of other hosts."""

import json
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from src.services.mongo.embedded_mongo import EmbeddedMongo
from tests.launch.running_site import GUNICORN, Site, give_small_model, wait_until


@pytest.fixture
def hosts(tmp_path):
    """Two data directories with one MongoDB, that of the first; four workers and one."""
    (tmp_path / "first").mkdir()
    first = Site(tmp_path / "first", WEB_WORKERS="4", WEB_THREADS="2")
    give_small_model(first)
    first.start(GUNICORN).wait_for_page()
    uri = EmbeddedMongo(first.data).uri
    second = Site(tmp_path / "second", MONGO_URI=uri, WEB_WORKERS="1")
    second.folder.mkdir()
    second.start(GUNICORN).wait_for_page()
    yield first, second
    second.sweep()
    first.sweep()


def predicted(site, description):
    status, body = site.post("api/v1/predict", {"description": description, "amount": "5", "save": False})
    assert status == 200
    return json.loads(body)["category"]


def test_no_prediction_after_an_acknowledged_answer_is_older(hosts):
    first, second = hosts
    taught, stale, stop = {}, [], threading.Event()

    def ask():
        while not stop.is_set():
            for name, category in list(taught.items()):
                if predicted(first, f"{name} 0042") != category:
                    stale.append(name)

    with ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(ask) for _ in range(6)]
        try:
            for number in range(12):
                name = f"shop {secrets.token_hex(2).translate(str.maketrans('0123456789', 'ghijklmnop'))}"
                status, body = first.post("api/v1/predict", {"description": name, "amount": "5"})
                assert status == 201
                category = ("dining", "transport", "groceries")[number % 3]
                answer = {"transaction_id": json.loads(body)["id"], "category": category}
                assert first.post("api/v1/feedback", answer)[0] in (200, 201)
                taught[name] = category
                assert {predicted(first, f"{name} 0042") for _ in range(8)} == {category}
        finally:
            stop.set()
        [done.result() for done in asking]
    assert stale == []
    wait_until(lambda: all(predicted(second, f"{name} 0042") == taught[name] for name in taught), within_s=20)
