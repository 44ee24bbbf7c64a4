"""Writes one MLflow run: parameters, metrics, candidates, data, plots and the model."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from src.config import ROOT
from src.services.mlflow import plots
from src.services.mlflow.errors import guarded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NEEDED_TO_SERVE = ("scikit-learn", "numpy", "scipy", "pandas", "skops")
_SERVED_CODE = ("__init__.py", "domain", "errors.py", "components")
"""The parts of `src` that a fitted pipeline imports; they are copied with it."""


class RunWriter:
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
        """Log the fitted pipeline as a model that `mlflow models serve` runs from any folder.

        Returns its address, `models:/m-...`. example: model input rows, logged with the model; its signature
        is inferred from them. trusted: the types skops may load in addition to its defaults.
        """
        signature = self._mlflow.models.infer_signature(example, pipeline.predict(example))
        # A column that is blank in the whole example may be missing from a request.
        types = self._mlflow.types
        columns = [
            types.ColSpec(column.type, column.name, required=bool((example[column.name] != "").any()))
            for column in signature.inputs
        ]
        signature = self._mlflow.models.ModelSignature(types.Schema(columns), signature.outputs)
        with _served_code() as code:
            info = self._mlflow.sklearn.log_model(
                pipeline,
                name="model",
                signature=signature,
                input_example=example,
                serialization_format="skops",
                skops_trusted_types=list(trusted),
                # Given here, because MLflow would otherwise run a process for several seconds to guess them.
                pip_requirements=[f"{name}=={installed(name)}" for name in _NEEDED_TO_SERVE],
                code_paths=[str(code)],
            )
        return str(info.model_uri)


@contextmanager
def _served_code() -> Iterator[Path]:
    """A copy of the parts of `src` that a fitted pipeline needs, also named `src`."""
    with tempfile.TemporaryDirectory(prefix="ledgerloop-code-") as folder:
        target = Path(folder, "src")
        target.mkdir()
        for name in _SERVED_CODE:
            source = ROOT / "src" / name
            if source.is_dir():
                shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target / name)
        yield target
