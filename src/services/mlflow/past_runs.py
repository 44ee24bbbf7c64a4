"""Finished MLflow runs: their inputs and results."""

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

_SNAPSHOT, _SETTINGS, _UNFINISHED = "data/snapshot.csv.gz", "settings.json", "candidates_left_out.json"


@dataclass(frozen=True)
class PastRun:
    started_at: datetime
    tags: dict[str, str]
    params: dict[str, str]
    metrics: dict[str, float]
    candidates: dict[str, dict[str, float]]
    """The metrics of each candidate of the search, by its name."""
    snapshot: bytes
    """CSV."""
    settings: dict[str, Any]
    """Empty for a run of an older version, which stored them elsewhere."""
    left_out: dict[str, str]
    """Candidate that was not evaluated to the end -> why."""


class PastRuns:
    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking

    @guarded
    def get(self, mlflow_run_id: str) -> PastRun:
        """Raises NotFound without such a run or its snapshot, Unavailable."""
        client = self._tracking.client
        run = self._run(mlflow_run_id)
        files = {
            file.path for folder in ("", "data") for file in client.list_artifacts(mlflow_run_id, folder)
        }
        if _SNAPSHOT not in files:
            raise NotFound("MLflow has no data of this run: it ended too early, or was deleted.")

        def read(path: str) -> bytes:
            with tempfile.TemporaryDirectory(prefix="ledgerloop-run-") as folder:
                return Path(client.download_artifacts(mlflow_run_id, path, folder)).read_bytes()

        return PastRun(
            started_at=datetime.fromtimestamp(run.info.start_time / 1000, UTC),
            tags=dict(run.data.tags),
            params=dict(run.data.params),
            metrics=dict(run.data.metrics),
            candidates=self._candidates(run),
            snapshot=gzip.decompress(read(_SNAPSHOT)),
            settings=json.loads(read(_SETTINGS)) if _SETTINGS in files else {},
            left_out=json.loads(read(_UNFINISHED)) if _UNFINISHED in files else {},
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
        return {str(candidate.info.run_name): dict(candidate.data.metrics) for candidate in nested}
