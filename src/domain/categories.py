"""Categories and their groups."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
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
    """The slug of the parent category."""


def name_key(name: str) -> str:
    """Names that differ only in case, spaces or Unicode form share a key."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_LONGEST_SLUG = 40


def slug_of(name: str) -> str:
    """A short name in ASCII; a hash if no letter of the name has an ASCII form."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")[:_LONGEST_SLUG].strip("-")
    return slug or f"category-{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}"
