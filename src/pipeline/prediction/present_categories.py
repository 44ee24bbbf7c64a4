"""The champion with the categories of today; a model keeps those it was trained with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from src.components.model.named_categories import NamedScorer, Shares
from src.components.model.scorer import LinearScorer, MergedScorer
from src.components.model.serving import Serving
from src.domain.categories import Category

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Model

_FEWEST_LABELS = 5
"""From which on a model needs the name no longer. With fewer, the lexicon's types seldom have it, so that the
category would be predicted for no other merchant."""

OwnAndMerged = tuple[Sequence[Category], Mapping[str, str]]
"""The person's own categories, and merged category -> the one it is part of now."""


class PresentCategories:
    """Merged categories are summed, and own ones with few labels are predicted from their names too."""

    def __init__(self, model: Model, read: Callable[[], OwnAndMerged]) -> None:
        """read: called for each prediction."""
        self._model = model
        self._read = read
        self._last: tuple[Serving, OwnAndMerged, Serving] | None = None

    def current(self) -> Serving:
        serving, present = self._model.current(), self._read()
        last = self._last
        if last is None or last[0] is not serving or last[1] != present:
            self._last = last = (serving, present, with_categories(serving, *present))
        return last[2]


def with_categories(serving: Serving, own: Sequence[Category], merged: Mapping[str, str]) -> Serving:
    """A model as it was trained, with the categories of today."""
    scorer = serving.scorer
    if isinstance(scorer, LinearScorer) and not merged.keys().isdisjoint(scorer.classes):
        scorer = MergedScorer(scorer, merged)
    if isinstance(scorer, NamedScorer):
        return serving
    few = {slug for slug, labels in serving.labels.items() if labels < _FEWEST_LABELS} - set(merged.values())
    learned = set(scorer.classes) - few
    if {category.slug for category in own} <= learned:
        return replace(serving, scorer=scorer)
    shares = Shares()
    named = NamedScorer(scorer, own, learned, shares)
    # Suggested where the category it takes its share from would have been; never automatic.
    thresholds = (math.inf, serving.suggest_at * shares.type)
    own_thresholds = {category.slug: thresholds for category in named.named}
    return replace(serving, scorer=named, own_thresholds={**serving.own_thresholds, **own_thresholds})
