"""Forecasts by regression: a line with a yearly wave for each series, and trees over all series at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import Ridge

_YEAR = 12
_HALF_LIFE_MONTHS = 12.0
_SEED = 0
_LEAST_PAST = 4
"""Months before the first one that the trees learn from."""
LEAST_EXAMPLES = 120
_LARGEST = 4.0
"""Times the usual, of what the trees learn."""


def linear_regression(history: np.ndarray, horizon: int) -> np.ndarray:
    """Ridge on a trend and, from 18 months on, a yearly wave; newer months weigh more."""
    count = len(history)
    scale = np.abs(history).mean()
    if not scale:
        return np.zeros(horizon)
    month = np.arange(count + horizon)
    angle = 2 * np.pi * month / _YEAR
    wave = [np.sin(angle), np.cos(angle)] if count >= 18 else []
    features = np.column_stack([(month - count) / _YEAR, *wave])
    weights = 0.5 ** ((count - 1 - month[:count]) / _HALF_LIFE_MONTHS)
    model = Ridge(alpha=3.0).fit(features[:count], history / scale, sample_weight=weights)
    return np.asarray(model.predict(features[count:]) * scale)


@dataclass(frozen=True)
class Trees:
    """A random forest or gradient boosting that learns from all series, each in multiples of its usual."""

    model: RandomForestRegressor | GradientBoostingRegressor

    def forecast(self, histories: np.ndarray, horizon: int) -> np.ndarray | None:
        """histories: shape (n_series, n_months). Returns (n_series, horizon); None for too few examples."""
        count = histories.shape[1]
        rows, targets = [], []
        for end in range(_LEAST_PAST, count):
            features, scale = _features(histories[:, :end], min(horizon, count - end))
            actual = histories[:, end : end + horizon] / scale[:, None]
            rows.append(features.reshape(-1, features.shape[-1]))
            targets.append(np.clip(actual, 0, _LARGEST).reshape(-1))
        if sum(map(len, targets)) < LEAST_EXAMPLES:
            return None
        self.model.fit(np.concatenate(rows), np.log1p(np.concatenate(targets)))
        features, scale = _features(histories, horizon)
        predicted: np.ndarray = np.expm1(self.model.predict(features.reshape(-1, features.shape[-1])))
        return np.asarray(predicted.reshape(len(histories), horizon) * scale[:, None])


def random_forest() -> Trees:
    return Trees(
        RandomForestRegressor(40, min_samples_leaf=8, max_features=0.5, max_samples=0.5, random_state=_SEED)
    )


def gradient_boosting() -> Trees:
    return Trees(
        GradientBoostingRegressor(
            loss="absolute_error",
            n_estimators=50,
            learning_rate=0.08,
            max_depth=3,
            min_samples_leaf=12,
            subsample=0.5,
            random_state=_SEED,
        )
    )


def _features(past: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Shape (n_series, horizon, n_features), and the usual amount of each series."""
    count = past.shape[1]
    year = past[:, -_YEAR:]
    scale = np.abs(year).mean(axis=1)
    scale[scale == 0] = 1.0
    lags = [past[:, -lag] for lag in (1, 2, 3)]
    means = [past[:, -months:].mean(axis=1) for months in (3, 6)]
    own = np.column_stack([*lags, *means, np.median(year, axis=1), year.std(axis=1)]) / scale[:, None]
    own = np.column_stack([own, (year == 0).mean(axis=1)])
    blocks = []
    for step in range(horizon):
        lag = count - _YEAR + step
        last_year = past[:, lag] / scale if 0 <= lag < count else np.ones(len(past))
        angle = 2 * np.pi * (count + step) / _YEAR
        wave = np.tile([step, np.sin(angle), np.cos(angle)], (len(past), 1))
        blocks.append(np.column_stack([own, last_year, wave]))
    return np.stack(blocks, axis=1), scale
