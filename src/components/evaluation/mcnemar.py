"""McNemar's exact test: whether one of two models is right more often, by the rows on which only one is."""

from __future__ import annotations


def exact_p(first_only: int, second_only: int) -> float:
    """Two-sided p of so uneven a split if each were as likely; 1 for no rows at all.

    first_only, second_only: rows on which only this one of the two models was right.
    Source: McNemar 1947, with the exact binomial tail.
    """
    rows, fewer = first_only + second_only, min(first_only, second_only)
    ways = tail = 1
    for count in range(1, fewer + 1):
        ways = ways * (rows - count + 1) // count  # rows over count, exact
        tail += ways
    return min(1.0, 2 * tail / 2**rows)
