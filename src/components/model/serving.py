"""A model as it is served, with the thresholds of its bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from src.components.model.named_categories import NamedScorer
from src.components.model.scorer import LinearScorer, MergedScorer
from src.domain.predictions import Band


@dataclass(frozen=True, slots=True)
class Serving:
    """A model ready to serve: the compiled scorer and its thresholds."""

    version: str
    scorer: LinearScorer | MergedScorer | NamedScorer
    auto_at: float
    suggest_at: float
    own_thresholds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """(auto_at, suggest_at) of the categories that have their own."""
    labels: Mapping[str, int] = field(default_factory=dict)
    """By category, the person's labels that it was trained with; empty for models of earlier releases."""

    def band(self, confidence: float, category: str) -> Band:
        auto_at, suggest_at = self.own_thresholds.get(category, (self.auto_at, self.suggest_at))
        if confidence >= auto_at:
            return Band.AUTO
        return Band.SUGGEST if confidence >= suggest_at else Band.UNKNOWN
