"""How many rows, and merchants, it takes to tell two models apart."""

from __future__ import annotations

import math

from src.domain.verdicts import Difference


def fewest_merchants(fall: float) -> int:
    """Below so many merchants not even a comparison in which none fell rules out `fall` (0..1).

    Where none of n fell, with 95 % certainty fewer than 3 in n do: the "rule of three"
    (Hanley and Lippman-Hand 1983).
    """
    return math.ceil(3 / fall - 1e-9)


def fewest_to_convince(doubt: float = 0.05) -> int:
    """So many merchants must differ, all one way, for a two-sided sign test to reach `doubt`."""
    return math.ceil(math.log2(2 / doubt))


def rows_needed(accuracy: Difference, fall: float, rows: int, merchants: int) -> int:
    """About how many rows would tell, if the difference and the rows a merchant has stay as they are.

    Told is either that the challenger loses less than `fall`, or that it is worse. An interval narrows with
    the square root of the rows. The answer has two digits that count, and is more than `rows`.
    """
    low, high = accuracy.ci95
    value = accuracy.value
    not_worse = ((value - low) / (value + fall)) ** 2 if value > -fall else math.inf
    worse = ((high - value) / value) ** 2 if value < 0 else math.inf
    times = min(worse, max(not_worse, fewest_merchants(fall) / merchants))
    return _rounded_up(rows * max(times, 1.1))


def rows_to_convince(rows: int, differing: int) -> int:
    """About how many rows let enough merchants differ, where `differing` of them do on `rows` rows."""
    return _rounded_up(rows * max(fewest_to_convince() / max(differing, 1), 1.1))


def _rounded_up(count: float) -> int:
    unit = 10 ** max(0, math.floor(math.log10(count)) - 1)
    return math.ceil(count / unit - 1e-9) * unit
