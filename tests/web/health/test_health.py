"""/healthz, /readyz and /metrics."""

from collections import Counter

import pytest
from pymongo import MongoClient

from src.config import load_settings
from src.services import container
from src.web.app import create_app


@pytest.fixture
def without_mongodb(tmp_path):
    """The application while its MongoDB is away: nothing listens on port 1."""
    settings = load_settings(
        _env_file=None, data_dir=tmp_path, mongo_uri="mongodb://127.0.0.1:1", clock="off", mlflow_ui="off"
    )
    app = create_app(settings)
    # The project's own client waits four seconds for a server.
    app.extensions["ledgerloop"].database.close()
    app.extensions["ledgerloop"].database._client = MongoClient(
        "mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50
    )
    yield app.test_client()
    app.extensions["ledgerloop"].database.close()


def test_the_process_lives_without_mongodb(without_mongodb):
    assert without_mongodb.get("/healthz").json == {"status": "ok"}


def test_what_needs_mongodb_is_503_while_it_is_away(without_mongodb):
    response = without_mongodb.get("/api/v1/history")
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert int(response.headers["Retry-After"]) >= 1
    assert "127.0.0.1" not in response.text


def test_a_full_disk_is_named_where_mongodb_does_not_answer(without_mongodb, monkeypatch):
    assert "disk" not in without_mongodb.get("/api/v1/history").json["detail"]
    monkeypatch.setattr(container, "_FULL_BELOW_BYTES", 10**18)  # as if less were free than is needed
    assert "disk" in without_mongodb.get("/api/v1/history").json["detail"]
    assert "disk" in without_mongodb.get("/history", headers={"Accept": "text/html"}).text


def test_a_stream_that_cannot_begin_is_503_and_no_half_file(without_mongodb):
    assert without_mongodb.get("/api/v1/history.csv").status_code == 503


def test_ready_names_each_check(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json == {
        "status": "ready",
        "checks": {"mongodb": {"ok": True}, "model": {"ok": True, "detail": "version 1"}},
    }


def test_not_ready_without_a_model(bare_app):
    response = bare_app.test_client().get("/readyz")
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert response.headers["Retry-After"]
    assert (response.json["checks"]["mongodb"]["ok"], response.json["checks"]["model"]["ok"]) == (True, False)


def samples(client):
    response = client.get("/metrics")
    assert response.content_type.startswith("text/plain; version=0.0.4")
    lines = [line for line in response.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_metrics_count_requests_predictions_and_answers(client, predicted, answered):
    before = Counter(samples(client))
    first = predicted("SWIGGY")
    answered(first["id"], "groceries")
    client.get("/api/v1/transactions/000000000000000000000000")
    client.get("/no/such/SECRET")
    values = Counter(samples(client))
    added = values - before
    post = 'ledgerloop_requests_total{method="POST",route="/api/v1/predict",status="201"}'
    assert added[post] == 1
    assert added['ledgerloop_request_seconds_count{route="/api/v1/predict"}'] == 1
    assert added[f'ledgerloop_predictions_total{{band="{first["band"]}",decided_by="model"}}'] == 1
    assert added['ledgerloop_feedback_total{was_correct="false"}'] == 1
    assert values['ledgerloop_champion_info{version="1"}'] == 1
    assert values["ledgerloop_mongodb_up"] == 1
    text = client.get("/metrics").text
    assert 'route="unmatched"' in text
    assert "SECRET" not in text
    assert "000000000000" not in text


def test_the_metrics_answer_while_mongodb_is_away(without_mongodb):
    assert samples(without_mongodb)["ledgerloop_mongodb_up"] == 0
