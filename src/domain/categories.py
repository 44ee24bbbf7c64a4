"""Categories: their groups, whether an amount in them is spending or income, and the shipped lexicon."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from src.domain.transactions import Direction


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


def category_of(values: Mapping[str, Any]) -> Category:
    """The category with these fields, as they are stored; others are ignored."""
    names = ("slug", "name", "color", "description", "parent")
    return Category(group=Group(values["group"]), **{name: values[name] for name in names if name in values})


def name_key(name: str) -> str:
    """Names that differ only in case, spaces or Unicode form share a key."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_LONGEST_SLUG = 40
NO_CATEGORY = "none"
"""In addresses: uncategorized, so no slug."""


def slug_of(name: str) -> str:
    """A short name in ASCII; a hash if no letter of the name has an ASCII form."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")[:_LONGEST_SLUG].strip("-")
    return (
        slug
        if slug not in ("", NO_CATEGORY)
        else f"category-{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}"
    )


class Flow(StrEnum):
    """Whether an amount is spending, income, saving or a transfer."""

    SPENT = "spent"
    EARNED = "earned"
    SAVED = "saved"
    TRANSFERRED = "transferred"


_FLOW_OF_GROUP = {
    Group.ESSENTIAL: Flow.SPENT,
    Group.DISCRETIONARY: Flow.SPENT,
    Group.INCOME: Flow.EARNED,
    Group.SAVING: Flow.SAVED,
    Group.TRANSFER: Flow.TRANSFERRED,
}
_FLOW_OF_DIRECTION = {
    Direction.EXPENSE: Flow.SPENT,
    Direction.INCOME: Flow.EARNED,
    Direction.TRANSFER: Flow.TRANSFERRED,
}
_REVERSED_BY = {
    Flow.SPENT: Direction.INCOME,  # a refund
    Flow.EARNED: Direction.EXPENSE,  # a salary paid back
    Flow.SAVED: Direction.INCOME,  # a withdrawal from savings
}


def flow_of(
    group: Group | None, direction: Direction, *, paired: bool = False, refund: bool = False
) -> tuple[Flow, int]:
    """The flow of a transaction, and the sign (+1 or -1) of its amount in it: the only rule for every sum.

    group: of its category; without a category (None) the direction decides. A transfer by direction is a
    transfer, except in a savings category.
    paired: it is one end of an own transfer; then nothing else counts. refund: it is linked to its purchase,
    and `group` is that of the purchase's category.
    """
    if paired:
        return Flow.TRANSFERRED, 1
    if refund and group is None:
        return Flow.SPENT, -1
    flow = _FLOW_OF_DIRECTION[direction] if group is None else _FLOW_OF_GROUP[group]
    if direction is Direction.TRANSFER and flow is not Flow.SAVED:
        flow = Flow.TRANSFERRED
    return flow, -1 if _REVERSED_BY.get(flow) is direction else 1


def group_that_counts(group: Group | None, direction: Direction, *, needs_review: bool) -> Group | None:
    """None if the category is only suggested and contradicts the direction: income in a spending category, or
    an expense in one of income. A wrong guess would turn a salary into less spending.
    """
    reversed_by = _REVERSED_BY.get(_FLOW_OF_GROUP[group]) if group else None
    contradicts = reversed_by is direction and group is not Group.SAVING
    return None if needs_review and contradicts else group


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    phrase: str
    category: str
    kind: str
    """`merchant` (a name), `brand` (a name, one of very many), `statement` (a bank's whole wording) or `word`
    (what is bought)."""
    type: str = ""
    """Type of merchant within the category, such as `coffee` or `bar` of dining, or ""."""


@dataclass(frozen=True, slots=True)
class CategoryProfile:
    """Typical transactions of a category. Amounts are in dollars or similar."""

    direction: Direction
    low: float
    high: float
    share: float = 1.0
    """Relative frequency among a person's transactions."""
    unlisted: float = 1.0
    """Relative frequency at merchants outside the lexicon."""
    agreement: float = 1.0
    """The share of merchants listed here for which people use this category, 0..1."""
    processors: tuple[tuple[str, float], ...] = ()
    """(prefix before a name, share of the names with it)."""
