"""Logs a training of the forecasts to MLflow: errors of the methods, chosen methods, coverage; no texts."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from src.domain.forecasts import Forecast, Kind, Method
from src.errors import Unavailable

if TYPE_CHECKING:
    from src.services.mlflow.side_experiment import SideExperiment

log = logging.getLogger(__name__)

ABOUT = (
    "One run for each training and currency: how wrong each method's forecasts of past months were (MASE), "
    "which methods were chosen, and how many past months were within their intervals."
)


def log_forecast(experiment: SideExperiment, forecast: Forecast, errors: Mapping[Method, float]) -> None:
    """errors: MASE of each method. Without MLflow the forecasts are stored all the same."""
    chosen = Counter(series.method for series in forecast.series)
    params = {
        "currency": forecast.currency,
        "months": len(forecast.past_months),
        "series": len(forecast.series),
        "judged": forecast.judged,
    }
    metrics = {f"mase/{method}": error for method, error in errors.items()}
    metrics |= {f"chosen/{method}": float(count) for method, count in chosen.items()}
    if forecast.coverage is not None:
        metrics["coverage"] = forecast.coverage
    for series in forecast.series:
        if series.subject.kind is not Kind.CATEGORY and series.error_share is not None:
            metrics[f"error_share/{series.subject.kind}"] = series.error_share
    finite = {name: value for name, value in metrics.items() if np.isfinite(value)}
    try:
        experiment.log(f"forecast {forecast.currency}", params=params, metrics=finite)
    except Unavailable as error:
        log.warning("forecasts continue without MLflow", extra={"error": str(error)})
