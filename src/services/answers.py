"""Counts of right and wrong predictions, with the interval that so few answers allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Any


def wilson(correct: int, answers: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, 0..1; (0, 1) for no answers. Source: Wilson 1927."""
    if not answers:
        return 0.0, 1.0
    share = correct / answers
    middle = share + z * z / (2 * answers)
    reach = z * sqrt(share * (1 - share) / answers + z * z / (4 * answers * answers))
    scale = 1 + z * z / answers
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


@dataclass(frozen=True, slots=True)
class Answers:
    """How many answers of one week, category and model version, and how many agreed with the prediction."""

    week: str | None
    category: str | None
    version: str | None
    answers: int
    correct: int

    @staticmethod
    def together(parts: Iterable[Answers]) -> dict[str, Any]:
        """`answers`, `correct`, `accuracy` (None for no answers) and its `ci95`."""
        listed = list(parts)
        answers, correct = sum(each.answers for each in listed), sum(each.correct for each in listed)
        return {
            "answers": answers,
            "correct": correct,
            "accuracy": correct / answers if answers else None,
            "ci95": list(wilson(correct, answers)),
        }

    @staticmethod
    def grouped(parts: Iterable[Answers], by: str) -> list[dict[str, Any]]:
        found: dict[str | None, list[Answers]] = defaultdict(list)
        for each in parts:
            found[getattr(each, by)].append(each)
        return [
            {by: key, **Answers.together(found[key])} for key in sorted(found, key=lambda key: str(key or ""))
        ]
