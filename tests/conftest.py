"""What every test may ask for: the real MongoDB, a database of its own, settings that touch nothing else."""

import logging
import os
import secrets
import sys
from pathlib import Path

import pytest
from pymongo import MongoClient

from src.config import load_settings
from src.services.mongo.client import Database
from src.services.mongo.embedded_mongo import EmbeddedMongo

TESTS = Path(__file__).parent

# The tests start hundreds of Python processes. Without cached bytecode each compiles thousands of modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A watching thread that outlives its database would otherwise log it on the terminal.
logging.getLogger("src").addHandler(logging.NullHandler())


SLOW = (
    *("launch", "browser", "benchmarks", "pipeline", "web"),
    *("services/mlflow", "services/models", "services/scheduler", "services/imports", "services/host"),
    *("services/mongo/test_replica_set.py", "services/mongo/test_embedded_mongo.py"),
    *("services/runs", "services/transactions"),
    *("components/bank_files/test_any_bytes.py", "components/bank_files/test_hostile_files.py"),
    *("components/model", "components/promotion/test_rule.py", "components/features"),
    *("components/text/test_masking.py", "components/dataset/test_snapshot.py"),
    *("knowledge", "test_container.py"),
)
"""Folders and files of `tests/` whose tests start processes or a browser, fit models, or are many."""


def is_slow(path):
    return path.relative_to(TESTS).as_posix().startswith(SLOW)


def pytest_ignore_collect(collection_path, config):
    """`make test-fast` does not import what it leaves out: that would take longer than its tests."""
    return (config.option.markexpr == "not slow" and is_slow(collection_path)) or None


def pytest_collection_modifyitems(items):
    """The tests of whole processes first: they take longest, and two workers are to end together."""
    for item in items:
        if is_slow(item.path):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: "launch" not in item.path.parts)


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory):
    """A real MongoDB for the whole session, started at its first use."""
    server = EmbeddedMongo(tmp_path_factory.mktemp("mongo"))
    server.ensure()
    yield server.uri
    server.stop()


@pytest.fixture
def database_name(mongo_uri):
    """A database nobody else uses, dropped afterwards."""
    name = f"test-{secrets.token_hex(6)}"
    yield name
    with MongoClient(mongo_uri) as client:
        client.drop_database(name)


@pytest.fixture
def database(mongo_uri, database_name):
    """That database behind the service the other services are made of."""
    made = Database(lambda: mongo_uri, database_name)
    made.ensure_indexes()
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path, mongo_uri, database_name):
    """Nothing of the developer's own `.env` or data directory."""
    return load_settings(
        _env_file=None,
        data_dir=tmp_path / "data",
        mongo_uri=mongo_uri,
        mongo_db_name=database_name,
        clock="off",
        mlflow_ui="off",
    )
