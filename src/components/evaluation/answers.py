"""What a fitted pipeline answers for rows: probabilities, and the most probable category."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from src.components.dataset.schema import MODEL_FIELDS
from src.components.evaluation.metrics import top


def probabilities_of(pipeline: Any, rows: pd.DataFrame) -> np.ndarray:
    """Shape (n_rows, n_classes), also for no rows, of which scikit-learn wants to know nothing."""
    if rows.empty:
        return np.empty((0, len(pipeline.classes_)))
    return np.asarray(pipeline.predict_proba(rows[MODEL_FIELDS]))


def answers_of(pipeline: Any, rows: pd.DataFrame) -> np.ndarray:
    """Shape (n_rows,), str: the most probable category of each row."""
    return top(probabilities_of(pipeline, rows), list(pipeline.classes_))
