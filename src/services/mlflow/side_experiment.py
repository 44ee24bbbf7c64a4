"""An MLflow experiment of its own for what learns apart from the categorizer: one run for each training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from src.services.mlflow.errors import guarded
from src.services.mlflow.provenance import provenance
from src.services.mlflow.tracking import OTHER_EXPERIMENTS, Tracking

_KEPT_RUNS = 100


class SideExperiment:
    """Its name begins with OTHER_EXPERIMENTS, so that erasing everything finds it."""

    def __init__(self, tracking: Tracking, subject: str, about: str) -> None:
        """subject: the end of the name. about: what its runs are, shown by MLflow."""
        self.name = f"{OTHER_EXPERIMENTS}{subject}"
        self._tracking = tracking
        self._about = about

    @guarded
    def log(
        self,
        run_name: str,
        *,
        params: Mapping[str, object],
        metrics: Mapping[str, float],
        tags: Mapping[str, str] | None = None,
        note: str = "",
        tables: Mapping[str, Mapping[str, list[Any]]] | None = None,
    ) -> str:
        """Write a whole run; returns its id. Raises TrackingUnavailable.

        note: Markdown. tables: columns by name, by the name of a file that ends in `.json`.
        """
        client, experiment = self._tracking.client, self._tracking.experiment_named(self.name, self._about)
        all_tags = {**provenance(), **(tags or {}), "mlflow.note.content": note}
        run = client.create_run(experiment, run_name=run_name, tags=all_tags)
        run_id = str(run.info.run_id)
        for name, value in params.items():
            client.log_param(run_id, name, str(value))
        for name, number in metrics.items():
            client.log_metric(run_id, name, float(number))
        for file, columns in (tables or {}).items():
            client.log_table(run_id, dict(columns), file)
        client.set_terminated(run_id)
        self._drop_old(client, experiment)
        return run_id

    def _drop_old(self, client: Any, experiment: str) -> None:
        runs = client.search_runs([experiment], order_by=["attributes.start_time DESC"], max_results=1000)
        for run in runs[_KEPT_RUNS:]:
            client.delete_run(run.info.run_id)
