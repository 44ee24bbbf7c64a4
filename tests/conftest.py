"""What every test may ask for: the real MongoDB, a database of its own, settings that touch nothing else."""

import fcntl
import logging
import os
import secrets
import shutil
import sys
import tempfile
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
    """The tests of whole processes first: they take longest, and the workers are to end together."""
    for item in items:
        if is_slow(item.path):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: "launch" not in item.path.parts)


MEMORY = Path("/dev/shm")  # noqa: S108
MEMORY_BYTES = 4_000_000_000


@pytest.fixture(scope="session")
def quick_folder(tmp_path_factory):
    """In memory if there is enough: a database waits for the disk at each write and each new index."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_BYTES:
        yield tmp_path_factory.mktemp("quick")
        return
    with tempfile.TemporaryDirectory(prefix="ledgerloop-tests-", dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def mongo_uri(quick_folder):
    """A real MongoDB for the whole session, started at its first use."""
    server = EmbeddedMongo(quick_folder / "mongo")
    server.ensure()
    yield server.uri
    server.stop()


@pytest.fixture(scope="session")
def emptied_databases():
    """Names of databases that other tests have used and left empty."""
    return []


@pytest.fixture
def database_name(request, mongo_uri, emptied_databases):
    """A database nobody else uses, without a document.

    To make its indexes takes longer than most tests, so another test has it next; but not if this one makes a
    whole container, whose threads may write a moment longer.
    """
    for_one_test = "settings" in request.fixturenames
    name = emptied_databases.pop() if emptied_databases and not for_one_test else _new_name()
    yield name
    with MongoClient(mongo_uri) as client:
        if for_one_test:
            client.drop_database(name)
            return
        for collection in client[name].list_collection_names():
            client[name][collection].delete_many({})
    emptied_databases.append(name)


def _new_name():
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def database(mongo_uri, database_name):
    """That database behind the service the other services are made of."""
    made = Database(lambda: mongo_uri, database_name)
    made.ensure_indexes()
    yield made
    made.close()


EMPTIED = (
    "transactions",
    "acts",
    "bulk_work",
    "transfers",
    "accounts",
    "merchants",
    "recurring",
    "recurring_found",
    "anomalies",
    "dismissed_anomalies",
    "anomaly_models",
    "budgets",
    "limits",
    "categories",
    "rules",
    "dismissed_rules",
    "training_runs",
    "imports",
    "import_rejects",
    "import_profiles",
    "answers_aside",
    "deleted_transactions",
    "refusals",
    "deliveries",
    "feed_entries",
    "history_filters",
    "settings",
    "review_skips",
    "forecasts",
    "month_totals",
    "stale_months",
    "search_words",
    "quality_months",
)


def empty(database):
    """Delete what people and jobs have kept, but no model; running servers on it notice at once."""
    with database.basis_changes.noted(None, decisions=True):
        for name in EMPTIED:
            database.collection(name).delete_many({})
        database.states.delete_many({"_id": {"$in": ["analysis", "anomaly_model"]}})


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


@pytest.fixture(scope="session")
def new_tracking(quick_folder, tmp_path_factory):
    """Make an MLflow store of its own; a copy, because MLflow takes seconds to create one."""
    template = once_for_all_workers(tmp_path_factory, "mlflow", lambda folder: _tracking(folder).initialise())

    def make(folder=None):
        folder = folder or Path(tempfile.mkdtemp(prefix="mlruns-", dir=quick_folder))
        folder.mkdir(exist_ok=True)
        shutil.copy(template / "mlflow.db", folder)
        made = _tracking(folder)
        made.initialise()
        return made

    return make


def _tracking(folder):
    from src.services.mlflow.tracking import Tracking  # `make test-fast` needs nothing of MLflow

    return Tracking(f"sqlite:///{folder / 'mlflow.db'}", folder)


def once_for_all_workers(tmp_path_factory, name, make):
    """The folder that `make` has filled for whichever worker of the session asked first."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            made = tmp_path_factory.mktemp(name)
            make(made)
            shutil.copytree(made, folder)
    return folder
