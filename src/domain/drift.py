"""Whether transactions of late are like those before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DriftMeasure(StrEnum):
    MERCHANTS = "merchants"
    AMOUNTS = "amounts"
    CATEGORIES = "categories"
    ACCURACY = "accuracy"


class DriftVerdict(StrEnum):
    STEADY = "steady"
    SHIFTED = "shifted"
    TOO_FEW = "too-few"


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A stored transaction as the look for drift sees it."""

    merchant: str
    amount: float
    currency: str
    category: str | None
    """What was predicted first; None for "not sure"."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time as the look for drift sees it."""

    rows: tuple[Glimpse, ...]
    """Oldest first."""
    before: tuple[str, ...]
    """The merchants of the rows right before those, oldest first."""
    answers: int
    right: int
    """How many of the answers agreed with the prediction."""


@dataclass(frozen=True, slots=True)
class DriftSign:
    """What the look for drift found by one measure."""

    measure: DriftMeasure
    verdict: DriftVerdict
    told: str
    """The verdict in words, with n."""
    rows_then: int
    rows_now: int
    least_effect: float
    """Below it a difference does not matter, however sure."""
    effect: float | None = None
    """A stability index, or a difference of shares; None for too few rows."""
    p: float | None = None
    then: float | None = None
    """A share, or the median amount; of `of`, where something is named there."""
    now: float | None = None
    of: str = ""
    """The category that moved most ("" for "not sure"), or the currency."""
