"""The scheduler's subprocess that synchronizes the alias, as a real process."""

import os
import subprocess
from datetime import UTC, datetime

import mlflow

from src.config import ROOT
from src.domain.models import MODEL_NAME
from src.services.models.repository import Models
from tests.launch.running_site import PATIENCE_S, PYTHON
from tests.small_model import small_bundle


def test_the_subprocess_promotes_what_a_person_moved_the_alias_to(
    database, database_name, mongo_uri, tmp_path, new_tracking
):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    registry, store, file = new_tracking(tmp_path), Models(database), small_bundle()
    for version in ("1", "2"):
        mlflow.MlflowClient().create_model_version(MODEL_NAME, str(tmp_path))
        store.keep(
            file, version=version, run_id=f"run-{version}", mlflow_run_id="", metrics={}, at=datetime.now(UTC)
        )
    store.promote("1", by="training", reason="a test", at=datetime.now(UTC))
    settings = {
        "MONGO_URI": mongo_uri,
        "MONGO_DB_NAME": database_name,
        "MLFLOW_TRACKING_URI": uri,
        "DATA_DIR": str(tmp_path),
    }
    for expected in ("1", "2"):
        follow = [PYTHON, "-m", "src", "sync-alias"]
        subprocess.run(follow, cwd=ROOT, env=os.environ | settings, check=True, timeout=PATIENCE_S)
        assert store.champion().version == store.champion().alias == registry.alias("champion") == expected
        registry.set_alias("champion", "2")
