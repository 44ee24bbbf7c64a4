"""MLflow runs that have ended, read back: what they were made from, and what came out."""

from __future__ import annotations

import gzip
import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from src.errors import NotFound
from src.services.mlflow.errors import guarded
from src.services.mlflow.tracking import Tracking

_SNAPSHOT, _SETTINGS, _LEFT_OUT = "data/snapshot.csv.gz", "settings.json", "candidates_left_out.json"


@dataclass(frozen=True)
class PastRun:
    id: str
    """Of MLflow."""
    name: str
    started_at: datetime
    tags: dict[str, str]
    params: dict[str, str]
    metrics: dict[str, float]
    candidates: dict[str, dict[str, float]]
    """The metrics of each candidate of the search, by its name."""
    snapshot: bytes
    """CSV."""
    settings: dict[str, Any]
    """Empty for a run of an older version, which noted them elsewhere."""
    left_out: dict[str, str]
    """By candidate that was not seen through, why."""


class PastRuns:
    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking

    @guarded
    def get(self, mlflow_run_id: str) -> PastRun:
        """Raises NotFound where there is no such run, or no snapshot of it; Unavailable."""
        client = self._tracking.client
        found = self._run(mlflow_run_id)
        files = {one.path for folder in ("", "data") for one in client.list_artifacts(mlflow_run_id, folder)}
        if _SNAPSHOT not in files:
            raise NotFound("This run kept no data: it ended before, or was cleared away.")

        def read(path: str) -> bytes:
            with tempfile.TemporaryDirectory(prefix="ledgerloop-run-") as folder:
                return Path(client.download_artifacts(mlflow_run_id, path, folder)).read_bytes()

        return PastRun(
            id=mlflow_run_id,
            name=str(found.info.run_name),
            started_at=datetime.fromtimestamp(found.info.start_time / 1000, UTC),
            tags=dict(found.data.tags),
            params=dict(found.data.params),
            metrics=dict(found.data.metrics),
            candidates=self._candidates(found),
            snapshot=gzip.decompress(read(_SNAPSHOT)),
            settings=json.loads(read(_SETTINGS)) if _SETTINGS in files else {},
            left_out=json.loads(read(_LEFT_OUT)) if _LEFT_OUT in files else {},
        )

    def _run(self, mlflow_run_id: str) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            return self._tracking.client.get_run(mlflow_run_id)
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                raise NotFound("There is no run with this id.") from None
            raise

    def _candidates(self, run: Any) -> dict[str, dict[str, float]]:
        nested = self._tracking.client.search_runs(
            [run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run.info.run_id}'"
        )
        return {str(one.info.run_name): dict(one.data.metrics) for one in nested}
