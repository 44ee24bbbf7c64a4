"""A client of the whole application: real MongoDB, and a real, small model that serves."""

import secrets
from datetime import UTC, datetime

import pytest

from src.config import load_settings
from src.container import Container
from src.knowledge import starter_file
from src.services.models.hot_swap import HotSwap
from src.services.models.repository import Models
from src.services.mongo.client import Database
from src.web.app import create_app
from tests.conftest import empty
from tests.file_reader import ReaderInThisProcess
from tests.small_model import small_bundle


@pytest.fixture(scope="session")
def bundle():
    """The bytes of a model that knows a few words."""
    return small_bundle()


WEB_DATABASE = f"test-web-{secrets.token_hex(6)}"


@pytest.fixture(scope="session")
def web_database(mongo_uri):
    """One database for all of these tests: to make one takes longer than most of them."""
    database = Database(lambda: mongo_uri, WEB_DATABASE)
    database.ensure_indexes()
    yield database
    database.drop()
    database.close()


@pytest.fixture(scope="session")
def registered(web_database, bundle):
    """Versions 1 and 2 of a model; 1 is champion whenever a test begins."""
    models = Models(web_database)
    for version in ("1", "2"):
        models.keep(
            bundle,
            version=version,
            run_id=f"run-{version}",
            mlflow_run_id="",
            metrics={"macro_f1": 0.8},
            at=datetime.now(UTC),
        )
    return models


def application(settings, monkeypatch):
    """It loads a model at a request only, and never from a thread."""
    monkeypatch.setattr(HotSwap, "watch", lambda self: None)
    return create_app(settings)


@pytest.fixture
def bare_app(settings, monkeypatch, tmp_path):
    """The application before its first model, on an empty database, without a starter."""
    monkeypatch.setattr(starter_file, "MADE_OF", tmp_path / "missing.json")
    app = application(settings, monkeypatch)
    yield app
    app.extensions["ledgerloop"].database.close()


@pytest.fixture(scope="session")
def one_application(tmp_path_factory):
    """Made once: its routes and its compiled templates take longer than most tests."""
    return create_app(load_settings(_env_file=None, data_dir=tmp_path_factory.mktemp("application")))


@pytest.fixture
def app(one_application, web_database, registered, mongo_uri, tmp_path, monkeypatch):
    """The application with version 1 as champion, and nothing in its history."""
    empty(web_database)
    pointer = registered.champion()
    if pointer is None or pointer.version != "1":
        registered.promote("1", by="training", reason="The first model.", at=datetime.now(UTC))
    registered.unpin(by="person", reason="", at=datetime.now(UTC))
    registered.shadows.end_of("2")
    settings = load_settings(
        _env_file=None,
        data_dir=tmp_path,
        mongo_uri=mongo_uri,
        mongo_db_name=WEB_DATABASE,
        clock="off",
        audit_share=0,  # a row without a date would be drawn on some days only
    )
    monkeypatch.setattr(HotSwap, "watch", lambda self: None)
    container = Container(settings)
    container.file_reader = ReaderInThisProcess()
    one_application.extensions["ledgerloop"] = container
    yield one_application
    container.database.close()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def predicted(client):
    """Predict and keep one transaction; returns the answer."""

    def predict(description="SWIGGY order 8841 BANGALORE", amount="350.75", **fields):
        response = client.post(
            "/api/v1/predict", json={"description": description, "amount": amount, **fields}
        )
        assert response.status_code == 201, response.text
        return response.json

    return predict


@pytest.fixture
def answered(client):
    """Give one feedback; returns the answer."""

    def answer(transaction_id, category, **fields):
        response = client.post(
            "/api/v1/feedback", json={"transaction_id": transaction_id, "category": category, **fields}
        )
        assert response.status_code == 200, response.text
        return response.json

    return answer
