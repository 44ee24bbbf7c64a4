"""Confidence intervals of a share."""

from __future__ import annotations

from math import sqrt


def wilson(correct: int, answers: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, 0..1; (0, 1) for no answers. Source: Wilson 1927."""
    if not answers:
        return 0.0, 1.0
    share = correct / answers
    middle = share + z * z / (2 * answers)
    reach = z * sqrt(share * (1 - share) / answers + z * z / (4 * answers * answers))
    scale = 1 + z * z / answers
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
