"""The champion with the categories of today; a model keeps those it was trained with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from src.components.model.named_categories import NamedScorer, Shares
from src.components.model.scorer import LinearScorer, MergedScorer
from src.components.model.serving import Serving
from src.domain.categories import Category
from src.domain.prediction_basis import PredictionBasis

_FEWEST_LABELS = 5
"""From which on a model needs the name no longer. With fewer, the lexicon's types seldom have it, so that the
category would be predicted for no other merchant."""


class PresentCategories:
    """Merged categories are summed, and own ones with few labels are predicted from their names too.

    Computed again when the model or the categories have changed.
    """

    def __init__(self) -> None:
        self._last: tuple[Serving, Sequence[Category], Mapping[str, str], Serving] | None = None

    def __call__(self, serving: Serving, basis: PredictionBasis) -> Serving:
        own, merged = basis.own_categories, basis.merged_categories
        last = self._last
        if last is None or last[0] is not serving or last[1:3] != (own, merged):
            self._last = last = (serving, own, merged, with_categories(serving, own, merged))
        return last[3]


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
