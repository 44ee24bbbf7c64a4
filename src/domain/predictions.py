"""What was said of a transaction, by whom and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Band(StrEnum):
    """How much a prediction may be trusted."""

    AUTO = "auto"
    SUGGEST = "suggest"
    UNKNOWN = "unknown"


class DecidedBy(StrEnum):
    """Who decided a prediction, in order of precedence."""

    RULE = "rule"
    MEMORY = "memory"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Alternative:
    category: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that spoke for (weight > 0) or against the category."""

    feature: str
    weight: float


@dataclass(frozen=True, slots=True)
class ShadowSaid:
    """What the model in the shadow said of a transaction, beside what the champion's model said of it.

    Both are the models' own best categories, before memory, hints and bands had their say.
    """

    version: str
    category: str
    confidence: float
    champion_category: str


@dataclass(frozen=True, slots=True)
class Prediction:
    category: str | None
    """None where the band is unknown."""
    confidence: float
    band: Band
    decided_by: DecidedBy
    alternatives: tuple[Alternative, ...]
    """Best first, at most five."""
    explanation: tuple[Reason, ...]
    model_version: str | None
    at: datetime
    act: str | None = None
    """What asked for it anew, together with many others; None for a transaction's own prediction."""
    shadow: ShadowSaid | None = None

    @property
    def needs_review(self) -> bool:
        return self.band is not Band.AUTO
