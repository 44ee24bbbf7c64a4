"""Group and colour for a category that a file brings: those of the known category it is most like."""

from __future__ import annotations

import colorsys
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from src.domain.categories import Category, Group

Shares = Mapping[str, float]
"""Category -> probability; what is missing of 1 belongs to categories that are not listed."""

_NEUTRAL = "#7a8b99"
_ROWS_WEIGH_HALF = 3
"""So many rows weigh as much as the name."""
_LEAST = 0.3


def suggested(
    slug: str, name: str, name_shares: Shares, rows: Sequence[Shares], known: Sequence[Category]
) -> Category:
    """A new category called `name`.

    name_shares: what the model makes of the name, as if it were the text of a transaction.
    rows: what it makes of each transaction that has the category in the file.
    """
    votes: dict[str, float] = defaultdict(float)
    weight = len(rows) / _ROWS_WEIGH_HALF
    for category, share in name_shares.items():
        votes[category] += share / (1 + weight)
    for shares in rows:
        for category, share in shares.items():
            votes[category] += share * weight / (1 + weight) / len(rows)
    by_slug = {category.slug: category for category in known}
    groups: dict[Group, float] = defaultdict(float)
    for category, vote in votes.items():
        if category in by_slug:
            groups[by_slug[category].group] += vote
    best = max(groups, key=lambda group: groups[group], default=None)
    if best is None or groups[best] < _LEAST:
        return Category(slug, name, Group.DISCRETIONARY, _NEUTRAL)
    alike = max((one for one in known if one.group is best), key=lambda one: votes[one.slug])
    return Category(slug, name, best, _beside(alike.color, name))


def _beside(color: str, name: str) -> str:
    """A colour of nearly the same hue, so that two categories alike another one can be told apart."""
    red, green, blue = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    draw = zlib.crc32(name.encode("utf-8", "replace"))
    hue = (hue + (draw % 41 - 20) / 360) % 1
    lightness = min(max(lightness + (draw // 41 % 21 - 10) / 100, 0.35), 0.62)
    return "#" + "".join(
        f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation)
    )
