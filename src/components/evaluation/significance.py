"""Is a difference, or a share, more than chance: McNemar's exact test, and Wilson's interval."""

from __future__ import annotations

from math import sqrt

import numpy as np

from src.domain.verdicts import Discordance


def mcnemar_p(first_only: int, second_only: int) -> float:
    """Two-sided p of McNemar's exact test; 1 for no rows.

    first_only, second_only: rows on which only this one of the two models was right.
    Source: McNemar 1947, with the exact binomial tail.
    """
    # scipy.stats.binomtest gives the same number, but takes 2 s and 50 MB to import in each web worker.
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(first_only, second_only), first_only + second_only, 0.5)))


def discordance(champion_right: np.ndarray, challenger_right: np.ndarray) -> Discordance:
    """Both: bool, shape (n_rows,)."""
    won = int((challenger_right & ~champion_right).sum())
    lost = int((champion_right & ~challenger_right).sum())
    return Discordance(won + lost, won, mcnemar_p(lost, won))


def differing_merchants(
    champion_right: np.ndarray, challenger_right: np.ndarray, merchants: np.ndarray
) -> int:
    """At how many merchants one model is right on more rows than the other."""
    merchant = np.unique(merchants.astype(str), return_inverse=True)[1]
    gained = np.bincount(merchant, challenger_right.astype(float) - champion_right)
    return int((gained != 0).sum())


def wilson(correct: int, answers: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, 0..1; (0, 1) for no answers. Source: Wilson 1927."""
    if not answers:
        return 0.0, 1.0
    share = correct / answers
    center = share + z * z / (2 * answers)
    half_width = z * sqrt(share * (1 - share) / answers + z * z / (4 * answers * answers))
    scale = 1 + z * z / answers
    return max(0.0, (center - half_width) / scale), min(1.0, (center + half_width) / scale)
