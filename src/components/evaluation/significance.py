"""Is a difference, or a share, more than chance, and how many rows and merchants would show it."""

from __future__ import annotations

import math

import numpy as np

from src.domain.verdicts import Difference, Discordance

_Z = 1.96
_DIFFERING_AT_FIRST = 0.4


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


def wilson(correct: int, answers: int, z: float = _Z) -> tuple[float, float]:
    """The 95 % interval of a share, 0..1; (0, 1) for no answers. Source: Wilson 1927."""
    if not answers:
        return 0.0, 1.0
    share = correct / answers
    center = share + z * z / (2 * answers)
    half_width = z * math.sqrt(share * (1 - share) / answers + z * z / (4 * answers * answers))
    scale = 1 + z * z / answers
    return max(0.0, (center - half_width) / scale), min(1.0, (center + half_width) / scale)


def fewest_merchants(fall: float) -> int:
    """The fewest merchants that can rule out a loss of `fall` (0..1), if the predictions of none get worse.

    If they get worse for none of n merchants, they do for a share below 3/n, with 95 % confidence: the "rule
    of three" (Hanley and Lippman-Hand 1983).
    """
    return math.ceil(3 / fall - 1e-9)


def fewest_to_convince(alpha: float = 0.05) -> int:
    """How many merchants must differ, all in one direction, for p = `alpha` in a two-sided sign test."""
    return math.ceil(math.log2(2 / alpha))


def rows_needed(accuracy: Difference, fall: float, rows: int, merchants: int) -> int:
    """Estimate how many rows show either that the challenger loses less than `fall`, or that it is worse.

    Assumes that the difference and the rows per merchant stay the same, and that an interval narrows with the
    square root of the rows. The result is rounded to two significant digits and is more than `rows`.
    """
    low, high = accuracy.ci95
    value = accuracy.value
    not_worse = ((value - low) / (value + fall)) ** 2 if value > -fall else math.inf
    worse = ((high - value) / value) ** 2 if value < 0 else math.inf
    times = min(worse, max(not_worse, fewest_merchants(fall) / merchants))
    return _rounded_up(rows * max(times, 1.1))


def rows_to_convince(rows: int, differing: int) -> int:
    """Estimate on how many rows enough merchants differ, if `differing` of them do on `rows` rows."""
    return _rounded_up(rows * max(fewest_to_convince() / max(differing, 1), 1.1))


def rows_at_first(fall: float) -> int:
    """An upper estimate of the rows that rule out a loss of `fall`, before there are any rows.

    Assumes that two equally good models differ on two of five rows, each of a different merchant, which is
    more than usual.
    """
    return _rounded_up(_Z**2 * _DIFFERING_AT_FIRST / fall**2)


def between(needed: int, rows: int, counted: int) -> tuple[int, int]:
    """A 95 % interval of `needed`, which was estimated from `counted` merchants on `rows` rows.

    needed: proportional to a count of merchants, such as those on which two models differ. The interval is
    that of a Poisson count (Byar's approximation). Its lower end is more than `rows`.
    """
    low, high = _poisson(max(counted, 1))
    scale = needed / max(counted, 1)
    return max(_rounded_up(low * scale), min(needed, _rounded_up(1.1 * rows))), _rounded_up(high * scale)


def _poisson(count: int) -> tuple[float, float]:
    more = count + 1
    low = count * (1 - 1 / (9 * count) - _Z / (3 * math.sqrt(count))) ** 3
    return max(low, 0.0), more * (1 - 1 / (9 * more) + _Z / (3 * math.sqrt(more))) ** 3


def _rounded_up(count: float) -> int:
    unit = int(10 ** max(0, math.floor(math.log10(max(count, 1))) - 1))
    return math.ceil(count / unit - 1e-9) * unit
