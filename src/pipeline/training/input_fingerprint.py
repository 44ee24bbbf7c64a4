"""Fingerprints of a run's inputs, and whether they differ from the newest successful run's."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pandas as pd

from src.components.dataset.schema import ROW_COLUMNS
from src.domain.training_runs import Trigger
from src.pipeline.training.mlflow_log import settings_of
from src.pipeline.training.ports import ActiveRun
from src.pipeline.training.stages import PreparedData


def fingerprint_inputs(data: PreparedData, steps: Any, code: str) -> dict[str, str]:
    """Hashes of the data, of the training and judging rows, of the settings and of the code.

    Runs with equal hashes make the same model.
    """
    settings = json.dumps(settings_of(steps), sort_keys=True, default=str)
    return {
        "data": data.snapshot.sha256,
        "rows": _sha256_of(data),
        "settings": hashlib.sha256(settings.encode()).hexdigest(),
        "code": code,
    }


def is_idle(claimed: ActiveRun, inputs: dict[str, str], *, has_champion: bool) -> bool:
    """Whether a scheduled run would only repeat the newest one; other runs are never idle."""
    scheduled = claimed.run.trigger is Trigger.SCHEDULE
    return scheduled and has_champion and bool(inputs["code"]) and claimed.last_inputs() == inputs


def _sha256_of(data: PreparedData) -> str:
    digest = hashlib.sha256(
        pd.util.hash_pandas_object(data.rows[ROW_COLUMNS], index=False).to_numpy().tobytes()
    )
    for part in (data.split.training, data.split.judging):
        digest.update(part.tobytes())
    return digest.hexdigest()
