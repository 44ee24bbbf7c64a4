"""The filter of the history's page: which are set, in words, and the addresses that change one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from src.web.history import text
from src.web.history.schemas import HistoryFilterQuery
from src.web.shared import format
from src.web.shared.blueprint import category_name
from src.web.shared.forms import with_query

NAMES = tuple(
    field.alias or name for name, field in HistoryFilterQuery.model_fields.items() if name != "sort"
)
"""The filters, as they are named in the address."""
DEFAULT_SORT = "-date"

_NEXT_SORTS = {"date": ("-date", "date"), "amount": ("-amount", "amount"), "confidence": ("confidence",)}
"""Column -> its orders, in which a click on the heading goes through them."""


def tidy(values: Mapping[str, str]) -> dict[str, str]:
    """Without blank values and the default order, which forms send too."""
    return {
        name: value for name, value in values.items() if value and (name, value) != ("sort", DEFAULT_SORT)
    }


@dataclass(frozen=True)
class ActiveFilter:
    label: str
    value: str
    without: str
    """The address of the list without it."""


def active_filters(path: str, values: Mapping[str, str]) -> Iterator[ActiveFilter]:
    for name in NAMES:
        if value := values.get(name):
            others = {other: kept for other, kept in values.items() if other not in (name, "cursor")}
            yield ActiveFilter(text.FILTERS.get(name, name), _in_words(name, value), with_query(path, others))


def _in_words(name: str, value: str) -> str:
    if name in ("category", "predicted"):
        return category_name(value)
    if name in ("from", "to"):
        try:
            return format.day(date.fromisoformat(value))
        except ValueError:
            return value
    return text.FILTER_VALUES.get(name, {}).get(value, value)


@dataclass(frozen=True)
class SortLink:
    address: str
    order: str | None
    """`ascending` or `descending`; None if the list has another order."""


def sort_links(path: str, values: Mapping[str, str]) -> dict[str, SortLink]:
    """By column, for its heading."""
    now = values.get("sort") or DEFAULT_SORT
    links = {}
    for column, sorts in _NEXT_SORTS.items():
        position = sorts.index(now) + 1 if now in sorts else 0
        following = sorts[position % len(sorts)] if len(sorts) > 1 or not position else DEFAULT_SORT
        order = ("descending" if now.startswith("-") else "ascending") if now in sorts else None
        kept = {name: value for name, value in values.items() if name != "cursor"}
        links[column] = SortLink(with_query(path, tidy({**kept, "sort": following})), order)
    return links
