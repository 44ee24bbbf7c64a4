"""The typical amount of a person and of each merchant, and how far an amount is from them.

Learned from the training rows and stored in the model, so that serving needs nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Self

PREFIX = "usual"
"""Every token begins with it: `usual-merchant:-2`, `usual-person:5`."""

_MIN_ROWS = 2
"""Amounts of a merchant needed for a typical one."""
_STEPS_PER_DOUBLING = 2
_FARTHEST = 6
"""In steps: eight times as much, or an eighth. Anything farther counts the same."""


@dataclass(frozen=True)
class TypicalAmounts:
    """Medians of log2 of the amount in dollars; None and {} if nothing is known."""

    of_person: float | None = None
    of_merchants: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def learned(cls, rows: Iterable[tuple[str, float | None]]) -> Self:
        """rows: (merchant or "", amount as of `tokens.log2_amount`)."""
        by_merchant: dict[str, list[float]] = defaultdict(list)
        every: list[float] = []
        for merchant, amount in rows:
            if amount is not None:
                every.append(amount)
                by_merchant[merchant].append(amount)
        known = {
            name: round(median(amounts), 2)
            for name, amounts in sorted(by_merchant.items())
            if name and len(amounts) >= _MIN_ROWS
        }
        return cls(round(median(every), 2) if every else None, known)

    def fields(self, merchant: str, amount: float | None) -> list[str]:
        """Field tokens; none for unknown typical amounts. amount: as of `tokens.log2_amount`."""
        typical = {"person": self.of_person, "merchant": self.of_merchants.get(merchant)}
        steps = {
            name: round((amount - known) * _STEPS_PER_DOUBLING)
            for name, known in typical.items()
            if amount is not None and known is not None
        }
        return [f"{PREFIX}-{name}:{max(-_FARTHEST, min(_FARTHEST, step))}" for name, step in steps.items()]

    def to_text(self) -> str:
        """One string; cleaned merchants contain no tab or line end."""
        person = "" if self.of_person is None else str(self.of_person)
        return "\n".join([person, *(f"{name}\t{amount}" for name, amount in self.of_merchants.items())])

    @classmethod
    def from_text(cls, text: str) -> Self:
        person, *merchants = text.split("\n")
        pairs = (line.split("\t") for line in merchants)
        return cls(float(person) if person else None, {name: float(amount) for name, amount in pairs})
