"""Writes one MLflow run: parameters, metrics, candidates, data, plots and the model."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from src.services.mlflow import plots
from src.services.mlflow.errors import guarded
from src.services.mlflow.model_package import log_model

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class RunLog:
    """One MLflow run that is being written. Every method raises TrackingUnavailable."""

    def __init__(self, mlflow: Any, info: Any, *, when: str) -> None:
        """when: the day and time in the run's name."""
        self._mlflow = mlflow
        self._when = when
        self._experiment = info.experiment_id
        self.run_id: str = info.run_id

    @guarded
    def params(self, params: Mapping[str, object]) -> None:
        self._mlflow.log_params({name: str(value) for name, value in params.items()})

    @guarded
    def metrics(self, metrics: Mapping[str, float]) -> None:
        """Without nan and infinity, which MLflow's own pages cannot show."""
        self._mlflow.log_metrics(
            {name: float(value) for name, value in metrics.items() if np.isfinite(value)}
        )

    @guarded
    def tags(self, tags: Mapping[str, str]) -> None:
        self._mlflow.set_tags(dict(tags))

    @guarded
    def conclude(self, name: str, text: str) -> None:
        """Record the result: the run's name in the list, before the time, and its description (Markdown)."""
        self._mlflow.MlflowClient().update_run(self.run_id, name=f"{name}, {self._when}")
        self._mlflow.set_tag("mlflow.note.content", text)

    @guarded
    def candidate(self, name: str, params: Mapping[str, object], metrics: Mapping[str, float]) -> None:
        """A nested run for one candidate of the search."""
        # Without the experiment a nested run would go to MLflow's default one.
        with self._mlflow.start_run(experiment_id=self._experiment, run_name=name, nested=True):
            self.params(params)
            self.metrics(metrics)

    @guarded
    def data(self, rows: pd.DataFrame, snapshot: bytes, sha256: str) -> None:
        """The training rows as an MLflow dataset (schema and counts), a person's rows as an artefact.

        snapshot: CSV; its text was masked before it was ever stored.
        """
        dataset = self._mlflow.data.from_pandas(
            rows, name="transactions", targets="category", digest=sha256[:16]
        )
        self._mlflow.log_input(dataset, context="training")
        self._mlflow.set_tag("data.sha256", sha256)
        with tempfile.TemporaryDirectory(prefix="ledgerloop-snapshot-") as folder:
            file = Path(folder, "snapshot.csv.gz")
            # No file time in the header: the same rows make the same bytes.
            file.write_bytes(gzip.compress(snapshot, mtime=0))
            self._mlflow.log_artifact(str(file), "data")

    @guarded
    def confusion(self, labels: Sequence[str], counts: np.ndarray, *, of: str) -> None:
        self._figure(plots.confusion(labels, counts, f"Confusion, {of} rows"), f"confusion_{of}.png")

    @guarded
    def reliability(self, bins: Sequence[tuple[float, float, int]], *, of: str) -> None:
        """bins: mean confidence, share right, rows."""
        confidence, accuracy, rows = zip(*bins, strict=True)
        figure = plots.reliability(confidence, accuracy, rows, f"Reliability, {of} rows")
        self._figure(figure, f"reliability_{of}.png")

    def _figure(self, figure: Figure, name: str) -> None:
        self._mlflow.log_figure(figure, f"plots/{name.replace('-', '_')}")

    @guarded
    def document(self, content: Mapping[str, object], name: str) -> None:
        self._mlflow.log_dict(dict(content), name)

    @guarded
    def table(self, rows: Sequence[Mapping[str, object]], name: str) -> None:
        """A table that MLflow's own pages show as one; nothing for no rows. name: ends in `.json`."""
        if rows:
            self._mlflow.log_table({column: [row[column] for row in rows] for column in rows[0]}, name)

    @guarded
    def model(self, pipeline: Any, example: pd.DataFrame, trusted: Sequence[str]) -> str:
        """Log the fitted pipeline; return its address. See `model_package`."""
        return log_model(self._mlflow, pipeline, example, trusted)
