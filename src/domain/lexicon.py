"""What the project knows of the world before its owner says a word."""

from __future__ import annotations

from dataclasses import dataclass

from src.domain.transactions import Direction


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """A phrase the project knows the category of."""

    phrase: str
    category: str
    kind: str
    """`merchant` (a name), `brand` (a name, one of very many), `statement` (a bank's whole wording) or `word`
    (what is bought)."""
    type: str = ""
    """What kind of merchant of the category it is, as `coffee` or `bar` of dining; "" where nobody said."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a category's transactions usually look. Amounts in the money of no country in particular."""

    direction: Direction
    low: float
    high: float
    share: float = 1.0
    """How many of a person's transactions are of this category, compared with other categories."""
    unlisted: float = 1.0
    """The same of those at merchants that no list of names holds."""
    agreement: float = 1.0
    """For which share of what the lexicon lists here people name this category, 0..1."""
    processors: tuple[tuple[str, float], ...] = ()
    """(what stands before a name, for which share of the names it does)."""
