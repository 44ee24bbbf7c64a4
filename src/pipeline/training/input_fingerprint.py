"""What a run is made of, and whether that is anything new since the newest run that succeeded."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

import pandas as pd

from src.components.dataset.schema import ROW_COLUMNS
from src.domain.training_runs import Trigger
from src.pipeline.training.mlflow_log import settings_of
from src.pipeline.training.ports import Claimed
from src.pipeline.training.stages import Prepared


class Standing(Protocol):
    """Names what there is to learn from, without reading it."""

    @property
    def code(self) -> str: ...
    def sha256(self) -> str: ...


def made_of(data: Prepared, steps: Any, code: str) -> dict[str, str]:
    """Hashes of the data as it was given, of the rows that train and judge, of the settings and the code.

    Runs of equal hashes come to the same model.
    """
    settings = json.dumps(settings_of(steps), sort_keys=True, default=str)
    return {
        "data": data.snapshot.sha256,
        "rows": _sha256_of(data),
        "settings": hashlib.sha256(settings.encode()).hexdigest(),
        "code": code,
    }


def is_idle(claimed: Claimed, made: dict[str, str], *, has_champion: bool) -> bool:
    """Whether this run of a slot would only repeat the newest one. What a person or drift asks for is run."""
    due = claimed.run.trigger is Trigger.SCHEDULE
    return due and has_champion and bool(made["code"]) and claimed.last_inputs() == made


def _sha256_of(data: Prepared) -> str:
    digest = hashlib.sha256(
        pd.util.hash_pandas_object(data.rows[ROW_COLUMNS], index=False).to_numpy().tobytes()
    )
    for part in (data.split.training, data.split.judging):
        digest.update(part.tobytes())
    return digest.hexdigest()
