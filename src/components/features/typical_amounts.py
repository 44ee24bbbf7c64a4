"""What a person usually spends, in all and at each merchant, and how far an amount is from it.

Learned from the rows a model is trained on and kept with it, so that serving needs nothing more.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Self

PREFIX = "usual"
"""Every token begins with it: `usual-merchant:-2`, `usual-person:5`."""

_LEAST_ROWS = 2
"""Amounts of a merchant that make a habit."""
_STEPS_PER_DOUBLING = 2
_FARTHEST = 6
"""Steps: eight times as much, or an eighth; what is farther is alike."""


@dataclass(frozen=True)
class TypicalAmounts:
    """Medians of the logarithm to base 2 of the worth in dollars; None and {} where nothing is known."""

    of_person: float | None = None
    of_merchants: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def learned(cls, rows: Iterable[tuple[str, float | None]]) -> Self:
        """rows: the merchant, "" where none is named, and what was paid, as of `worth_of`."""
        by_merchant: dict[str, list[float]] = defaultdict(list)
        every: list[float] = []
        for merchant, worth in rows:
            if worth is not None:
                every.append(worth)
                by_merchant[merchant].append(worth)
        known = {
            name: round(median(found), 2)
            for name, found in sorted(by_merchant.items())
            if name and len(found) >= _LEAST_ROWS
        }
        return cls(round(median(every), 2) if every else None, known)

    def fields(self, merchant: str, worth: float | None) -> list[str]:
        """Tokens for the model; none for what is not known."""
        usual = {"person": self.of_person, "merchant": self.of_merchants.get(merchant)}
        return [
            f"{PREFIX}-{name}:{_steps(worth - found)}"
            for name, found in usual.items()
            if worth is not None and found is not None
        ]

    def to_text(self) -> str:
        """One string; a merchant has no tab and no line's end, as its text was cleaned."""
        person = "" if self.of_person is None else str(self.of_person)
        return "\n".join([person, *(f"{name}\t{found}" for name, found in self.of_merchants.items())])

    @classmethod
    def from_text(cls, text: str) -> Self:
        person, *merchants = text.split("\n")
        found = (line.split("\t") for line in merchants)
        return cls(float(person) if person else None, {name: float(value) for name, value in found})


def log2_dollars(size: float | None, units_per_dollar: float) -> float | None:
    """The logarithm to base 2 of an amount's worth in dollars; None for none and for 0."""
    return math.log2(size / units_per_dollar) if size else None


def _steps(ratio: float) -> int:
    return max(-_FARTHEST, min(_FARTHEST, round(ratio * _STEPS_PER_DOUBLING)))
