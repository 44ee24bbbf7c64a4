"""A new installation: the starter predicts, and the pages and the API say what it is."""

from datetime import UTC, datetime

import pytest

from tests.web.conftest import application

HTML = {"Accept": "text/html"}
PIZZA = {"description": "DOMINO'S 2231", "amount": "24.90", "currency": "USD", "date": "2026-03-09"}


@pytest.fixture
def new_app(settings, monkeypatch):
    app = application(settings, monkeypatch)
    yield app
    app.extensions["ledgerloop"].database.close()


def test_the_first_request_is_answered_by_the_starter(new_app):
    client = new_app.test_client()
    answer = client.post("/api/v1/predict", json=PIZZA).json
    assert (answer["category"], answer["model"]["version"]) == ("dining", "1")
    assert client.get("/readyz").status_code == 200
    assert "Waiting for the first model" not in client.get("/").text


def test_the_models_page_says_what_it_is_and_links_no_run(new_app):
    client = new_app.test_client()
    client.get("/readyz")
    page = client.get("/models").text
    assert "Starter, shipped with Ledgerloop" in page
    assert "Trained on the shipped lexicon alone" in page
    assert "Measured on" in page
    assert "/models/runs/starter" not in page
    [version] = client.get("/api/v1/models").json
    assert (version["champion"], version["run_id"], version["mlflow_run_id"]) == (True, "starter", "")
    [promotion] = client.get("/api/v1/promotions").json
    assert (promotion["by"], promotion["run_id"]) == ("shipped", None)


def test_it_can_serve_again_after_a_trained_model(new_app, bundle):
    client, models = new_app.test_client(), new_app.extensions["ledgerloop"].models
    client.get("/readyz")
    at = datetime.now(UTC)
    models.keep(bundle, version="2", run_id="run-2", mlflow_run_id="", metrics={}, at=at)
    models.promote("2", by="training", reason="", at=at)
    page = client.get("/models/1/promote").text
    assert "the starter that Ledgerloop ships with, makes" in page
    assert client.post("/models/1/promote", headers=HTML).status_code == 303
    assert models.champion().is_starter
    assert client.post("/api/v1/predict", json=PIZZA).json["model"]["version"] == "1"
