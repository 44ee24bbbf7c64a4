"""Numbers as sentences show them."""

from __future__ import annotations


def count(number: int) -> str:
    """`33,578`."""
    return f"{number:,}"


def counted(number: int, singular: str) -> str:
    """`1 row`, `33,578 rows`."""
    return f"{count(number)} {singular}" if number == 1 else f"{count(number)} {singular}s"


def percent(share: float, places: int = 0) -> str:
    """`69.5 %` of 0.695."""
    return f"{100 * share:.{places}f} %"


def points(share: float) -> str:
    """`2 points` of 0.02: the difference of two shares."""
    return f"{100 * share:.3g} points" if round(100 * share, 2) != 1 else "1 point"
