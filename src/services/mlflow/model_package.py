"""The fitted pipeline as an MLflow model that `mlflow models serve` runs from any folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pandas as pd

from src.config import ROOT

_NEEDED_TO_SERVE = ("scikit-learn", "numpy", "scipy", "pandas", "skops")
_SERVED_CODE = ("__init__.py", "domain", "errors.py", "components")
"""The parts of `src` that a fitted pipeline imports; they are copied with it."""


def log_model(mlflow: Any, pipeline: Any, example: pd.DataFrame, trusted: Sequence[str]) -> str:
    """Log `pipeline` into the active run; return its address, `models:/m-...`.

    example: model input rows, logged with the model; its signature is inferred from them.
    trusted: the types skops may load in addition to its defaults.
    """
    signature = mlflow.models.infer_signature(example, pipeline.predict(example))
    with _served_code() as code:
        info = mlflow.sklearn.log_model(
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
