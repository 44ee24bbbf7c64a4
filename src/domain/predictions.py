"""A prediction: category, confidence, who decided and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Band(StrEnum):
    """Categorized automatically, suggested for review, or too uncertain to show."""

    AUTO = "auto"
    SUGGEST = "suggest"
    UNKNOWN = "unknown"


class DecidedBy(StrEnum):
    """In order of precedence."""

    RULE = "rule"
    MEMORY = "memory"
    MODEL = "model"


class Alternative(NamedTuple):  # ten of these and of reasons for each prediction: half the time
    category: str
    probability: float


class Reason(NamedTuple):
    """A feature's contribution for (weight > 0) or against the category."""

    feature: str
    """A word of the text or a code (`web.shared.labels.reason_text`); from earlier versions, a text."""
    weight: float


@dataclass(frozen=True, slots=True)
class ShadowPrediction:
    """The shadow model's best category and the champion's, both before memory, hints and bands apply."""

    version: str
    category: str
    confidence: float
    champion_category: str


@dataclass(frozen=True, slots=True)
class Prediction:
    category: str | None
    """None if the band is unknown."""
    confidence: float
    band: Band
    decided_by: DecidedBy
    alternatives: tuple[Alternative, ...]
    """Best first, at most five."""
    explanation: tuple[Reason, ...]
    model_version: str | None
    at: datetime
    act: str | None = None
    """The act that predicted many transactions again; None for a transaction's first prediction."""
    shadow: ShadowPrediction | None = None
    rule: str | None = None
    """The id of the rule that decided."""

    @property
    def needs_review(self) -> bool:
        return self.band is not Band.AUTO
