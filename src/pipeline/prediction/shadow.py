"""The predictions of a shadow test, stored with the champion's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from src.components.model.serving import Serving
from src.domain.predictions import Prediction, ShadowPrediction
from src.domain.transactions import Transaction

log = logging.getLogger(__name__)


def add_shadow(
    predictions: list[Prediction],
    transactions: Sequence[Transaction],
    probabilities: np.ndarray,
    serving: Serving,
    shadow: Serving | None,
) -> list[Prediction]:
    """Add to each prediction the best category of the shadow model and of the champion's model alone.

    probabilities: shape (n_transactions, n_classes), of the champion. A shadow that fails changes nothing.
    """
    if shadow is None or shadow.version == serving.version or not predictions:
        return predictions
    own = [serving.scorer.classes[best] for best in probabilities.argmax(axis=1)]
    try:
        classes, rows = shadow.scorer.classes, shadow.scorer.probabilities(transactions)
        return [
            replace(
                prediction,
                shadow=ShadowPrediction(
                    shadow.version, classes[int(row.argmax())], float(row.max()), category
                ),
            )
            for prediction, row, category in zip(predictions, rows, own, strict=True)
        ]
    except Exception as error:
        fields = {"version": shadow.version, "error": type(error).__name__}
        log.warning("shadow did not predict", extra=fields)
        return predictions
