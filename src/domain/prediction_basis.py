"""What a person has decided, as far as predictions depend on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from src.domain.categories import Category


@dataclass(frozen=True, slots=True)
class PredictionBasis:
    own_categories: Sequence[Category] = ()
    merged_categories: Mapping[str, str] = field(default_factory=dict)
    """The slug of each merged one -> the slug of the one it is part of now."""
    merged_merchants: Mapping[str, str] = field(default_factory=dict)
    """The same by the keys of merchants, of those that were asked for."""
    ignored_merchants: Mapping[str, datetime] = field(default_factory=dict)
    """Key -> until when its answers teach nothing."""
    rules_state: str = ""
    """Another one after each change of the rules."""
