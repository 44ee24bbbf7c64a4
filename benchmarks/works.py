"""What `make bench` measures, with its goals, and the table of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Goal:
    limit: float
    at_least: bool = False
    of_ratio: bool = False
    """The limit is one of the ratio to the baseline, else of the measured value."""


@dataclass(frozen=True)
class Baseline:
    """The same work without this product, in the same run and unit."""

    name: str
    value: float


@dataclass(frozen=True)
class Work:
    name: str
    value: float
    unit: str
    goal: Goal
    baseline: Baseline | None = None

    @property
    def ratio(self) -> float | None:
        if self.baseline is None:
            return None
        return self.value / self.baseline.value if self.baseline.value else math.inf

    @property
    def met(self) -> bool:
        compared = self.ratio if self.goal.of_ratio else self.value
        assert compared is not None, f"{self.name} has no baseline"
        return compared >= self.goal.limit if self.goal.at_least else compared <= self.goal.limit


def plain(works: Iterable[Work]) -> list[dict[str, Any]]:
    """JSON-able."""
    return [
        {
            "work": work.name,
            "measured": work.value,
            "unit": work.unit,
            "baseline": work.baseline.name if work.baseline else None,
            "of baseline": work.ratio,
            "goal": _goal(work),
            "met": work.met,
        }
        for work in works
    ]


def table(works: Iterable[Work]) -> Iterator[str]:
    """Markdown, aligned so that it is legible in a terminal too."""
    yield from aligned(
        [
            ("work", "measured", "of the baseline", "goal", "met"),
            *(
                (work.name, f"{number(work.value)} {work.unit}", _ratio(work), _goal(work), _met(work))
                for work in works
            ),
        ]
    )


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table; the first row is the heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    yield lines[0]
    yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    yield from lines[1:]


def number(value: float) -> str:
    """With about three digits that count; a whole number is a count."""
    if isinstance(value, int):
        return f"{value:,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _ratio(work: Work) -> str:
    return f"{number(work.ratio)} × {work.baseline.name}" if work.baseline and work.ratio is not None else ""


def _goal(work: Work) -> str:
    bound = "at least" if work.goal.at_least else "at most"
    return f"{bound} {work.goal.limit:,g} {'×' if work.goal.of_ratio else work.unit}"


def _met(work: Work) -> str:
    return "yes" if work.met else "**no**"
