"""The shipped lexicon: phrases with categories, and profiles of the categories."""

from __future__ import annotations

from dataclasses import dataclass

from src.domain.transactions import Direction


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    phrase: str
    category: str
    kind: str
    """`merchant` (a name), `brand` (a name, one of very many), `statement` (a bank's whole wording) or `word`
    (what is bought)."""
    type: str = ""
    """Type of merchant within the category, such as `coffee` or `bar` of dining, or ""."""


@dataclass(frozen=True, slots=True)
class CategoryProfile:
    """Typical transactions of a category. Amounts are in dollars or similar."""

    direction: Direction
    low: float
    high: float
    share: float = 1.0
    """Relative frequency among a person's transactions."""
    unlisted: float = 1.0
    """Relative frequency at merchants outside the lexicon."""
    agreement: float = 1.0
    """The share of merchants listed here for which people use this category, 0..1."""
    processors: tuple[tuple[str, float], ...] = ()
    """(prefix before a name, share of the names with it)."""
