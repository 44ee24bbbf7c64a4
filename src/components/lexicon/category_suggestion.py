"""Group and colour for a new category of a file, from the most similar known category."""

from __future__ import annotations

import colorsys
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from src.domain.categories import Category, Group

Shares = Mapping[str, float]
"""Category -> probability; the rest to 1 belongs to unlisted categories."""

_NEUTRAL = "#7a8b99"
_ROWS_PER_NAME = 3
"""Rows that weigh as much as the name."""
_MIN_VOTE = 0.3


def suggested(
    slug: str, name: str, name_shares: Shares, rows: Sequence[Shares], known: Sequence[Category]
) -> Category:
    """A new category called `name`.

    name_shares: the model's prediction for the name as the text of a transaction. rows: its predictions for
    the transactions with this category in the file.
    """
    votes: dict[str, float] = defaultdict(float)
    weight = len(rows) / _ROWS_PER_NAME
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
    if best is None or groups[best] < _MIN_VOTE:
        return Category(slug, name, Group.DISCRETIONARY, _NEUTRAL)
    of_group = [category for category in known if category.group is best]
    similar = max(of_group, key=lambda category: votes[category.slug])
    return Category(slug, name, best, _similar_color(similar.color, name))


def _similar_color(color: str, name: str) -> str:
    """A colour of nearly the same hue, so that categories derived from one remain distinguishable."""
    red, green, blue = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    code = zlib.crc32(name.encode("utf-8", "replace"))
    hue = (hue + (code % 41 - 20) / 360) % 1
    lightness = min(max(lightness + (code // 41 % 21 - 10) / 100, 0.35), 0.62)
    return "#" + "".join(
        f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation)
    )
