"""The champion as it serves after categories were merged: a model keeps the names it was trained with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from src.components.model.merged_scorer import MergedScorer
from src.components.model.scorer import LinearScorer
from src.pipeline.prediction.predict import Model, Serving


class MergedModel:
    def __init__(self, model: Model, merged: Callable[[], Mapping[str, str]]) -> None:
        """merged: a category that is gone -> the one it was merged into; asked for each time."""
        self._model = model
        self._merged = merged
        self._last: tuple[Serving, Mapping[str, str], Serving] | None = None

    def current(self) -> Serving:
        """Raises Unavailable without a model."""
        serving, merged = self._model.current(), self._merged()
        scorer = serving.scorer
        if not isinstance(scorer, LinearScorer) or merged.keys().isdisjoint(scorer.classes):
            return serving
        last = self._last
        if last is None or last[0] is not serving or last[1] != merged:
            self._last = last = (serving, merged, replace(serving, scorer=MergedScorer(scorer, merged)))
        return last[2]
