"""The starter in a real MLflow store: logged once, and only as the version that serves."""

from datetime import UTC, datetime

import mlflow
import pytest

from src.domain.models import MODEL_NAME, STARTER
from src.pipeline.registry.mlflow_alias import move_aliases
from src.pipeline.registry.starter_log import StarterLog
from src.services.models import bundle as bundles
from src.services.models.repository import Models
from tests.small_model import small_bundle

NOW = datetime(2026, 3, 4, tzinfo=UTC)
ABOUT = "Trained on the shipped lexicon alone."


@pytest.fixture
def store(database):
    made = Models(database)
    made.keep(
        small_bundle(), version="1", run_id=STARTER, mlflow_run_id="", metrics={"accuracy": 0.5}, at=NOW
    )
    made.promote("1", by="shipped", reason="", at=NOW)
    return made


def logging_of(store, registry):
    return StarterLog(store, registry, bundles, lambda: NOW, ABOUT)


def versions():
    return mlflow.MlflowClient().search_model_versions(f"name='{MODEL_NAME}'")


def test_it_is_logged_once_as_the_version_that_serves_and_has_the_alias(store, new_tracking):
    registry = new_tracking()
    logging_of(store, registry).run()
    logging_of(store, registry).run()
    [version] = versions()
    assert (version.version, version.description, version.tags["ledgerloop.run"]) == (1, ABOUT, STARTER)
    assert store.get("1").mlflow_run_id == version.run_id
    run = mlflow.MlflowClient().get_run(version.run_id)
    assert (run.info.run_name, run.info.status) == ("v1 starter, 2026-03-04 00:00", "FINISHED")
    assert run.data.metrics == {"lexicon/accuracy": 0.5}
    move_aliases(store, registry)
    assert registry.alias("champion") == store.champion().alias == "1"


def test_it_is_not_logged_where_mlflow_has_given_its_number_to_another_model(store, new_tracking, tmp_path):
    registry = new_tracking()
    mlflow.MlflowClient().create_model_version(MODEL_NAME, str(tmp_path))
    logging_of(store, registry).run()
    assert len(versions()) == 1
    mlflow.MlflowClient().delete_model_version(MODEL_NAME, "1")  # its number is not given again
    logging_of(store, registry).run()
    assert (versions(), store.get("1").mlflow_run_id) == ([], "")


def test_only_the_champion_is_logged(store, new_tracking):
    store.keep(b"", version="2", run_id="run-2", mlflow_run_id="", metrics={}, at=NOW)
    store.promote("2", by="training", reason="", at=NOW)
    logging_of(store, new_tracking()).run()
    assert versions() == []
