"""What money is spent on."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What kind of money a category is."""

    ESSENTIAL = "essential"
    DISCRETIONARY = "discretionary"
    SAVING = "saving"
    TRANSFER = "transfer"
    INCOME = "income"


@dataclass(frozen=True, slots=True)
class Category:
    slug: str
    name: str
    group: Group
    color: str
    """`#rrggbb`."""
    description: str = ""
    parent: str | None = None
    """The slug of the category it belongs to, if any."""


def name_key(name: str) -> str:
    """Two names with the same key are the same name to a person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_LONGEST_SLUG = 40


def slug_of(name: str) -> str:
    """A short name in plain letters; where a script has none to offer, one made from a hash."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")[:_LONGEST_SLUG].strip("-")
    return slug or f"category-{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}"
